/**
 * One stream, by time, of the events of several recordings. Recordings of the same process hold
 * the same events again, because taking a snapshot drains nothing: each is given out once.
 */

import type { EventQuery, RecordedEvent } from 'ttlog/reader';
import type { RecordingFile, SourcedEvent } from '../recording-file.ts';

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
  const heap = new CursorHeap();
  for (const [order, { file, query }] of sources.entries()) {
    const events = file.recording.events(query);
    const first = events.next();
    if (!first.done) heap.push({ file, events, event: first.value, order });
  }
  const seen = new SeenEvents();
  for (let cursor = heap.first; cursor !== undefined; cursor = heap.first) {
    const { event, file } = cursor;
    if (seen.add(event, file)) yield { event, file };
    const next = cursor.events.next();
    if (next.done) heap.dropFirst();
    else {
      cursor.event = next.value;
      heap.settleFirst();
    }
  }
}

interface Cursor {
  readonly file: RecordingFile;
  readonly events: IterableIterator<RecordedEvent>;
  /** Place of the recording in the input; decides between equal times. */
  readonly order: number;
  event: RecordedEvent;
}

/** Binary heap with the earliest event first. */
class CursorHeap {
  readonly #cursors: Cursor[] = [];

  get first(): Cursor | undefined {
    return this.#cursors[0];
  }

  push(cursor: Cursor): void {
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
  const [leftNs, rightNs] = [left.event.timeNs, right.event.timeNs];
  return leftNs === rightNs ? left.order < right.order : leftNs < rightNs;
}

/**
 * Knows an event again: within a process no thread has two events at one time. Only events of
 * the time last seen are kept, since the merge brings equal times together. Two within one
 * recording are never taken for one, whatever a damaged recording claims.
 */
class SeenEvents {
  #timeNs: bigint | null = null;
  #events: { event: RecordedEvent; file: RecordingFile }[] = [];

  /** Whether the event is new. */
  add(event: RecordedEvent, file: RecordingFile): boolean {
    if (event.timeNs !== this.#timeNs) {
      this.#timeNs = event.timeNs;
      this.#events = [{ event, file }];
      return true;
    }
    const isNew = !this.#events.some(
      (seen) =>
        seen.file !== file &&
        seen.event.thread.id === event.thread.id &&
        seen.event.message === event.message &&
        seen.file.recording.header.runId === file.recording.header.runId,
    );
    if (isNew) this.#events.push({ event, file });
    return isNew;
  }
}
