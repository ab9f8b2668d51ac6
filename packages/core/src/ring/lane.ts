/**
 * One thread's way into one pool: the open segment it appends to. The owner appends without
 * contention: plain stores, then one atomic store of the committed length. No lock, no wait.
 *
 * The fields are public since the encoder writes records in place: it writes at `position`,
 * below `limit`, and then calls `commit` with where it ended. Until then nobody sees the bytes.
 */

import { ROW_REFUSED, SEGMENT_COMMITTED, SEGMENT_HEADER_BYTES } from '../memory/ring-layout.ts';
import type { RingMemory } from './ring-memory.ts';
import { claimSegment, NO_SEGMENT, nextEventIndex, sealSegment } from './segments.ts';
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

/** Refusals in a row after which the operating system is asked for vanished threads again. */
const REAP_EVERY_REFUSALS = 1024;

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
  /** Set by the writer of records: highest severity and last `dt` in the open segment. */
  maxSeverity = 0;
  lastDtNs = 0;
  /** Events in the open segment. */
  eventCount = 0;
  readonly #stamp: () => SegmentStamp;
  #segment = NO_SEGMENT;
  #start = 0;
  #committedWord = 0;
  #firstEvent: bigint;
  #refusalsInARow = 0;

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
  }

  /** Seals the open segment, if there is one, so that it stands as history. */
  seal(): void {
    const segment = this.#segment;
    if (segment === NO_SEGMENT) return;
    this.#segment = NO_SEGMENT;
    this.#firstEvent += BigInt(this.eventCount);
    sealSegment(this.memory, segment, {
      row: this.thread.row,
      pool: this.pool,
      eventCount: this.eventCount,
      maxSeverity: this.maxSeverity,
      lastDtNs: this.lastDtNs,
      nextEvent: this.#firstEvent,
    });
    this.position = 0;
    this.limit = 0;
    this.eventCount = 0;
  }

  countRefused(): void {
    countInRow(this.memory, this.thread.row, ROW_REFUSED);
  }

  #open(): boolean {
    let segment = this.#claim();
    if (segment === NO_SEGMENT) {
      // Segments of threads that vanished unseen come free this way. It costs system calls, so
      // a thread that is refused again and again asks only once in a while.
      const isTimeToReap = this.#refusalsInARow++ % REAP_EVERY_REFUSALS === 0;
      if (!isTimeToReap || reapVanished(this.memory, this.thread.row) === 0) return false;
      segment = this.#claim();
      if (segment === NO_SEGMENT) return false;
    }
    this.#refusalsInARow = 0;
    const offset = this.memory.segmentOffset(segment);
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
    return true;
  }

  #claim(): number {
    const stamp = this.#stamp();
    this.baseTickNs = stamp.baseTickNs;
    return claimSegment(this.memory, {
      row: this.thread.row,
      incarnation: this.thread.incarnation,
      threadId: this.thread.threadId,
      pool: this.pool,
      firstEvent: this.#firstEvent,
      baseNs: stamp.baseNs,
      wallMs: stamp.wallMs,
    });
  }
}
