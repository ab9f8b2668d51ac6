/**
 * What the full-screen reader keeps of every event: its time, its severity and whose it is, in eleven
 * bytes, and a few sets. All else is read again when it is shown, by `event-reader.ts`.
 */

import { type EventTitle, LEVELS, type RecordedEvent } from 'ttlog/reader';
import { type Summary, summaryOf } from '../digest/summary.ts';
import { threadLabel } from '../format/source-label.ts';
import { mergeByTime } from '../input/merge.ts';
import type { RecordingFile, SourcedEvent } from '../recording-file.ts';
import { EventSet } from './event-set.ts';

const FIRST_CAPACITY = 1 << 16;
/** Events after which filling and walking pause, for keys and for a picture. */
const EVENTS_PER_PAUSE = 512;
/** A walk asks the reader for so many at a time: looking for them costs it about a millisecond. */
const EVENTS_PER_STRETCH = 16_384;
const LEAST_PAUSE_NS = 100_000_000n;
const LONG_FACTOR = 5n;
const MAX_LANES = 65_535;

export const WARN_SEVERITY = 13;
export const ERROR_SEVERITY = 17;
export const FATAL_SEVERITY = 21;

/** A thread of a recording. */
export interface Lane {
  readonly file: RecordingFile;
  readonly threadId: number;
  readonly label: string;
  /** How many events of each level it has, and which are its first and its last. */
  readonly byLevel: number[];
  readonly first: number;
  last: number;
}

/** What a reader can leave out by itself. */
export interface WalkQuery {
  readonly minLevel: number;
  readonly title?: (title: EventTitle) => boolean;
}

/** An event and its number. */
export interface Walked extends SourcedEvent {
  readonly index: number;
}

export class EventIndex {
  count = 0;
  /** Whether all events have been read. */
  isComplete = false;
  /** Whether no event has an earlier time than the one before; a damaged recording may say so. */
  isOrdered = true;
  readonly files: readonly RecordingFile[];
  readonly lanes: Lane[] = [];
  /** Events before which a tenth of a second passed or more, and long for this recording. */
  readonly pauses: EventSet = new EventSet();
  /** By thread: its first event below warning, which stays in the ring for the shortest time. */
  readonly firstMinorOf: (number | undefined)[] = [];
  /** Events from each level on: all, from debug on, and so on to fatal. */
  readonly #fromLevel: readonly EventSet[] = LEVELS.map(() => new EventSet());
  #timesNs = new BigInt64Array(FIRST_CAPACITY);
  #severities = new Uint8Array(FIRST_CAPACITY);
  #laneOf = new Uint16Array(FIRST_CAPACITY);
  readonly #laneNumbers = new Map<RecordingFile, Map<number, number>>();

  constructor(files: readonly RecordingFile[]) {
    this.files = files;
  }

  timeNsAt(index: number): bigint {
    return this.#timesNs[index];
  }

  severityAt(index: number): number {
    return this.#severities[index];
  }

  laneAt(index: number): number {
    return this.#laneOf[index];
  }

  /** Reads all events once; yields now and then. */
  *fill(): Generator<void> {
    const sources = this.files.map((file) => ({ file, query: {} }));
    for (const { event, file } of mergeByTime(sources)) {
      this.#add(event, file);
      if (this.count % EVENTS_PER_PAUSE === 0) yield;
    }
    this.isComplete = true;
  }

  /**
   * The events from an index on that the reader's own index and dictionaries do not rule out; `undefined`
   * now and then, for a pause. Where times are in order it is done in stretches of time, since within
   * one the reader says nothing until it has found something.
   */
  *walk(from: number, query: WalkQuery): Generator<Walked | undefined> {
    let isInStep = this.isOrdered;
    let start = this.firstAt(from);
    while (isInStep && start < this.count) {
      let end = Math.min(this.count, start + EVENTS_PER_STRETCH);
      while (end < this.count && this.#timesNs[end] === this.#timesNs[end - 1]) end++;
      isInStep = yield* this.#walkStretch(start, end, from, query);
      yield undefined;
      start = end;
    }
    if (isInStep) return;
    // A recording that contradicts itself is walked as it was when it was read.
    let index = -1;
    for (const { event, file } of mergeByTime(this.files.map((file) => ({ file, query: {} })))) {
      if (++index >= from && event.severity >= query.minLevel) yield { event, file, index };
      if (index % EVENTS_PER_PAUSE === 0) yield undefined;
    }
  }

  /** Whether the events found are those that the index knows. */
  *#walkStretch(
    start: number,
    end: number,
    from: number,
    wanted: WalkQuery,
  ): Generator<Walked | undefined, boolean> {
    const query = { ...wanted, sinceNs: this.#timesNs[start], untilNs: this.#timesNs[end - 1] };
    let index = start;
    let steps = 0;
    for (const { event, file } of mergeByTime(this.files.map((file) => ({ file, query })))) {
      const lane = this.#laneNumbers.get(file)?.get(event.thread.id);
      while (index < end && !this.#isOf(index, event, lane)) index++;
      if (index >= end) return false;
      if (index >= from) yield { event, file, index };
      index++;
      if (++steps % EVENTS_PER_PAUSE === 0) yield undefined;
    }
    return true;
  }

  #isOf(index: number, { timeNs, severity }: RecordedEvent, lane: number | undefined): boolean {
    return (
      this.#laneOf[index] === lane &&
      this.#severities[index] === severity &&
      this.#timesNs[index] === timeNs
    );
  }

  /** The first of the events that have the time of this one, where times are in order. */
  firstAt(index: number): number {
    let first = index;
    while (first > 0 && this.#timesNs[first - 1] === this.#timesNs[index]) first--;
    return first;
  }

  /** The first event at a time or later; `count` if there is none. */
  indexAtTime(timeNs: bigint): number {
    let [low, high] = [0, this.count];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#timesNs[middle] < timeNs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Events of a level and above, given its first severity. */
  atLeast(minSeverity: number): EventSet {
    return this.#fromLevel[levelPlace(minSeverity)];
  }

  /** What is counted of a recording, but for the events that another one gave already. */
  summaryOf(file: RecordingFile): Summary {
    const own = this.lanes.filter((lane) => lane.file === file);
    const byLevel = LEVELS.map((level, place) => {
      return [level, own.reduce((sum, { byLevel }) => sum + byLevel[place], 0)] as const;
    });
    const firsts = own.map(({ first }) => first);
    const lasts = own.map(({ last }) => last);
    return summaryOf(file.recording, {
      byLevel: Object.fromEntries(byLevel) as Summary['byLevel'],
      byThread: new Map(
        own.map(({ threadId, byLevel }) => [threadId, byLevel.reduce((a, b) => a + b, 0)]),
      ),
      firstNs: own.length === 0 ? null : this.#timesNs[Math.min(...firsts)],
      lastNs: own.length === 0 ? null : this.#timesNs[Math.max(...lasts)],
    });
  }

  #add(event: RecordedEvent, file: RecordingFile): void {
    const index = this.count;
    if (index === this.#timesNs.length) this.#grow();
    const sinceLastNs = index === 0 ? 0n : event.timeNs - this.#timesNs[index - 1];
    if (sinceLastNs < 0n) this.isOrdered = false;
    if (sinceLastNs >= LEAST_PAUSE_NS && this.#isLong(sinceLastNs)) this.pauses.add(index);
    this.#timesNs[index] = event.timeNs;
    this.#severities[index] = event.severity;
    const number = this.#laneNumber(event, file);
    this.#laneOf[index] = number;
    const lane = this.lanes[number];
    lane.byLevel[levelPlace(event.severity)]++;
    lane.last = index;
    for (let place = levelPlace(event.severity); place >= 0; place--) {
      this.#fromLevel[place].add(index);
    }
    if (event.severity < WARN_SEVERITY) this.firstMinorOf[number] ??= index;
    this.count++;
  }

  /** Compared with those before it, so that the pauses of a quiet program are not all of them long. */
  #isLong(sinceLastNs: bigint): boolean {
    const { count } = this;
    const beforeNs = this.#timesNs[count - 1] - this.#timesNs[0];
    return sinceLastNs * BigInt(count) >= beforeNs * LONG_FACTOR;
  }

  #laneNumber({ thread }: RecordedEvent, file: RecordingFile): number {
    let ofFile = this.#laneNumbers.get(file);
    if (ofFile === undefined) {
      ofFile = new Map();
      this.#laneNumbers.set(file, ofFile);
    }
    let number = ofFile.get(thread.id);
    if (number === undefined) {
      if (this.lanes.length === MAX_LANES) throw new Error('more threads than can be shown');
      number = this.lanes.length;
      ofFile.set(thread.id, number);
      const label = threadLabel(thread, file.recording.threads);
      const byLevel = LEVELS.map(() => 0);
      const { count: first } = this;
      this.lanes.push({ file, threadId: thread.id, label, byLevel, first, last: first });
    }
    return number;
  }

  #grow(): void {
    const capacity = this.count * 2;
    const timesNs = new BigInt64Array(capacity);
    timesNs.set(this.#timesNs);
    this.#timesNs = timesNs;
    const severities = new Uint8Array(capacity);
    severities.set(this.#severities);
    this.#severities = severities;
    const laneOf = new Uint16Array(capacity);
    laneOf.set(this.#laneOf);
    this.#laneOf = laneOf;
  }
}

function levelPlace(severity: number): number {
  return Math.min(LEVELS.length - 1, (severity - 1) >> 2);
}
