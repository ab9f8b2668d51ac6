/** Events over time by level, drawn by uPlot, and the brush that chooses a stretch of it. */

import { type ComponentChild, h } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import type { Change } from './app.ts';
import { countByLevel, type TimeSpan, wholeTime } from './bins.ts';
import { type Clock, countText, durationText } from './clock.ts';
import type { Filter } from './filter.ts';
import { LEVEL_NAMES, type Report } from './recording.ts';
import { colour, LABEL_PX, levelColour, MARGIN_PX, useThemeVersion, useWidth } from './theme.ts';

const HEIGHT_PX = 130;
const BIN_PX = 6;
/** A step of the keyboard, of the whole. */
const STEPS = 50;
/** A brush that is hardly moved is a click, which clears. */
const MIN_BRUSH_PX = 3;

interface HistogramProps {
  readonly report: Report;
  /** All that pass but for time. */
  readonly rows: Uint32Array;
  readonly filter: Filter;
  readonly clock: Clock;
  readonly change: Change;
}

export function Histogram({ report, rows, filter, clock, change }: HistogramProps): ComponentChild {
  const { events } = report;
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const width = useWidth(box);
  const theme = useThemeVersion();
  const whole = useMemo(() => wholeTime(events), [events]);
  const bins = Math.max(1, Math.floor((width - LABEL_PX - MARGIN_PX) / BIN_PX));
  const levels = useMemo(() => countByLevel(events, rows, whole, bins), [rows, bins]);

  useEffect(() => {
    if (width === 0) return;
    const made = new uPlot(
      plotOptions(width, whole, clock, change),
      stacked(levels, whole),
      box.current!,
    );
    plot.current = made;
    return () => {
      plot.current = null;
      made.destroy();
    };
  }, [levels, width, clock, theme]);
  useEffect(() => {
    if (plot.current !== null) showBrush(plot.current, filter);
  }, [filter.fromNs, filter.toNs, levels, width, clock, theme]);

  return h(
    'section',
    { class: 'histogram', 'aria-label': 'Histogram' },
    h('div', {
      ref: box,
      class: 'plot',
      role: 'application',
      tabIndex: 0,
      'aria-label': `${summaryText(report, rows, whole)} Arrow keys choose a stretch of time, with Shift they widen it, Escape shows all.`,
      onKeyDown: (event: KeyboardEvent) => {
        const brush = brushByKey(event, filter, whole);
        if (brush === undefined) return;
        change(brush ?? { fromNs: null, toNs: null });
        event.preventDefault();
      },
    }),
  );
}

function plotOptions(width: number, whole: TimeSpan, clock: Clock, change: Change): uPlot.Options {
  const axis = { stroke: colour('muted'), grid: { stroke: colour('line'), width: 1 } };
  const bars = uPlot.paths.bars!({ size: [1, Number.POSITIVE_INFINITY], gap: 0, align: 1 });
  return {
    ...{ width, height: HEIGHT_PX, padding: [8, MARGIN_PX, 0, 0] },
    legend: { show: false },
    cursor: { drag: { x: true, y: false, setScale: false }, points: { show: false }, y: false },
    scales: {
      x: { time: false, range: [whole.fromNs, whole.toNs] },
      // Roots, so that two errors are seen beside a thousand debug lines.
      y: {
        distr: 100,
        fwd: Math.sqrt,
        bwd: (root) => root * root,
        range: (_, __, max) => [0, max || 1],
      },
    },
    axes: [
      { ...axis, size: 26, space: 110, values: (_, ticks) => ticks.map((ns) => clock.time(ns)) },
      {
        ...axis,
        size: LABEL_PX,
        // The default leaves labels out, as for a logarithmic scale.
        filter: (_, ticks) => ticks,
        values: (_, ticks) => ticks.map((count) => countText(Math.round(count))),
      },
    ],
    series: [
      {},
      ...[...LEVEL_NAMES.keys()].map((level) => ({
        ...{ paths: bars, points: { show: false }, width: 0, fill: levelColour(level) },
      })),
    ],
    hooks: {
      setSelect: [
        (made) => {
          const { left, width: brushPx } = made.select;
          if (brushPx < MIN_BRUSH_PX) change({ fromNs: null, toNs: null });
          else {
            const [fromNs, toNs] = [left, left + brushPx].map((px) => made.posToVal(px, 'x'));
            change({ fromNs, toNs });
          }
        },
      ],
    },
  };
}

/**
 * The worst level at the bottom, where the scale of roots shows even one. Each series is drawn over
 * the ones before it, so that the first is the sum of all.
 */
function stacked(levels: readonly Uint32Array[], { fromNs, toNs }: TimeSpan): uPlot.AlignedData {
  const bins = levels[0].length;
  const xs = Array.from({ length: bins }, (_, bin) => fromNs + (bin * (toNs - fromNs)) / bins);
  const series = levels.map((_, level) =>
    xs.map((_, bin) => {
      let sum = 0;
      for (let worse = level; worse < levels.length; worse++) sum += levels[worse][bin];
      return sum === 0 ? null : sum;
    }),
  );
  return [xs, ...series];
}

function showBrush(plot: uPlot, { fromNs, toNs }: Filter): void {
  const heightPx = plot.over.clientHeight;
  const isOn = fromNs !== null && toNs !== null;
  const left = isOn ? plot.valToPos(fromNs, 'x') : 0;
  const right = isOn ? plot.valToPos(toNs, 'x') : 0;
  plot.setSelect({ left, width: right - left, top: 0, height: heightPx }, false);
}

/** null clears; undefined is for keys that mean nothing here. */
function brushByKey(
  { key, shiftKey }: KeyboardEvent,
  { fromNs, toNs }: Filter,
  whole: TimeSpan,
): TimeSpan | null | undefined {
  if (key === 'Escape') return null;
  const direction = { ArrowLeft: -1, ArrowRight: 1 }[key];
  if (direction === undefined) return undefined;
  const step = (whole.toNs - whole.fromNs) / STEPS;
  // The end is where one looks first.
  if (fromNs === null || toNs === null) return { fromNs: whole.toNs - 5 * step, toNs: whole.toNs };
  const moved = direction * step;
  if (shiftKey)
    return { fromNs, toNs: Math.min(whole.toNs, Math.max(fromNs + step, toNs + moved)) };
  const room = Math.max(whole.fromNs - fromNs, Math.min(whole.toNs - toNs, moved));
  return { fromNs: fromNs + room, toNs: toNs + room };
}

function summaryText({ events }: Report, rows: Uint32Array, whole: TimeSpan): string {
  let bad = 0;
  for (const event of rows) if (events.level[event] >= 4) bad++;
  const span = durationText(whole.toNs - whole.fromNs - 1);
  return `${countText(rows.length)} events within ${span}, ${countText(bad)} of level error or worse.`;
}
