/** The timeline as characters: a row a thread, whose cells say how much and how bad, and a row a span. */

import { isFailed, type TraceNode } from '../digest/trace-tree.ts';
import { instantText } from '../format/clock.ts';
import type { Paint } from '../format/colour.ts';
import { printable } from '../format/escape.ts';
import { durationText } from '../format/quantity.ts';
import { filled, fitted, widthOf } from '../format/width.ts';
import type { Drawing } from './draw.ts';
import { EIGHTHS, joined, LOST } from './draw-strips.ts';
import { lanePaint, levelPaint } from './level-paint.ts';
import type { View } from './model.ts';
import { partOf, type TimeWindow } from './time-parts.ts';
import {
  cursorOf,
  type LaneCells,
  labelWidth,
  laneWidth,
  TIMELINE_HEAD,
  windowOf,
} from './timeline.ts';

interface Cell {
  readonly text: string;
  readonly paint: Paint;
}

export function timelineLines(view: View, drawing: Drawing): string[] {
  const { known, columns, colours } = drawing;
  if (known.count === 0) return [fitted('no events', columns)];
  const window = windowOf(view, known);
  const width = laneWidth(columns);
  const { topRow, row: wanted } = view.inPane;
  const rows = known.timelineRows(view);
  const chosen = Math.min(wanted, rows.length - 1);
  const cells = known.laneCells;
  const lines = rows.slice(topRow, topRow + view.heightLines - TIMELINE_HEAD).map((row, line) => {
    const isChosen = topRow + line === chosen;
    const lead = isChosen ? '>' : ' ';
    const name =
      row.kind === 'lane'
        ? known.index.lanes[row.lane].label
        : `${'  '.repeat(row.depth)}${row.node.isCritical ? '*' : '·'} ${printable(row.node.span.name)}`;
    const label = `${filled(lead + name, labelWidth(columns) - 1)} `;
    const content =
      row.kind === 'lane'
        ? joined(laneRow(row.lane, drawing, { cells, window, width }))
        : joined(spanRow(row.node, drawing, window, width));
    return (isChosen ? colours.bold(label) : label) + content;
  });
  return [...headLines(view, drawing, window, width), ...lines];
}

/** The times at both ends and of the cursor, and where it and the measured stretch are. */
function headLines(
  view: View,
  { known, columns, colours, utc }: Drawing,
  window: TimeWindow,
  width: number,
): string[] {
  const atNs = cursorOf(view, known);
  const textOf = (ns: bigint): string => instantText(Number(ns / 1_000_000n), utc);
  const spanText = durationText(Number(window.toNs - window.fromNs) / 1e6);
  const head = `${textOf(window.fromNs)}  ${spanText}  to ${textOf(window.toNs)}`;
  const cells: Cell[] = Array.from({ length: width }, () => ({ text: '─', paint: colours.dim }));
  const place = (ns: bigint | null, text: string): void => {
    if (ns === null || ns < window.fromNs || ns > window.toNs) return;
    cells[partOf(ns, window, width)] = { text, paint: colours.bold };
  };
  place(atNs, '▼');
  place(view.timeline.fromNs, 'A');
  place(view.timeline.toNs, 'B');
  const label = filled(` ${textOf(atNs).slice(11, 23)}`, labelWidth(columns));
  return [colours.dim(fitted(head, columns)), label + joined(cells)];
}

interface Lanes {
  /** null before anything is known. */
  readonly cells: LaneCells | null;
  readonly window: TimeWindow;
  readonly width: number;
}

function laneRow(
  lane: number,
  { known, colours }: Drawing,
  { cells, window, width }: Lanes,
): Cell[] {
  const completeNs = known.completeFromNs(lane);
  const lostParts = completeNs === null ? 0 : lostColumns(completeNs, window, width);
  const perLog = EIGHTHS.length / Math.log1p(cells?.most ?? 1);
  return Array.from({ length: width }, (_, column) => {
    const cell = lane * width + column;
    const count = cells?.counts[cell] ?? 0;
    if (count === 0) {
      return column < lostParts
        ? { text: LOST, paint: colours.dim }
        : { text: '·', paint: colours.dim };
    }
    const worst = cells?.worst[cell] ?? 0;
    if (worst >= 13) return { text: worst >= 17 ? '!' : '-', paint: levelPaint(worst, colours) };
    const height = Math.min(EIGHTHS.length, Math.ceil(Math.log1p(count) * perLog));
    return { text: EIGHTHS[height - 1], paint: lanePaint(lane, colours) };
  });
}

/** Columns in which a thread lost events. */
function lostColumns(completeNs: bigint, window: TimeWindow, width: number): number {
  if (completeNs <= window.fromNs) return 0;
  return completeNs > window.toNs ? width : partOf(completeNs, window, width);
}

function spanRow(node: TraceNode, { colours }: Drawing, window: TimeWindow, width: number): Cell[] {
  const { span, endNs } = node;
  const [from, to] = [partOf(span.startNs, window, width), partOf(endNs, window, width)];
  const isOpen = span.endNs === null;
  const paint = isFailed(span) ? colours.red : isOpen ? colours.yellow : colours.cyan;
  const cells: Cell[] = Array.from({ length: width }, () => ({ text: ' ', paint: colours.dim }));
  const state = isFailed(span) ? ' failed' : isOpen ? ' unfinished' : '';
  for (let column = from; column <= to; column++) {
    const isEnd = column === to && isOpen;
    cells[column] = { text: isEnd ? '…' : isFailed(span) ? '▒' : '█', paint };
  }
  const text = ` ${durationText(Number(endNs - span.startNs) / 1e6)}${state}`;
  // Behind the bar, or before it where there is no room.
  const start = to + 1 + widthOf(text) <= width ? to + 1 : Math.max(0, from - widthOf(text) - 1);
  if (start !== to + 1 && from <= widthOf(text)) return cells;
  for (const [place, character] of [...text].entries()) {
    cells[start + place] = { text: character, paint: colours.dim };
  }
  return cells;
}
