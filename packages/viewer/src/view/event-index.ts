/**
 * What the full-screen reader keeps of every event: its time, its severity and whose it is, and a few
 * sets. All else is read again when it is shown, by `event-reader.ts`.
 */

import { type EventTitle, LEVELS, type RecordedEvent } from 'ttlog/reader';
import { type Summary, summaryOf } from '../digest/summary.ts';
import { threadLabel } from '../format/source-label.ts';
import { EventColumns } from '../input/event-columns.ts';
import { firstAtTime } from '../input/first-at-time.ts';
import { mergeByTime, WalkMerge } from '../input/merge.ts';
import { PlainLog } from '../input/plain-log.ts';
import type { RecordingFile, SourcedEvent } from '../recording-file.ts';
import { EventSet } from './event-set.ts';

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

/** What the index takes of an event. */
type Indexed = Pick<RecordedEvent, 'timeNs' | 'severity' | 'thread'>;

export class EventIndex {
  /** Whether all events have been read. */
  isComplete = false;
  /** Whether, once complete, a log has turned out to be other than it looked: another index has it all. */
  isOutdated = false;
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
  readonly #columns = new EventColumns();
  readonly #logs: readonly PlainLog[];
  readonly #laneNumbers = new Map<RecordingFile, Map<number, number>>();
  /** Threads are named by one object for all their events, which is found faster than by id. */
  #lastThread: RecordedEvent['thread'] | null = null;
  #lastFile: RecordingFile | null = null;
  #lastLane = 0;

  constructor(files: readonly RecordingFile[]) {
    this.files = files;
    this.#logs = files
      .map(({ recording }) => recording)
      .filter((recording) => recording instanceof PlainLog);
  }

  get count(): number {
    return this.#columns.count;
  }

  timeNsAt(index: number): bigint {
    return this.#columns.timeNsAt(index);
  }

  severityAt(index: number): number {
    return this.#columns.severityAt(index);
  }

  laneAt(index: number): number {
    return this.#columns.laneAt(index);
  }

  /**
   * Goes over all events once; yields now and then. Of a recording no event is decoded: whether one
   * can be is found out when it is shown.
   */
  *fill(): Generator<void> {
    for (const log of this.#logs) if (log.isOutOfOrder) yield* log.finish();
    const endNs = this.#endNs;
    const merge = WalkMerge.overHeads(this.files);
    while (merge?.next()) {
      this.#add(merge.walk, merge.file);
      if (this.count % EVENTS_PER_PAUSE !== 0) continue;
      if (this.#logs.some(({ isOutOfOrder }) => isOutOfOrder)) break;
      yield;
    }
    const sources = this.files.map((file) => ({ file, query: {} }));
    for (const { event, file } of merge === null ? mergeByTime(sources) : []) {
      this.#add(event, file);
      if (this.count % EVENTS_PER_PAUSE === 0) yield;
    }
    const isPreliminary = this.#logs.some(({ isOutOfOrder }) => isOutOfOrder);
    this.isOutdated = isPreliminary || this.#endNs !== endNs;
    this.isComplete = true;
  }

  /** How far it is read, from 0 to 1; null where that cannot be told. */
  get progress(): number | null {
    const growing = this.#logs.filter(({ isComplete }) => !isComplete);
    if (growing.length > 0) return Math.min(...growing.map(({ progress }) => progress));
    let events = 0;
    for (const { recording } of this.files) {
      if (recording.footer === null) return null;
      events += recording.footer.events;
    }
    return events === 0 ? null : Math.min(1, this.count / events);
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
      while (end < this.count && this.timeNsAt(end) === this.timeNsAt(end - 1)) end++;
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
    const query = { ...wanted, sinceNs: this.timeNsAt(start), untilNs: this.timeNsAt(end - 1) };
    let index = start;
    let steps = 0;
    for (const { event, file } of mergeByTime(this.files.map((file) => ({ file, query })))) {
      index = this.placeOf({ event, file }, index, end);
      if (index === end) return false;
      if (index >= from) yield { event, file, index };
      index++;
      if (++steps % EVENTS_PER_PAUSE === 0) yield undefined;
    }
    return true;
  }

  /** The number of an event that is one of [start, end); `end` where it is none of them. */
  placeOf({ event, file }: SourcedEvent, start: number, end: number): number {
    const { timeNs, severity, thread } = event;
    const lane = this.#laneNumbers.get(file)?.get(thread.id);
    for (let index = start; index < end; index++) {
      const isOf =
        this.laneAt(index) === lane &&
        this.severityAt(index) === severity &&
        this.timeNsAt(index) === timeNs;
      if (isOf) return index;
    }
    return end;
  }

  /** The first of the events that have the time of this one, where times are in order. */
  firstAt(index: number): number {
    let first = index;
    while (first > 0 && this.timeNsAt(first - 1) === this.timeNsAt(index)) first--;
    return first;
  }

  /** The first event at a time or later; `count` if there is none. */
  indexAtTime(timeNs: bigint): number {
    return firstAtTime(this.count, (place) => this.timeNsAt(place), timeNs);
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
      firstNs: own.length === 0 ? null : this.timeNsAt(Math.min(...firsts)),
      lastNs: own.length === 0 ? null : this.timeNsAt(Math.max(...lasts)),
    });
  }

  /** When the logs end, which may be a guess before they are read. */
  get #endNs(): bigint {
    return this.#logs.reduce((sum, { endNs }) => sum + endNs, 0n);
  }

  #add({ timeNs, severity, thread }: Indexed, file: RecordingFile): void {
    const index = this.count;
    const sinceLastNs = index === 0 ? 0n : timeNs - this.timeNsAt(index - 1);
    if (sinceLastNs < 0n) this.isOrdered = false;
    if (sinceLastNs >= LEAST_PAUSE_NS && this.#isLong(sinceLastNs)) this.pauses.add(index);
    const number = this.#laneNumber(thread, file);
    this.#columns.add(timeNs, severity, number);
    const lane = this.lanes[number];
    lane.byLevel[levelPlace(severity)]++;
    lane.last = index;
    for (let place = levelPlace(severity); place >= 0; place--) this.#fromLevel[place].add(index);
    if (severity < WARN_SEVERITY) this.firstMinorOf[number] ??= index;
  }

  /** Compared with those before it, so that the pauses of a quiet program are not all of them long. */
  #isLong(sinceLastNs: bigint): boolean {
    const { count } = this;
    const beforeNs = this.timeNsAt(count - 1) - this.timeNsAt(0);
    return sinceLastNs * BigInt(count) >= beforeNs * LONG_FACTOR;
  }

  #laneNumber(thread: RecordedEvent['thread'], file: RecordingFile): number {
    if (thread !== this.#lastThread || file !== this.#lastFile) {
      this.#lastThread = thread;
      this.#lastFile = file;
      this.#lastLane = this.#laneNumberById(thread, file);
    }
    return this.#lastLane;
  }

  #laneNumberById(thread: RecordedEvent['thread'], file: RecordingFile): number {
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
}

function levelPlace(severity: number): number {
  return Math.min(LEVELS.length - 1, (severity - 1) >> 2);
}
