/**
 * One stream, by time, of the events of several recordings. Recordings of the same process hold
 * the same events again, because taking a snapshot drains nothing: each is given out once.
 */

import { type EventQuery, type EventWalk, type RecordedEvent, walkEvents } from 'ttlog/reader';
import type { RecordingFile, SourcedEvent } from '../recording-file.ts';
import { PlainLog } from './plain-log.ts';

/** A recording and the question put to it. */
export interface QueriedFile {
  readonly file: RecordingFile;
  readonly query: EventQuery;
}

export function* mergeByTime(sources: readonly QueriedFile[]): Generator<SourcedEvent> {
  if (sources.length === 1) {
    const [{ file, query }] = sources;
    for (const event of file.recording.events(query)) yield { event, file };
    return;
  }
  const heap = new CursorHeap<EventCursor>();
  for (const [order, { file, query }] of sources.entries()) {
    const events = file.recording.events(query);
    const first = events.next();
    if (first.done) continue;
    heap.push({ file, events, event: first.value, timeNs: first.value.timeNs, order });
  }
  const seen = new SeenEvents();
  for (let cursor = heap.first; cursor !== undefined; cursor = heap.first) {
    const { event, file, timeNs } = cursor;
    if (seen.add({ file, timeNs, threadId: event.thread.id, message: event.message })) {
      yield { event, file };
    }
    const next = cursor.events.next();
    if (next.done) heap.dropFirst();
    else {
      cursor.event = next.value;
      cursor.timeNs = next.value.timeNs;
      heap.settleFirst();
    }
  }
}

/** What is known of an event without decoding it. */
export type HeadWalk = Pick<EventWalk, 'next' | 'timeNs' | 'severity' | 'thread' | 'message'>;

/** The same without an object for each event. `file` and `walk` are of the one that `next` went to. */
export class WalkMerge<Walk extends HeadWalk = EventWalk> {
  file: RecordingFile;
  walk: Walk;
  readonly #isSingle: boolean;
  readonly #heap = new CursorHeap<WalkCursor<Walk>>();
  readonly #seen = new SeenEvents();
  /** Cursors whose first event is still to be found. */
  #unopened: WalkCursor<Walk>[];

  /** null where one of them can only give objects, as a plain log, or where there is none. */
  static over(sources: readonly QueriedFile[]): WalkMerge | null {
    return mergeOf(sources, ({ file, query }) => walkEvents(file.recording, query));
  }

  /** The same for whoever decodes none, of all events; null where one can only give objects. */
  static overHeads(files: readonly RecordingFile[]): WalkMerge<HeadWalk> | null {
    const sources = files.map((file) => ({ file, query: {} }));
    return mergeOf<HeadWalk>(sources, ({ file: { recording } }) =>
      recording instanceof PlainLog ? recording.heads() : walkEvents(recording),
    );
  }

  constructor(cursors: WalkCursor<Walk>[]) {
    this.#unopened = cursors;
    this.#isSingle = cursors.length === 1;
    [{ file: this.file, walk: this.walk }] = cursors;
  }

  /** Goes to the next event; false at the end. */
  next(): boolean {
    if (this.#isSingle) return this.walk.next();
    if (this.#unopened.length > 0) this.#openAll();
    else this.#move();
    for (let cursor = this.#heap.first; cursor !== undefined; cursor = this.#heap.first) {
      const { file, walk, timeNs } = cursor;
      if (this.#seen.add({ file, timeNs, threadId: walk.thread.id, message: walk.message })) {
        this.file = file;
        this.walk = walk;
        return true;
      }
      this.#move();
    }
    return false;
  }

  /** The event here could not be read: a copy of it in another recording is not left out for it. */
  retract(): void {
    this.#seen.retract();
  }

  #openAll(): void {
    for (const cursor of this.#unopened) {
      if (!cursor.walk.next()) continue;
      cursor.timeNs = cursor.walk.timeNs;
      this.#heap.push(cursor);
    }
    this.#unopened = [];
  }

  #move(): void {
    const cursor = this.#heap.first;
    if (cursor === undefined) return;
    if (cursor.walk.next()) {
      cursor.timeNs = cursor.walk.timeNs;
      this.#heap.settleFirst();
    } else {
      this.#heap.dropFirst();
    }
  }
}

interface Cursor {
  readonly file: RecordingFile;
  /** Place of the recording in the input; decides between equal times. */
  readonly order: number;
  /** Of the event here. */
  timeNs: bigint;
}

interface EventCursor extends Cursor {
  readonly events: IterableIterator<RecordedEvent>;
  event: RecordedEvent;
}

interface WalkCursor<Walk> extends Cursor {
  readonly walk: Walk;
}

function mergeOf<Walk extends HeadWalk>(
  sources: readonly QueriedFile[],
  walkOf: (source: QueriedFile) => Walk | null,
): WalkMerge<Walk> | null {
  const cursors: WalkCursor<Walk>[] = [];
  for (const [order, source] of sources.entries()) {
    const walk = walkOf(source);
    if (walk === null) return null;
    cursors.push({ file: source.file, walk, timeNs: 0n, order });
  }
  return cursors.length === 0 ? null : new WalkMerge(cursors);
}

/** Binary heap with the earliest event first. */
class CursorHeap<T extends Cursor> {
  readonly #cursors: T[] = [];

  get first(): T | undefined {
    return this.#cursors[0];
  }

  push(cursor: T): void {
    const cursors = this.#cursors;
    cursors.push(cursor);
    let index = cursors.length - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBefore(cursors[index], cursors[parent])) return;
      this.#swap(index, parent);
      index = parent;
    }
  }

  dropFirst(): void {
    const last = this.#cursors.pop();
    if (last === undefined || this.#cursors.length === 0) return;
    this.#cursors[0] = last;
    this.settleFirst();
  }

  /** Restores the order after the first cursor has moved on. */
  settleFirst(): void {
    const cursors = this.#cursors;
    let index = 0;
    while (true) {
      const left = 2 * index + 1;
      const right = left + 1;
      let earliest = index;
      if (left < cursors.length && isBefore(cursors[left], cursors[earliest])) earliest = left;
      if (right < cursors.length && isBefore(cursors[right], cursors[earliest])) earliest = right;
      if (earliest === index) return;
      this.#swap(index, earliest);
      index = earliest;
    }
  }

  #swap(left: number, right: number): void {
    const cursors = this.#cursors;
    [cursors[left], cursors[right]] = [cursors[right], cursors[left]];
  }
}

function isBefore(left: Cursor, right: Cursor): boolean {
  return left.timeNs === right.timeNs ? left.order < right.order : left.timeNs < right.timeNs;
}

/** What tells an event from the others. */
interface Identity {
  readonly file: RecordingFile;
  readonly timeNs: bigint;
  readonly threadId: number;
  readonly message: string;
}

/**
 * Knows an event again: within a process no thread has two events at one time. Only events of
 * the time last seen are kept, since the merge brings equal times together: of a log without times
 * that is all of it. Two within one recording are never taken for one, whatever a damaged
 * recording claims.
 */
class SeenEvents {
  #timeNs: bigint | null = null;
  /** The first of its time. Mostly there is no other, and it needs no key. */
  #first: Identity | null = null;
  /** By key, in which recording it was seen first. */
  readonly #files = new Map<string, RecordingFile>();
  #lastKey: string | null = null;

  /** Whether the event is new. */
  add(event: Identity): boolean {
    if (event.timeNs !== this.#timeNs) {
      this.#timeNs = event.timeNs;
      this.#first = event;
      if (this.#files.size > 0) this.#files.clear();
      return true;
    }
    if (this.#first !== null) this.#files.set(keyOf(this.#first), this.#first.file);
    this.#first = null;
    const key = keyOf(event);
    const file = this.#files.get(key);
    this.#lastKey = file === undefined ? key : null;
    if (file === undefined) this.#files.set(key, event.file);
    return file === undefined || file === event.file;
  }

  /** As if the event last added had not been. */
  retract(): void {
    if (this.#first !== null) this.#first = null;
    else if (this.#lastKey !== null) this.#files.delete(this.#lastKey);
  }
}

function keyOf({ file, threadId, message }: Identity): string {
  return `${threadId}\0${file.recording.header.runId}\0${message}`;
}
