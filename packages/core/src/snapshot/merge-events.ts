/**
 * The events of many segments in the order of their times. A segment is inflated only when its
 * first event may be the next, and let go after its last, so memory stays bounded.
 */

import type { EventBounds } from '../record/decode-segment.ts';
import type { EventHead } from '../record/event-head.ts';
import { SEVERITY } from '../record/level.ts';
import type { EventQuery, EventWalk, RecordedEvent } from './recording.ts';
import type { SegmentChunk } from './segment-chunk.ts';
import { type CursorSurroundings, SegmentCursor } from './segment-cursor.ts';

/**
 * Inflated content and tables that may be in memory at a time. Honest recordings stay below: as
 * many segments are open as threads write at once. Beyond it, whoever is needed last is let go.
 */
const MAX_RESIDENT_BYTES = 96 * 1024 * 1024;

/** All events that `query` wants. */
export function* mergeEvents(walk: EventWalk): Generator<RecordedEvent, void, undefined> {
  while (walk.next()) {
    const event = walk.event();
    if (event !== null) yield event;
  }
}

/** The same one by one. Tells at the end how many were walked over, wanted or not. */
export class MergedWalk implements EventWalk {
  private readonly heap: CursorHeap;
  private readonly onEnd: (eventCount: number) => void;
  /** At the event that this walk is at. */
  private cursor: SegmentCursor | null = null;
  private eventCount = 0;
  private residentBytes = 0;
  private hasEnded = false;

  constructor(
    segments: readonly SegmentChunk[],
    around: CursorSurroundings,
    query: EventQuery,
    onEnd: (eventCount: number) => void,
  ) {
    this.heap = new CursorHeap(openableCursors(segments, around, query));
    this.onEnd = onEnd;
  }

  next(): boolean {
    const { heap } = this;
    if (this.cursor !== null) this.move(this.cursor);
    for (let cursor = heap.first; cursor !== undefined; cursor = heap.first) {
      if (cursor.isOpen) {
        this.cursor = cursor;
        return true;
      }
      this.move(cursor);
    }
    this.cursor = null;
    if (!this.hasEnded) {
      this.hasEnded = true;
      this.onEnd(this.eventCount);
    }
    return false;
  }

  get severity(): number {
    return this.here.severity;
  }

  get timeNs(): bigint {
    return this.here.timeNs;
  }

  get timeSeconds(): number {
    return this.here.timeSeconds;
  }

  get timeFractionNs(): number {
    return this.here.timeFractionNs;
  }

  get thread(): RecordedEvent['thread'] {
    return this.here.thread;
  }

  get message(): string {
    return this.here.message;
  }

  event(): RecordedEvent | null {
    return this.here.take();
  }

  look(visit: (head: EventHead) => void): boolean {
    return this.here.look(visit);
  }

  private get here(): SegmentCursor {
    if (this.cursor === null) throw new Error('the walk is at no event; call next() first');
    return this.cursor;
  }

  /** Takes the first cursor to its next event, or to its first, and puts it where that belongs. */
  private move(cursor: SegmentCursor): void {
    const residentBefore = cursor.residentBytes;
    const isAtEvent = cursor.isOpen ? cursor.advance() : cursor.open();
    this.residentBytes += cursor.residentBytes - residentBefore;
    if (isAtEvent) {
      this.heap.settleFirst();
      if (this.residentBytes > MAX_RESIDENT_BYTES) this.residentBytes -= this.heap.evictLast();
    } else {
      this.eventCount += cursor.eventCount;
      this.heap.removeFirst();
    }
  }
}

/** A cursor for each segment that can hold something wanted; what cannot is not even sorted. */
function openableCursors(
  segments: readonly SegmentChunk[],
  around: CursorSurroundings,
  query: EventQuery,
): SegmentCursor[] {
  let earliestNs = segments[0]?.preamble.baseNs ?? 0n;
  const minSeverity = severityOf(query.minLevel);
  const needed: { segment: SegmentChunk; bounds: EventBounds }[] = [];
  for (const segment of segments) {
    if (segment.preamble.baseNs < earliestNs) earliestNs = segment.preamble.baseNs;
    // The cheap questions first: a reader that looks at single events asks them of every segment.
    if (segment.chunk.maxSeverity < minSeverity) continue;
    if (!isOfThread(segment, around, query.thread)) continue;
    if (query.untilNs !== undefined && query.untilNs < segment.baseTimeNs) continue;
    const bounds: EventBounds = {
      minSeverity,
      minDtNs: query.sinceNs === undefined ? 0 : Number(query.sinceNs - segment.baseTimeNs),
      maxDtNs: query.untilNs === undefined ? Infinity : Number(query.untilNs - segment.baseTimeNs),
    };
    if (segment.lastDtNs >= bounds.minDtNs) needed.push({ segment, bounds });
  }
  needed.sort((a, b) => compareOrigins(a.segment, b.segment));
  return needed.map(({ segment, bounds }, rank) => {
    const baseKey = Number(segment.preamble.baseNs - earliestNs);
    return new SegmentCursor(segment, around, { bounds, title: query.title }, baseKey, rank);
  });
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

function isOfThread(
  segment: SegmentChunk,
  around: CursorSurroundings,
  wanted: EventQuery['thread'],
): boolean {
  if (wanted === undefined || wanted === segment.preamble.thread) return true;
  if (typeof wanted === 'number') return false;
  const { id, name } = around.threadOf(segment);
  return typeof wanted === 'string'
    ? wanted === name
    : wanted.includes(id) || wanted.includes(name);
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
