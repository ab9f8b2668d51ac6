/** A lane for each thread: where its events are, how bad the worst is, and its spans below them. */

import { type ComponentChild, h } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { SPAN_FAILED, SPAN_UNFINISHED } from '../layout.ts';
import type { Change } from './app.ts';
import { type TimeSpan, wholeTime } from './bins.ts';
import { countText } from './clock.ts';
import type { Filter } from './filter.ts';
import { lostUntil } from './lost-stretch.ts';
import type { Report } from './recording.ts';
import { colour, LABEL_PX, levelColour, MARGIN_PX, useThemeVersion, useWidth } from './theme.ts';

const LANE_PX = 24;
const EVENTS_PX = 13;
const SPANS_PX = 4;
const HATCH_PX = 6;
/** The busiest; the others are found by the search and in the summary. */
const MAX_LANES = 64;

interface LanesProps {
  readonly report: Report;
  /** All that pass but for time. */
  readonly rows: Uint32Array;
  readonly filter: Filter;
  readonly change: Change;
}

export function Lanes({ report, rows, filter, change }: LanesProps): ComponentChild {
  const { head, events } = report;
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useWidth(box) - LABEL_PX - MARGIN_PX;
  const theme = useThemeVersion();
  const whole = useMemo(() => wholeTime(events), [events]);
  const counts = useMemo(() => countByThread(report, rows), [rows]);
  const lanes = useMemo(() => busiest(countByThread(report, null)), [report]);
  const lost = useMemo(() => lostUntil(report, whole.toNs), [report, whole]);
  useEffect(() => {
    if (width > 0) draw(canvas.current!, { report, rows, filter, width, lanes, whole, lost });
  }, [rows, filter.fromNs, filter.toNs, filter.trace, width, lanes, theme]);

  const hidden = head.threads.length - lanes.length;
  return h(
    'section',
    { class: 'lanes', 'aria-label': 'Threads', ref: box },
    h(
      'ul',
      { style: { width: `${LABEL_PX}px` } },
      lanes.map((thread) => {
        const { label, lost: what } = head.threads[thread];
        const isOnly = filter.thread === thread;
        const lostText = what === '' ? '' : `; lost: ${what}`;
        return h(
          'li',
          { key: thread },
          h(
            'button',
            {
              type: 'button',
              'aria-pressed': isOnly,
              title: `${label}: ${countText(counts[thread])} events${lostText}`,
              onClick: () => change({ thread: isOnly ? null : thread }),
            },
            h('span', null, label),
            h('small', null, countText(counts[thread]), what !== '' && ' ⚠'),
          ),
        );
      }),
    ),
    h('canvas', {
      ref: canvas,
      role: 'img',
      'aria-label':
        'Events and spans of each thread over time, hatched where events are lost; the buttons beside it have the counts.',
    }),
    hidden > 0 && h('p', { class: 'note' }, `and ${countText(hidden)} quieter threads`),
  );
}

interface Drawing {
  readonly report: Report;
  readonly rows: Uint32Array;
  readonly filter: Filter;
  readonly width: number;
  readonly lanes: readonly number[];
  readonly whole: TimeSpan;
  /** By thread. */
  readonly lost: Float64Array;
}

function draw(canvas: HTMLCanvasElement, drawing: Drawing): void {
  const { width, lanes, whole, filter } = drawing;
  const scale = window.devicePixelRatio;
  const height = lanes.length * LANE_PX;
  canvas.width = width * scale;
  canvas.height = height * scale;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = canvas.getContext('2d')!;
  context.scale(scale, scale);
  context.fillStyle = colour('line');
  for (const lane of lanes.keys()) context.fillRect(0, (lane + 1) * LANE_PX - 1, width, 1);
  drawLost(context, drawing);
  drawEvents(context, drawing);
  drawSpans(context, drawing);
  const { fromNs, toNs } = filter;
  if (fromNs === null || toNs === null) return;
  const perNs = width / (whole.toNs - whole.fromNs);
  context.fillStyle = colour('shade');
  context.fillRect(0, 0, (fromNs - whole.fromNs) * perNs, height);
  context.fillRect((toNs - whole.fromNs) * perNs, 0, width, height);
}

/** Hatches each lane up to where its thread's events are complete. */
function drawLost(context: CanvasRenderingContext2D, drawing: Drawing): void {
  const { width, lanes, whole, lost } = drawing;
  const perNs = width / (whole.toNs - whole.fromNs);
  context.strokeStyle = colour('line');
  for (const [lane, thread] of lanes.entries()) {
    const untilPx = Math.min(width, (lost[thread] - whole.fromNs) * perNs);
    // Also not of a thread that lost nothing, where it is no number.
    if (!(untilPx >= 1)) continue;
    context.save();
    context.beginPath();
    context.rect(0, lane * LANE_PX, untilPx, LANE_PX - 1);
    context.clip();
    context.beginPath();
    for (let x = -LANE_PX; x < untilPx; x += HATCH_PX) {
      context.moveTo(x, (lane + 1) * LANE_PX);
      context.lineTo(x + LANE_PX, lane * LANE_PX);
    }
    context.stroke();
    context.restore();
  }
}

/** A stroke a pixel: the colour of the worst level there, stronger where there is more. */
function drawEvents(context: CanvasRenderingContext2D, drawing: Drawing): void {
  const { report, rows, width, lanes, whole } = drawing;
  const { time, level, thread } = report.events;
  const laneOf = laneByThread(report, lanes);
  const counts = new Uint32Array(lanes.length * width);
  const worst = new Uint8Array(lanes.length * width);
  const perNs = width / (whole.toNs - whole.fromNs);
  let most = 1;
  for (const event of rows) {
    const lane = laneOf[thread[event]];
    const x = Math.floor((time[event] - whole.fromNs) * perNs);
    if (lane < 0 || x < 0 || x >= width) continue;
    const cell = lane * width + x;
    most = Math.max(most, ++counts[cell]);
    if (level[event] > worst[cell]) worst[cell] = level[event];
  }
  const colours = Array.from({ length: 6 }, (_, index) => levelColour(index));
  for (let cell = 0; cell < counts.length; cell++) {
    if (counts[cell] === 0) continue;
    const isBad = worst[cell] >= 3;
    context.globalAlpha = isBad ? 1 : 0.35 + (0.65 * Math.log1p(counts[cell])) / Math.log1p(most);
    context.fillStyle = colours[worst[cell]];
    const y = Math.floor(cell / width) * LANE_PX + 3;
    context.fillRect(cell % width, y, isBad ? 2 : 1, EVENTS_PX);
  }
  context.globalAlpha = 1;
}

function drawSpans(context: CanvasRenderingContext2D, drawing: Drawing): void {
  const { report, filter, width, lanes, whole } = drawing;
  const { count, start, end, state, thread, trace } = report.spans;
  const laneOf = laneByThread(report, lanes);
  const perNs = width / (whole.toNs - whole.fromNs);
  const [plain, failed, unfinished] = [colour('span'), levelColour(4), levelColour(3)];
  for (let span = 0; span < count; span++) {
    const lane = laneOf[thread[span]];
    if (lane < 0 || (filter.trace !== null && trace[span] !== filter.trace)) continue;
    const x = (start[span] - whole.fromNs) * perNs;
    const isFailed = (state[span] & SPAN_FAILED) !== 0;
    const isUnfinished = (state[span] & SPAN_UNFINISHED) !== 0;
    context.fillStyle = isFailed ? failed : isUnfinished ? unfinished : plain;
    const widthPx = Math.max(1, (end[span] - start[span]) * perNs);
    context.fillRect(x, lane * LANE_PX + 4 + EVENTS_PX, widthPx, SPANS_PX);
  }
}

function laneByThread({ head }: Report, lanes: readonly number[]): Int32Array {
  const laneOf = new Int32Array(head.threads.length).fill(-1);
  for (const [lane, thread] of lanes.entries()) laneOf[thread] = lane;
  return laneOf;
}

/** Of some events, or of all. */
function countByThread({ head, events }: Report, rows: Uint32Array | null): Uint32Array {
  const counts = new Uint32Array(head.threads.length);
  if (rows === null) for (const thread of events.thread) counts[thread]++;
  else for (const event of rows) counts[events.thread[event]]++;
  return counts;
}

/** In the order of the recording. */
function busiest(counts: Uint32Array): number[] {
  const threads = [...counts.keys()];
  if (threads.length <= MAX_LANES) return threads;
  return threads
    .sort((a, b) => counts[b] - counts[a])
    .slice(0, MAX_LANES)
    .sort((a, b) => a - b);
}
