/**
 * `ttlog/ring`: the shared ring by itself, without logger, recorder or files. Any thread that has
 * the buffer may write, take snapshots and, in refuse mode, drain.
 */

import { threadId } from 'node:worker_threads';
import { countEntries, isEntry, itemEnd, MALFORMED } from './memory/cbor-item.ts';
import {
  HEADER_RETIRED_ATTEMPTED,
  HEADER_RETIRED_REFUSED,
  HEADER_RETIRED_TOO_LARGE,
  MODE_OVERWRITE,
  MODE_REFUSE,
  POOL_NORMAL,
  ROW_TOO_LARGE,
  SEGMENT_WORD,
} from './memory/ring-layout.ts';
import { lowHalfState, STATE_FREE, STATE_OPEN, STATE_SEALED } from './memory/segment-word.ts';
import { writeHead } from './record/write-head.ts';
import { accountThreads, captureRing } from './ring/capture.ts';
import { drainedRecords, drainRing } from './ring/drain.ts';
import { Lane, type SegmentStamp } from './ring/lane.ts';
import { currentOsThread } from './ring/os-thread.ts';
import { RingMemory, ringGeometry } from './ring/ring-memory.ts';
import { countInRow, endThread, joinThread, readRetired } from './ring/thread-table.ts';

export type RingMode = 'overwrite' | 'refuse';

export interface RingOptions {
  /** Bytes of all segments together; header and thread table come on top. Default 16 MiB. */
  bytes?: number;
  /** Bytes of a segment: a multiple of 128 from 4 KiB to 16 MiB. Default 64 KiB. */
  segmentBytes?: number;
  /**
   * What happens when the ring is full. `overwrite` (default): the oldest segment is reused.
   * `refuse`: a bounded queue, `trySend` returns false until `drain()` has made room.
   */
  mode?: RingMode;
}

export interface RingWriter {
  /**
   * Stores a copy of `bytes` as one entry. Never waits. False where it was not stored: in refuse
   * mode while the ring is full, in either mode while every segment is some thread's open one,
   * and for entries larger than a segment. Each cause is counted in `stats()`.
   */
  trySend(bytes: Uint8Array): boolean;
}

export interface RingStats {
  mode: RingMode;
  segments: { total: number; free: number; open: number; sealed: number };
  /** Entries that a snapshot would hold now. */
  entries: number;
  /** Calls of `trySend` in all threads; entries + drained + overwritten + refused + tooLarge. */
  attempted: number;
  drained: number;
  overwritten: number;
  refused: number;
  tooLarge: number;
}

export interface Ring {
  /** Give it to another thread (`workerData`, `postMessage`), and there to `attachRing`. */
  readonly buffer: SharedArrayBuffer;
  readonly mode: RingMode;
  /** The calling thread's writer; the same one at every call. */
  writer(): RingWriter;
  /** The entries in the ring, oldest first. Drains nothing and stops no writer. */
  takeSnapshot(): Uint8Array[];
  /** Takes entries out, in refuse mode. Each is delivered to exactly one consumer. */
  drain(): Uint8Array[];
  stats(): RingStats;
  /**
   * Seals what the thread `threadId` left open. Call it once the thread has ended, from the
   * worker's 'exit' event; until then its last segment cannot be reused.
   */
  seal(threadId: number): void;
}

const TIMELESS: SegmentStamp = { baseNs: 0n, wallMs: 0, baseTickNs: 0 };
const MAX_HEAD_BYTES = 5;
const DEFAULT_BYTES = 16 * 1024 * 1024;
const DEFAULT_SEGMENT_BYTES = 64 * 1024;

/** Makes a ring. Throws a TypeError that names the option, what it got and what it takes. */
export function createRing(options: RingOptions = {}): Ring {
  const {
    bytes = DEFAULT_BYTES,
    segmentBytes = DEFAULT_SEGMENT_BYTES,
    mode = 'overwrite',
  } = options;
  if (mode !== 'overwrite' && mode !== 'refuse') {
    throw new TypeError(`ttlog: mode is ${String(mode)}; it takes 'overwrite' or 'refuse'`);
  }
  const modeWord = mode === 'refuse' ? MODE_REFUSE : MODE_OVERWRITE;
  return new SharedRing(RingMemory.allocate(ringGeometry(bytes, segmentBytes, modeWord, 1)));
}

/** The ring that another thread made. Throws a TypeError where `buffer` holds none. */
export function attachRing(buffer: SharedArrayBuffer): Ring {
  return new SharedRing(RingMemory.attach(buffer));
}

class SharedRing implements Ring {
  readonly buffer: SharedArrayBuffer;
  readonly mode: RingMode;
  readonly #memory: RingMemory;
  #writer: RingWriter | null = null;

  constructor(memory: RingMemory) {
    this.#memory = memory;
    this.buffer = memory.buffer as SharedArrayBuffer;
    this.mode = memory.mode === MODE_REFUSE ? 'refuse' : 'overwrite';
  }

  writer(): RingWriter {
    this.#writer ??= openWriter(this.#memory);
    return this.#writer;
  }

  takeSnapshot(): Uint8Array[] {
    const entries: Uint8Array[] = [];
    for (const segment of captureRing(this.#memory).segments) {
      readEntries(segment.records.subarray(drainedRecords(this.#memory, segment)), entries);
    }
    return entries;
  }

  drain(): Uint8Array[] {
    if (this.mode !== 'refuse') {
      throw new TypeError("ttlog: drain() takes entries out of a ring of mode 'refuse' only");
    }
    const entries: Uint8Array[] = [];
    for (const stretch of drainRing(this.#memory)) readEntries(stretch, entries);
    return entries;
  }

  stats(): RingStats {
    const memory = this.#memory;
    const segments = { total: memory.segmentCount, free: 0, open: 0, sealed: 0 };
    for (let segment = 0; segment < memory.segmentCount; segment++) {
      const state = lowHalfState(memory.i32[(memory.segmentOffset(segment) + SEGMENT_WORD) >> 2]);
      if (state === STATE_FREE) segments.free++;
      else if (state === STATE_OPEN) segments.open++;
      else if (state === STATE_SEALED) segments.sealed++;
    }
    const captured = captureRing(memory);
    let entries = 0;
    for (const segment of captured.segments) {
      const drained = drainedRecords(memory, segment);
      entries += countEntries(segment.records, drained, segment.records.length);
    }
    // Those of threads that gave their row to another one.
    const retired = readRetired(memory);
    let attempted = retired(HEADER_RETIRED_ATTEMPTED);
    let refused = retired(HEADER_RETIRED_REFUSED);
    let tooLarge = retired(HEADER_RETIRED_TOO_LARGE);
    for (const account of accountThreads(captured).values()) {
      attempted += account.attempted;
      refused += account.refused;
      tooLarge += account.tooLarge;
    }
    const gone = Number(attempted - refused - tooLarge) - entries;
    return {
      mode: this.mode,
      segments,
      entries,
      attempted: Number(attempted),
      drained: this.mode === 'refuse' ? gone : 0,
      overwritten: this.mode === 'refuse' ? 0 : gone,
      refused: Number(refused),
      tooLarge: Number(tooLarge),
    };
  }

  seal(threadId: number): void {
    endThread(this.#memory, threadId, 0);
  }
}

function openWriter(memory: RingMemory): RingWriter {
  const thread = joinThread(memory, {
    threadId,
    name: threadId === 0 ? 'main' : `worker-${threadId}`,
    parentRow: -1,
    os: currentOsThread(),
    startedAtMs: 0,
  });
  // More living threads than rows: this one can store nothing, and that must not throw.
  if (thread === null) return { trySend: () => false };
  const lane = new Lane(memory, thread, POOL_NORMAL, () => TIMELESS);
  return {
    trySend(bytes: Uint8Array): boolean {
      const lengthBytes = bytes.length;
      if (lengthBytes + MAX_HEAD_BYTES > lane.capacityBytes) {
        countInRow(memory, thread.row, ROW_TOO_LARGE);
        return false;
      }
      if (!lane.reserve(lengthBytes + MAX_HEAD_BYTES)) {
        lane.countRefused();
        return false;
      }
      const start = writeHead(memory.u8, lane.position, 2, lengthBytes);
      memory.u8.set(bytes, start);
      lane.commit(start + lengthBytes);
      return true;
    },
  };
}

function readEntries(records: Uint8Array, into: Uint8Array[]): void {
  let position = 0;
  while (position < records.length) {
    const end = itemEnd(records, position, records.length);
    if (end === MALFORMED) break;
    if (isEntry(records, position, end)) {
      const info = records[position] & 0x1f;
      const headBytes = info < 24 ? 1 : 1 + (1 << (info - 24));
      into.push(records.slice(position + headBytes, end));
    }
    position = end;
  }
}
