/**
 * What is known of a plain log's lines after one look at each: where it begins, its time, level and
 * thread, and in which order times come. The look is taken line by line, as far as somebody wants it.
 */

import { EventColumns } from './event-columns.ts';
import { firstAtTime } from './first-at-time.ts';
import { type PlainBytes, plainText } from './plain-bytes.ts';
import { type PlainHead, type PlainText, readPlainHead } from './plain-event.ts';
import { sortSteps } from './sort-steps.ts';

/** Lines before the first that tells a time have its time, if it is among so many. */
const MAX_UNTIMED_LINES = 10_000;
/** Enough for several lines, of which the last tells when the log ends. */
const TAIL_BYTES = 64 * 1024;
const LINES_PER_PAUSE = 256;
/** As many as a column tells apart; what is beyond counts for the last. */
const MAX_THREADS = 65_535;

export interface PlainThread {
  readonly id: number;
  readonly name: string;
  events: number;
}

export class PlainSurvey {
  host = '';
  service = '';
  pid = 0;
  startNs = 0n;
  /** Before all lines are seen that of the last one, which it is if the log is in order. */
  endNs: bigint;
  isComplete = false;
  /** Whether no line seen so far has an earlier time than the one before. */
  isOrdered = true;
  readonly threads: PlainThread[] = [];
  readonly #plain: PlainBytes;
  readonly #columns = new EventColumns();
  readonly #starts: number[] = [];
  /** By id, or by name where lines give no id. */
  readonly #threadNumbers = new Map<number | string, number>();
  readonly #firstNs: bigint;
  #position = 0;
  #lastNs: bigint;
  #latestNs = 0n;
  #orderedCount = 0;
  /** Numbers of lines by time, where that is not their order. */
  #order: Uint32Array | null = null;

  constructor(plain: PlainBytes) {
    this.#plain = plain;
    this.#firstNs = this.#findFirstTime();
    this.#lastNs = this.#firstNs;
    this.endNs = this.#findLastTime() ?? this.#firstNs;
  }

  /** Lines that hold anything, as far as they were seen and are in order. */
  get count(): number {
    return this.isOrdered || this.isComplete ? this.#columns.count : this.#orderedCount;
  }

  /** How much of the log was seen, from 0 to 1. */
  get progress(): number {
    return this.#plain.lengthBytes === 0 ? 1 : this.#position / this.#plain.lengthBytes;
  }

  /** By time. */
  timeNsAt(place: number): bigint {
    return this.#columns.timeNsAt(this.#lineAt(place));
  }

  severityAt(place: number): number {
    return this.#columns.severityAt(this.#lineAt(place));
  }

  threadAt(place: number): PlainThread {
    return this.threads[this.#columns.laneAt(this.#lineAt(place))];
  }

  textAt(place: number): PlainText {
    const start = this.#starts[this.#lineAt(place)];
    return this.#textOf(start, this.#plain.lineEnd(start));
  }

  /** The first line of a time or later; `count` if there is none. */
  placeAtTime(timeNs: bigint): number {
    return firstAtTime(this.count, (place) => this.timeNsAt(place), timeNs);
  }

  /** Looks at one more line; false at the end, where an order that is needed is still to be made. */
  readLine(): boolean {
    while (this.#position < this.#plain.lengthBytes) {
      const start = this.#position;
      const end = this.#plain.lineEnd(start);
      this.#position = end + 1;
      const line = this.#textOf(start, end);
      if (line.text === '') continue;
      this.#add(start, readPlainHead(line, this.#lastNs));
      return true;
    }
    if (this.isOrdered) this.#complete();
    return false;
  }

  /** Looks at all lines and puts them in order; yields now and then. */
  *finish(): Generator<void> {
    for (let lines = 1; this.readLine(); lines++) if (lines % LINES_PER_PAUSE === 0) yield;
    if (this.isOrdered) return;
    const columns = this.#columns;
    const isInOrder = (a: number, b: number): boolean => columns.timeNsAt(a) <= columns.timeNsAt(b);
    this.#order = yield* sortSteps(columns.count, isInOrder);
    this.#complete();
  }

  #complete(): void {
    this.isComplete = true;
    if (this.count > 0) this.endNs = this.#latestNs;
  }

  #lineAt(place: number): number {
    return this.#order === null ? place : this.#order[place];
  }

  #add(start: number, head: PlainHead): void {
    const { timeNs, severity, host, pid, service } = head;
    if (this.#columns.count === 0) [this.startNs, this.#latestNs] = [timeNs, timeNs];
    if (timeNs < this.#lastNs) this.isOrdered = false;
    if (timeNs < this.startNs) this.startNs = timeNs;
    if (timeNs > this.#latestNs) this.#latestNs = timeNs;
    if (this.host === '') this.host = host ?? '';
    if (this.service === '') this.service = service ?? '';
    if (this.pid === 0) this.pid = pid ?? 0;
    this.#columns.add(timeNs, severity, this.#threadNumber(head));
    this.#starts.push(start);
    this.#lastNs = timeNs;
    if (this.isOrdered) this.#orderedCount++;
  }

  #threadNumber({ thread: { id, name }, isThreadByName }: PlainHead): number {
    const key = isThreadByName ? name : id;
    let number = this.#threadNumbers.get(key);
    if (number === undefined) {
      number = Math.min(this.threads.length, MAX_THREADS - 1);
      this.#threadNumbers.set(key, number);
      const ownId = isThreadByName ? this.#freeThreadId() : id;
      if (number === this.threads.length) this.threads.push({ id: ownId, name, events: 0 });
    }
    this.threads[number].events++;
    return number;
  }

  /** 0 is for lines that tell nothing of a thread. */
  #freeThreadId(): number {
    return this.threads.reduce((most, { id }) => Math.max(most, id), 0) + 1;
  }

  #textOf(start: number, end: number): PlainText {
    return plainText(this.#plain.bytes.subarray(start, end));
  }

  #findFirstTime(): bigint {
    let start = 0;
    for (let line = 0; line < MAX_UNTIMED_LINES && start < this.#plain.lengthBytes; line++) {
      const end = this.#plain.lineEnd(start);
      const { hasTime, timeNs } = readPlainHead(this.#textOf(start, end), 0n);
      if (hasTime) return timeNs;
      start = end + 1;
    }
    return 0n;
  }

  #findLastTime(): bigint | null {
    const lines = this.#plain.tail(TAIL_BYTES).toString('utf8').split('\n');
    for (const line of lines.reverse()) {
      const { hasTime, timeNs } = readPlainHead({ text: line.trim(), isCut: false }, 0n);
      if (hasTime) return timeNs;
    }
    return null;
  }
}
