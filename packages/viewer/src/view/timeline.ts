/**
 * The timeline: threads over time, and the spans below them as trees. What stands where, in figures;
 * `draw-timeline.ts` makes characters of them.
 */

import type { TraceNode, TraceTree } from '../digest/trace-tree.ts';
import { isoClock } from '../format/clock.ts';
import type { EventIndex } from './event-index.ts';
import type { EventSet } from './event-set.ts';
import type { Events, View } from './model.ts';
import { startOfPart, type TimeWindow } from './time-parts.ts';

export type TimelineRow =
  | { readonly kind: 'lane'; readonly lane: number }
  | { readonly kind: 'span'; readonly node: TraceNode; readonly depth: number };

/** Lines above the rows: the times, and where the cursor is. */
export const TIMELINE_HEAD = 2;
const LABEL_WIDTH = 24;
/** Of spans shown; the window makes them fewer. */
const MAX_SPANS = 2000;
const MAX_DEPTH = 12;
/** Less than this cannot be told apart. */
const LEAST_WINDOW_NS = 1000n;

/** Columns of the label, with the blank behind it. */
export function labelWidth(columns: number): number {
  return Math.min(LABEL_WIDTH, Math.floor(columns / 3)) + 1;
}

export function laneWidth(columns: number): number {
  return Math.max(1, columns - labelWidth(columns));
}

export function windowOf({ timeline }: View, { wholeTime }: Events): TimeWindow {
  return timeline.window ?? wholeTime;
}

export function cursorOf({ timeline, chosen }: View, events: Events): bigint {
  if (timeline.atNs !== null) return timeline.atNs;
  return events.count === 0 ? 0n : events.timeNsAt(chosen);
}

/** Half as much or twice as much around an instant; null for all. */
export function zoomed(
  { fromNs, toNs }: TimeWindow,
  atNs: bigint,
  isCloser: boolean,
  { wholeTime }: Events,
): TimeWindow | null {
  const spanNs = toNs - fromNs;
  const wantedNs = isCloser ? spanNs / 2n : spanNs * 2n;
  if (wantedNs < LEAST_WINDOW_NS) return { fromNs, toNs };
  if (wantedNs >= wholeTime.toNs - wholeTime.fromNs) return null;
  let startNs = atNs - wantedNs / 2n;
  if (startNs < wholeTime.fromNs) startNs = wholeTime.fromNs;
  if (startNs + wantedNs > wholeTime.toNs) startNs = wholeTime.toNs - wantedNs;
  return { fromNs: startNs, toNs: startNs + wantedNs };
}

/** A query for what lies between two instants, in either order. */
export function rangeFilter(aNs: bigint, bNs: bigint): string {
  const iso = isoClock();
  const [fromNs, toNs] = aNs < bNs ? [aNs, bNs] : [bNs, aNs];
  return `time >= "${iso(fromNs)}" and time <= "${iso(toNs)}"`;
}

/** Threads in the order of the recording, then what of the traces lies in the window. */
export function rowsOf(
  laneCount: number,
  trees: readonly TraceTree[],
  { fromNs, toNs }: TimeWindow,
): TimelineRow[] {
  const rows: TimelineRow[] = [];
  for (let lane = 0; lane < laneCount; lane++) rows.push({ kind: 'lane', lane });
  for (const tree of trees) {
    if (tree.endNs < fromNs || tree.startNs > toNs) continue;
    const waiting = tree.roots.map((node) => ({ node, depth: 0 })).reverse();
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { node, depth } = next;
      const isInside = node.endNs >= fromNs && node.span.startNs <= toNs;
      if (isInside) rows.push({ kind: 'span', node, depth });
      if (rows.length === laneCount + MAX_SPANS) return rows;
      const inner = Math.min(MAX_DEPTH, depth + 1);
      for (const child of node.children.toReversed()) waiting.push({ node: child, depth: inner });
    }
  }
  return rows;
}

/** Events of each lane in each column, and the highest severity among them; gathered in steps. */
export interface LaneCells {
  readonly counts: Uint32Array;
  readonly worst: Uint8Array;
  most: number;
  /** From 0 to 1. */
  progress: number;
  readonly steps: Generator<void>;
}

/** Events after which there is a pause. */
const EVENTS_PER_PAUSE = 16_384;

export function laneCells(
  index: EventIndex,
  shown: EventSet,
  window: TimeWindow,
  width: number,
): LaneCells {
  const counts = new Uint32Array(index.lanes.length * width);
  const worst = new Uint8Array(index.lanes.length * width);
  const cells: LaneCells = { counts, worst, most: 1, progress: 0, steps: steps() };
  return cells;

  function* steps(): Generator<void> {
    for (let column = 0; column < width; column++) {
      const from = index.indexAtTime(startOfPart(column, window, width));
      const isLast = column === width - 1;
      const endNs = isLast ? window.toNs + 1n : startOfPart(column + 1, window, width);
      const to = index.indexAtTime(endNs);
      for (let at = from; at < to; at += EVENTS_PER_PAUSE) {
        addEvents(column, at, Math.min(to, at + EVENTS_PER_PAUSE));
        yield;
      }
      cells.progress = (column + 1) / width;
    }
  }

  function addEvents(column: number, from: number, to: number): void {
    // Where all is shown, asking for the next one would cost more than all else here.
    const isAll = shown.count === index.count;
    const next = isAll ? (at: number) => at : (at: number) => shown.next(at) ?? index.count;
    for (let at = next(from); at < to; at = next(at + 1)) {
      const cell = index.laneAt(at) * width + column;
      if (++counts[cell] > cells.most) cells.most = counts[cell];
      if (index.severityAt(at) > worst[cell]) worst[cell] = index.severityAt(at);
    }
  }
}
