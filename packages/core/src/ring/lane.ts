/**
 * One thread's way into one pool: the open segment it appends to. The owner appends without
 * contention: plain stores, then one atomic store of the committed length. No lock, no wait.
 *
 * The fields are public since the encoder writes records in place: it writes at `position`,
 * below `limit`, and then calls `commit` with where it ended. Until then nobody sees the bytes.
 */

import {
  POOL_WARN,
  ROW_REFUSED,
  SEGMENT_COMMITTED,
  SEGMENT_HEADER_BYTES,
} from '../memory/ring-layout.ts';
import type { RingMemory } from './ring-memory.ts';
import { sealAbandoned } from './seal-abandoned.ts';
import {
  claimSegment,
  isCrowded,
  NO_SEGMENT,
  nextEventIndex,
  openWord,
  sealSegment,
} from './segments.ts';
import { countInRow, reapVanished, type ThreadSlot } from './thread-table.ts';

/** Both clocks at the moment when a segment is opened. */
export interface SegmentStamp {
  readonly baseNs: bigint;
  /** Epoch milliseconds, with their fraction. */
  readonly wallMs: number;
  /** The same instant on the thread's own clock, in whole nanoseconds. */
  readonly baseTickNs: number;
}

/** One sequence for all lanes of the thread, so that no two segments ever share a serial. */
let lastSerial = 0;

/** When the operating system is asked for vanished threads again: after a number of refusals, … */
const REAP_EVERY_REFUSALS = 1024;
/** … after a refusal some time later, … */
const REAP_REFUSED_AFTER_NS = 100e6;
/** … and where many segments are open, which may be theirs. */
const REAP_CROWDED_AFTER_NS = 1e9;

const MAX_SKIPS = 63;

export class Lane {
  readonly memory: RingMemory;
  readonly thread: ThreadSlot;
  readonly pool: number;
  /** Byte offset in the ring at which the next record begins. */
  position = 0;
  /** Byte offset just past the open segment; equal to `position` where none is open. */
  limit = 0;
  /** Names the open segment; what was defined under another serial is not in it. */
  serial = 0;
  /** Definitions in the open segment so far. */
  shapeCount = 0;
  contextCount = 0;
  /** True from a commit that holds definitions until their numbers are noted. */
  isDefining = false;
  /** The segment's base on the thread's own clock. */
  baseTickNs = 0;
  /** The segment's base on the clock of the process, in two halves. */
  baseLow = 0;
  baseHigh = 0;
  /** Set by the writer of records: highest severity and last `dt` in the open segment. */
  maxSeverity = 0;
  lastDtNs = 0;
  /** Events in the open segment. */
  eventCount = 0;
  /** Called right after each commit with the segment, where events are written through. */
  afterCommit: ((segment: number) => void) | null = null;
  readonly #stamp: () => SegmentStamp;
  #segment = NO_SEGMENT;
  #start = 0;
  #committedWord = 0;
  #firstEvent: bigint;
  /** The open segment's word, by which it is told from the same place with another tenant. */
  #openWord = 0n;
  /** True from the beginning of a claim until the lane has noted what it won. */
  #isClaiming = false;
  #refusals = 0;
  /** Events of a crowded warn lane that go elsewhere before it looks for a segment again. */
  #skipsLeft = 0;
  /** How many that will be after the next refusal: more, the longer it is crowded. */
  #skips = 0;
  #lastReapTickNs = Number.NEGATIVE_INFINITY;

  constructor(memory: RingMemory, thread: ThreadSlot, pool: number, stamp: () => SegmentStamp) {
    this.memory = memory;
    this.thread = thread;
    this.pool = pool;
    this.#stamp = stamp;
    this.#firstEvent = memory.i64[nextEventIndex(thread.row, pool)];
  }

  /** Bytes that the largest record can have. */
  get capacityBytes(): number {
    return this.memory.segmentBytes - SEGMENT_HEADER_BYTES;
  }

  /**
   * Makes room for a record of `lengthBytes`, in a new segment where the open one is too full.
   * False: refused, and counted by the caller with `countRefused` if that is its last word.
   */
  reserve(lengthBytes: number): boolean {
    if (this.position + lengthBytes <= this.limit) return true;
    return lengthBytes <= this.capacityBytes && this.renew();
  }

  /** Seals the open segment and opens an empty one. False: refused. */
  renew(): boolean {
    this.seal();
    return this.#open();
  }

  /** Publishes the record that ends at `end`, one event further. */
  commit(end: number): void {
    this.position = end;
    this.eventCount++;
    // Publishes the payload; pairs with the load of the committed length in capture.ts.
    Atomics.store(this.memory.i32, this.#committedWord, end - this.#start);
    if (this.afterCommit !== null) this.afterCommit(this.#segment);
  }

  /** Publishes definitions that end at `end`, no event: the next one has them written through. */
  commitDefinition(end: number): void {
    this.position = end;
    // Pairs with the load of the committed length in capture.ts, as in `commit`.
    Atomics.store(this.memory.i32, this.#committedWord, end - this.#start);
  }

  /** Calls `afterCommit` of `other`, whose event was committed here. */
  commitFor(other: Lane): void {
    if (this.#segment !== NO_SEGMENT) other.afterCommit?.(this.#segment);
  }

  /** Seals the open segment, if there is one, so that it stands as history. */
  seal(): void {
    const segment = this.#segment;
    if (segment === NO_SEGMENT) return;
    // First of all: a `vm` timeout can cut a call off anywhere below, and a segment that is sealed
    // must not be written to. What it leaves undone the next call does once more.
    this.position = 0;
    this.limit = 0;
    const nextEvent = this.#firstEvent + BigInt(this.eventCount);
    sealSegment(this.memory, segment, {
      row: this.thread.row,
      pool: this.pool,
      word: this.#openWord,
      eventCount: this.eventCount,
      maxSeverity: this.maxSeverity,
      lastDtNs: this.lastDtNs,
      nextEvent,
    });
    this.#segment = NO_SEGMENT;
    this.#firstEvent = nextEvent;
    this.eventCount = 0;
  }

  countRefused(): void {
    countInRow(this.memory, this.thread.row, ROW_REFUSED);
  }

  #open(): boolean {
    // In a crowded ring warnings go among the thread's other events, which costs less than to look
    // through all segments for each of them again (5 µs at 64 threads and 16 MiB, Node 20.20).
    if (this.#skipsLeft > 0) {
      this.#skipsLeft--;
      return false;
    }
    let segment = this.#claim();
    // Segments of threads that vanished unseen come free this way. It costs system calls, so it
    // is done only where segments are scarce, and once in a while.
    if (this.#isTimeToReap(segment === NO_SEGMENT)) {
      const reaped = reapVanished(this.memory, this.thread.row);
      if (segment === NO_SEGMENT && reaped > 0) segment = this.#claim();
    }
    if (segment === NO_SEGMENT) {
      if (this.pool === POOL_WARN) this.#skipsLeft = this.#skips;
      this.#skips = Math.min(this.#skips * 2 + 1, MAX_SKIPS);
      return false;
    }
    const offset = this.memory.segmentOffset(segment);
    // From the first line to the last no function is called, so nothing can come in between.
    this.#segment = segment;
    this.#start = offset + SEGMENT_HEADER_BYTES;
    this.#committedWord = (offset + SEGMENT_COMMITTED) >> 2;
    this.position = this.#start;
    this.limit = offset + this.memory.segmentBytes;
    this.serial = ++lastSerial;
    this.shapeCount = 0;
    this.contextCount = 0;
    this.isDefining = false;
    this.maxSeverity = 0;
    this.lastDtNs = 0;
    this.eventCount = 0;
    this.#skips = 0;
    this.#isClaiming = false;
    return true;
  }

  #isTimeToReap(isRefused: boolean): boolean {
    const sinceNs = this.baseTickNs - this.#lastReapTickNs;
    const isTime = isRefused
      ? this.#refusals++ % REAP_EVERY_REFUSALS === 0 || sinceNs > REAP_REFUSED_AFTER_NS
      : sinceNs > REAP_CROWDED_AFTER_NS && isCrowded(this.memory);
    if (isTime) this.#lastReapTickNs = this.baseTickNs;
    return isTime;
  }

  #claim(): number {
    // Still set: a `vm` timeout cut the last claim off, and what it had won is nobody's.
    if (this.#isClaiming) sealAbandoned(this.memory, this.thread.row, this.pool);
    this.#isClaiming = true;
    const stamp = this.#stamp();
    this.baseTickNs = stamp.baseTickNs;
    this.baseLow = Number(BigInt.asIntN(32, stamp.baseNs));
    this.baseHigh = Number(BigInt.asIntN(32, stamp.baseNs >> 32n));
    const segment = claimSegment(this.memory, {
      row: this.thread.row,
      incarnation: this.thread.incarnation,
      threadId: this.thread.threadId,
      pool: this.pool,
      firstEvent: this.#firstEvent,
      baseNs: stamp.baseNs,
      wallMs: stamp.wallMs,
    });
    if (segment === NO_SEGMENT) this.#isClaiming = false;
    else this.#openWord = openWord(this.memory, segment);
    return segment;
  }
}
