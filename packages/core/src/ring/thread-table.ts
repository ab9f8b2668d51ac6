/**
 * Which threads share the ring: joining, leaving, dying, and the counters that each thread keeps
 * in its row. A row is written by its own thread, but for the marks of its end.
 */

import { bufferFrom } from '../memory/byte-views.ts';
import {
  END_ALIVE,
  END_EXITED,
  END_VANISHED,
  HEADER_HEARTBEAT,
  HEADER_INCARNATIONS,
  HEADER_RETIRED_ATTEMPTED,
  HEADER_RETIRED_CUT,
  HEADER_RETIRED_REFUSED,
  HEADER_RETIRED_TOO_LARGE,
  HEADER_RETIRED_TORN,
  POOL_COUNT,
  ROW_CLAIMING,
  ROW_CUT,
  ROW_DEAD,
  ROW_END,
  ROW_EXIT_CODE,
  ROW_FREE,
  ROW_INCARNATION,
  ROW_LAGGED,
  ROW_LIVE,
  ROW_NAME,
  ROW_NAME_BYTES,
  ROW_NAME_LENGTH,
  ROW_OS_START,
  ROW_OS_THREAD_ID,
  ROW_PARENT,
  ROW_REFUSED,
  ROW_STARTED_AT_MS,
  ROW_STATE,
  ROW_THREAD_ID,
  ROW_TOO_LARGE,
  ROW_TORN,
  rowOffset,
  SEGMENT_WORD,
} from '../memory/ring-layout.ts';
import { lowHalfRow, lowHalfState, STATE_FREE } from '../memory/segment-word.ts';
import { hasVanished, type OsThread } from './os-thread.ts';
import type { RingMemory } from './ring-memory.ts';
import { sealAbandoned } from './seal-abandoned.ts';
import { nextEventIndex } from './segments.ts';

export interface ThreadIdentity {
  readonly threadId: number;
  readonly name: string;
  /** Row of the creating thread, or -1. */
  readonly parentRow: number;
  readonly os: OsThread;
  readonly startedAtMs: number;
}

/** A thread's place in the table, kept by the thread itself. */
export interface ThreadSlot {
  readonly row: number;
  readonly incarnation: number;
  readonly threadId: number;
}

/** Takes a row for the calling thread; null where the table is full of the living. */
export function joinThread(memory: RingMemory, identity: ThreadIdentity): ThreadSlot | null {
  const { i32, i64, f64, u8 } = memory;
  // Before the row, so that there are never more rows in use than incarnations drawn, also where
  // a thread is terminated in between.
  const incarnation = (Atomics.add(i32, HEADER_INCARNATIONS >> 2, 1) + 1) >>> 0;
  const row = takeRow(memory);
  if (row === -1) return null;
  const offset = rowOffset(row);
  i32[(offset + ROW_INCARNATION) >> 2] = incarnation;
  i32[(offset + ROW_THREAD_ID) >> 2] = identity.threadId;
  i32[(offset + ROW_PARENT) >> 2] = identity.parentRow;
  i32[(offset + ROW_OS_THREAD_ID) >> 2] = identity.os.id;
  f64[(offset + ROW_OS_START) >> 3] = identity.os.startTicks;
  f64[(offset + ROW_STARTED_AT_MS) >> 3] = identity.startedAtMs;
  i32[(offset + ROW_END) >> 2] = END_ALIVE;
  i32[(offset + ROW_EXIT_CODE) >> 2] = 0;
  i32[(offset + ROW_TORN) >> 2] = 0;
  // Running numbers begin at 1, so that 0 stays "never".
  for (let pool = 0; pool < POOL_COUNT; pool++) i64[nextEventIndex(row, pool)] = 1n;
  for (const counter of [ROW_REFUSED, ROW_TOO_LARGE, ROW_CUT, ROW_LAGGED]) {
    i64[(offset + counter) >> 3] = 0n;
  }
  const name = bufferFrom(identity.name.toWellFormed(), 'utf8').subarray(0, ROW_NAME_BYTES);
  u8.set(name, offset + ROW_NAME);
  i32[(offset + ROW_NAME_LENGTH) >> 2] = name.length;
  // Publishes the row; pairs with the load in `readRow`.
  Atomics.store(i32, (offset + ROW_STATE) >> 2, ROW_LIVE);
  return { row, incarnation, threadId: identity.threadId };
}

/** Adds to one of the calling thread's own counters (ROW_REFUSED, ROW_TOO_LARGE, ROW_CUT, …). */
export function countInRow(memory: RingMemory, row: number, counter: number, by = 1n): void {
  const index = (rowOffset(row) + counter) >> 3;
  // One writer, so no read-modify-write is needed; atomic so that a reader sees no torn number.
  Atomics.store(memory.i64, index, memory.i64[index] + by);
}

/**
 * The thread `threadId` has ended, and with it every worker that it had created. Seals what they
 * left. Idempotent. Returns whether such a thread was in the table.
 */
export function endThread(memory: RingMemory, threadId: number, exitCode: number): boolean {
  let found = false;
  // A thread has several rows where module registries of their own each joined (Jest, Vitest).
  for (let row = findLiveRow(memory, threadId); row !== -1; row = findLiveRow(memory, threadId)) {
    endRow(memory, row, END_EXITED, exitCode);
    found = true;
  }
  return found;
}

/** Row of the living thread `threadId`, or -1. */
export function findLiveRow(memory: RingMemory, threadId: number): number {
  const { i32 } = memory;
  const used = usedRows(memory);
  for (let row = 0; row < used; row++) {
    const offset = rowOffset(row);
    if (
      Atomics.load(i32, (offset + ROW_STATE) >> 2) === ROW_LIVE &&
      i32[(offset + ROW_THREAD_ID) >> 2] === threadId
    ) {
      return row;
    }
  }
  return -1;
}

/**
 * Ends the threads that are gone without anyone having seen it: workers of a parent that never
 * loaded ttlog. Asks the operating system once a living thread. Returns how many it ended.
 */
export function reapVanished(memory: RingMemory, ownRow: number): number {
  const { i32, f64 } = memory;
  const used = usedRows(memory);
  let reaped = 0;
  for (let row = 0; row < used; row++) {
    const offset = rowOffset(row);
    if (row === ownRow || Atomics.load(i32, (offset + ROW_STATE) >> 2) !== ROW_LIVE) continue;
    const os = {
      id: i32[(offset + ROW_OS_THREAD_ID) >> 2],
      startTicks: f64[(offset + ROW_OS_START) >> 3],
    };
    if (!hasVanished(os)) continue;
    endRow(memory, row, END_VANISHED, 0);
    reaped++;
  }
  return reaped;
}

export interface RowState {
  readonly row: number;
  readonly incarnation: number;
  readonly threadId: number;
  readonly parentRow: number;
  readonly name: string;
  readonly startedAtMs: number;
  /** Its end was seen, with this exit code; or it is gone and nobody saw it go. */
  readonly hasExited: boolean;
  readonly hasVanished: boolean;
  readonly exitCode: number;
  /** Running number that the next event of each pool will get; at least. */
  readonly nextEvents: readonly bigint[];
  readonly refused: bigint;
  readonly tooLarge: bigint;
  readonly cut: bigint;
  readonly lagged: bigint;
  readonly torn: number;
}

/** Every thread that the table knows, living and dead. */
export function readRows(memory: RingMemory): RowState[] {
  const rows: RowState[] = [];
  const used = usedRows(memory);
  for (let row = 0; row < used; row++) {
    const state = Atomics.load(memory.i32, (rowOffset(row) + ROW_STATE) >> 2);
    if (state === ROW_LIVE || state === ROW_DEAD) rows.push(readRow(memory, row));
  }
  return rows;
}

/** Reads the HEADER_RETIRED_* counters. */
export function readRetired(memory: RingMemory): (counter: number) => bigint {
  return (counter) => Atomics.load(memory.i64, counter >> 3);
}

function readRow(memory: RingMemory, row: number): RowState {
  const { i32, i64, f64, u8 } = memory;
  const offset = rowOffset(row);
  const nameStart = offset + ROW_NAME;
  // The row may be of a damaged file.
  const nameLength = Math.max(0, Math.min(i32[(offset + ROW_NAME_LENGTH) >> 2], ROW_NAME_BYTES));
  const nextEvents: bigint[] = [];
  for (let pool = 0; pool < POOL_COUNT; pool++) {
    nextEvents.push(Atomics.load(i64, nextEventIndex(row, pool)));
  }
  return {
    row,
    incarnation: i32[(offset + ROW_INCARNATION) >> 2] >>> 0,
    threadId: i32[(offset + ROW_THREAD_ID) >> 2],
    parentRow: i32[(offset + ROW_PARENT) >> 2],
    name: bufferFrom(u8.slice(nameStart, nameStart + nameLength)).toString('utf8'),
    startedAtMs: f64[(offset + ROW_STARTED_AT_MS) >> 3],
    hasExited: i32[(offset + ROW_END) >> 2] === END_EXITED,
    hasVanished: i32[(offset + ROW_END) >> 2] === END_VANISHED,
    exitCode: i32[(offset + ROW_EXIT_CODE) >> 2],
    nextEvents,
    refused: Atomics.load(i64, (offset + ROW_REFUSED) >> 3),
    tooLarge: Atomics.load(i64, (offset + ROW_TOO_LARGE) >> 3),
    cut: Atomics.load(i64, (offset + ROW_CUT) >> 3),
    lagged: Atomics.load(i64, (offset + ROW_LAGGED) >> 3),
    torn: i32[(offset + ROW_TORN) >> 2],
  };
}

/** The process lives: one more second. Returns how many there were. */
export function beat(memory: RingMemory): bigint {
  return Atomics.add(memory.i64, HEADER_HEARTBEAT >> 3, 1n) + 1n;
}

/** Rows are handed out from 0 up, so those beyond the number of joins were never used. */
export function usedRows(memory: RingMemory): number {
  return Math.min(Atomics.load(memory.i32, HEADER_INCARNATIONS >> 2) >>> 0, memory.rowCount);
}

function takeRow(memory: RingMemory): number {
  const { i32 } = memory;
  for (let row = 0; row < memory.rowCount; row++) {
    const state = (rowOffset(row) + ROW_STATE) >> 2;
    if (i32[state] !== ROW_FREE) continue;
    if (Atomics.compareExchange(i32, state, ROW_FREE, ROW_CLAIMING) === ROW_FREE) return row;
  }
  const row = retireRow(memory);
  if (row !== -1) return row;
  return reapVanished(memory, -1) > 0 ? retireRow(memory) : -1;
}

/**
 * Takes the row of the longest-dead thread of which no segment is left. What it had counted is
 * added to the header, so that no loss vanishes with the row.
 */
function retireRow(memory: RingMemory): number {
  const { i32, i64 } = memory;
  const rowsInUse = rowsWithSegments(memory);
  let oldest = -1;
  let oldestIncarnation = Number.POSITIVE_INFINITY;
  for (let row = 0; row < memory.rowCount; row++) {
    const offset = rowOffset(row);
    if (i32[(offset + ROW_STATE) >> 2] !== ROW_DEAD || rowsInUse.has(row)) continue;
    const incarnation = i32[(offset + ROW_INCARNATION) >> 2] >>> 0;
    if (incarnation < oldestIncarnation) {
      oldest = row;
      oldestIncarnation = incarnation;
    }
  }
  if (oldest === -1) return -1;
  const offset = rowOffset(oldest);
  const state = (offset + ROW_STATE) >> 2;
  if (Atomics.compareExchange(i32, state, ROW_DEAD, ROW_CLAIMING) !== ROW_DEAD) return -1;
  const { nextEvents, refused, tooLarge, cut, torn } = readRow(memory, oldest);
  let attempted = refused + tooLarge;
  for (const nextEvent of nextEvents) attempted += nextEvent - 1n;
  Atomics.add(i64, HEADER_RETIRED_ATTEMPTED >> 3, attempted);
  Atomics.add(i64, HEADER_RETIRED_REFUSED >> 3, refused);
  Atomics.add(i64, HEADER_RETIRED_TOO_LARGE >> 3, tooLarge);
  Atomics.add(i64, HEADER_RETIRED_CUT >> 3, cut);
  Atomics.add(i64, HEADER_RETIRED_TORN >> 3, BigInt(torn));
  return oldest;
}

function rowsWithSegments(memory: RingMemory): Set<number> {
  const rows = new Set<number>();
  for (let segment = 0; segment < memory.segmentCount; segment++) {
    const low = Atomics.load(memory.i32, (memory.segmentOffset(segment) + SEGMENT_WORD) >> 2);
    if (lowHalfState(low) !== STATE_FREE) rows.add(lowHalfRow(low));
  }
  return rows;
}

function endRow(memory: RingMemory, firstRow: number, end: number, exitCode: number): void {
  const { i32 } = memory;
  const pending = [{ row: firstRow, end, exitCode }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const offset = rowOffset(next.row);
    sealAbandoned(memory, next.row);
    i32[(offset + ROW_EXIT_CODE) >> 2] = next.exitCode;
    i32[(offset + ROW_END) >> 2] = next.end;
    // Last: a sealer that dies before this leaves a living row, which the next one seals again.
    if (Atomics.compareExchange(i32, (offset + ROW_STATE) >> 2, ROW_LIVE, ROW_DEAD) !== ROW_LIVE) {
      continue;
    }
    // A worker's own workers end with it, and nobody else will tell us so.
    const used = usedRows(memory);
    for (let row = 0; row < used; row++) {
      const child = rowOffset(row);
      if (
        i32[(child + ROW_PARENT) >> 2] === next.row &&
        Atomics.load(i32, (child + ROW_STATE) >> 2) === ROW_LIVE
      ) {
        pending.push({ row, end: END_EXITED, exitCode: 1 });
      }
    }
  }
}
