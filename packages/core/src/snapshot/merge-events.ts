/**
 * The events of many segments in the order of their times. A segment is inflated only when its
 * first event may be the next, and let go after its last, so memory stays bounded.
 */

import type { EventBounds } from '../record/decode-segment.ts';
import { SEVERITY } from '../record/level.ts';
import type { EventQuery, RecordedEvent } from './recording.ts';
import type { SegmentChunk } from './segment-chunk.ts';
import { type CursorSurroundings, SegmentCursor } from './segment-cursor.ts';

/**
 * Inflated content and tables that may be in memory at a time. Honest recordings stay below: as
 * many segments are open as threads write at once. Beyond it, whoever is needed last is let go.
 */
const MAX_RESIDENT_BYTES = 96 * 1024 * 1024;

/**
 * All events that `query` wants. Tells at the end how many were walked over, wanted or not: by a
 * call, since a generator around this one costs 9 % of the whole reading (Node 20.20).
 */
export function* mergeEvents(
  segments: readonly SegmentChunk[],
  around: CursorSurroundings,
  query: EventQuery,
  onEnd: (eventCount: number) => void,
): Generator<RecordedEvent, void, undefined> {
  const heap = new CursorHeap(openableCursors(segments, around, query));
  let eventCount = 0;
  let residentBytes = 0;
  for (let cursor = heap.first; cursor !== undefined; cursor = heap.first) {
    const residentBefore = cursor.residentBytes;
    const event = cursor.isOpen ? cursor.take() : null;
    const isAtEvent = cursor.isOpen ? cursor.advance() : cursor.open();
    residentBytes += cursor.residentBytes - residentBefore;
    if (isAtEvent) {
      heap.settleFirst();
      if (residentBytes > MAX_RESIDENT_BYTES) residentBytes -= heap.evictLast();
    } else {
      eventCount += cursor.eventCount;
      heap.removeFirst();
    }
    if (event !== null) yield event;
  }
  onEnd(eventCount);
}

/** A cursor for each segment that can hold something wanted. */
function openableCursors(
  segments: readonly SegmentChunk[],
  around: CursorSurroundings,
  query: EventQuery,
): SegmentCursor[] {
  const ranked = [...segments].sort(compareOrigins);
  let earliestNs = ranked[0]?.preamble.baseNs ?? 0n;
  for (const { preamble } of ranked) if (preamble.baseNs < earliestNs) earliestNs = preamble.baseNs;
  const minSeverity = severityOf(query.minLevel);
  const cursors: SegmentCursor[] = [];
  ranked.forEach((segment, rank) => {
    const bounds: EventBounds = {
      minSeverity,
      minDtNs: query.sinceNs === undefined ? 0 : Number(query.sinceNs - segment.baseTimeNs),
      maxDtNs: query.untilNs === undefined ? Infinity : Number(query.untilNs - segment.baseTimeNs),
    };
    const isNeeded =
      segment.chunk.maxSeverity >= minSeverity &&
      segment.lastDtNs >= bounds.minDtNs &&
      bounds.maxDtNs >= 0 &&
      isOfThread(around.threadOf(segment), query.thread);
    if (!isNeeded) return;
    const baseKey = Number(segment.preamble.baseNs - earliestNs);
    cursors.push(new SegmentCursor(segment, around, bounds, baseKey, rank));
  });
  return cursors;
}

/** So that events of the same time come in the same order each time. */
function compareOrigins(a: SegmentChunk, b: SegmentChunk): number {
  const byThread = a.preamble.row - b.preamble.row || a.preamble.pool - b.preamble.pool;
  if (byThread !== 0) return byThread;
  if (a.preamble.firstEvent !== b.preamble.firstEvent) {
    return a.preamble.firstEvent < b.preamble.firstEvent ? -1 : 1;
  }
  return a.chunk.ordinal - b.chunk.ordinal;
}

function severityOf(level: EventQuery['minLevel']): number {
  if (level === undefined) return 0;
  return typeof level === 'number' ? level : SEVERITY[level];
}

function isOfThread(thread: RecordedEvent['thread'], wanted: EventQuery['thread']): boolean {
  return wanted === undefined || wanted === thread.id || wanted === thread.name;
}

/** A binary heap: the cursor with the earliest time is first. */
class CursorHeap {
  private readonly cursors: SegmentCursor[];

  constructor(cursors: SegmentCursor[]) {
    this.cursors = cursors;
    for (let i = (cursors.length >> 1) - 1; i >= 0; i--) this.sink(i);
  }

  get first(): SegmentCursor | undefined {
    return this.cursors[0];
  }

  /** Moves the first cursor to where its new time belongs. */
  settleFirst(): void {
    this.sink(0);
  }

  removeFirst(): void {
    const last = this.cursors.pop() as SegmentCursor;
    if (this.cursors.length === 0) return;
    this.cursors[0] = last;
    this.sink(0);
  }

  /** Lets go of the memory of the open cursor that is needed last. Returns how much that was. */
  evictLast(): number {
    let last: SegmentCursor | undefined;
    for (let i = 1; i < this.cursors.length; i++) {
      const cursor = this.cursors[i];
      if (cursor.isOpen && (last === undefined || isBefore(last, cursor))) last = cursor;
    }
    const residentBytes = last?.residentBytes ?? 0;
    last?.evict();
    return residentBytes;
  }

  private sink(from: number): void {
    const { cursors } = this;
    const cursor = cursors[from];
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= cursors.length) break;
      if (child + 1 < cursors.length && isBefore(cursors[child + 1], cursors[child])) child++;
      if (!isBefore(cursors[child], cursor)) break;
      cursors[at] = cursors[child];
      at = child;
    }
    cursors[at] = cursor;
  }
}

function isBefore(a: SegmentCursor, b: SegmentCursor): boolean {
  return a.timeKey < b.timeKey || (a.timeKey === b.timeKey && a.rank < b.rank);
}
