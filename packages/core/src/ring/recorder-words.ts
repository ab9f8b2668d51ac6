/**
 * What the threads of a process tell each other about the recorder as a whole: whether it runs,
 * at which level, how many snapshots there were, and what the last crash was.
 */

import { bufferFrom } from '../memory/byte-views.ts';
import {
  HEADER_BEFORE_START,
  HEADER_CRASH_KIND,
  HEADER_CRASH_PATH,
  HEADER_CRASH_PATH_BYTES,
  HEADER_CRASH_PATH_LENGTH,
  HEADER_CRASH_SENDER,
  HEADER_CRASH_THREAD,
  HEADER_LAGGED,
  HEADER_RECORD_LEVEL,
  HEADER_RECORDER_STATE,
  HEADER_SNAPSHOTS_FAILED,
  HEADER_SNAPSHOTS_SUPPRESSED,
  HEADER_SNAPSHOTS_WRITTEN,
  HEADER_TRIGGER_HOUR,
  HEADER_TRIGGER_HOUR_NEXT,
  HEADER_TRIGGER_HOUR_SLOTS,
  HEADER_TRIGGER_KINDS,
  HEADER_TRIGGER_LAST,
  HEADER_UNJOINED,
  HEADER_WRITES_DEFERRED,
  RECORDER_RUNNING,
  RECORDER_STOPPED,
} from '../memory/ring-layout.ts';
import type { RingMemory } from './ring-memory.ts';

/** Above every severity: nothing is recorded. */
const LEVEL_OFF = 127;

/** The word that every log call reads, by a plain load: 0.8 ns against 7.7 (Node 20.20). */
export function recordLevels(memory: RingMemory): Int32Array {
  return new Int32Array(memory.buffer, HEADER_RECORD_LEVEL, 1);
}

/** Reaches every logger in every thread, each as soon as its processor sees the store. */
export function setRecordLevel(memory: RingMemory, severity: number): void {
  Atomics.store(memory.i32, HEADER_RECORD_LEVEL >> 2, severity);
}

export function isRunning(memory: RingMemory): boolean {
  return Atomics.load(memory.i32, HEADER_RECORDER_STATE >> 2) === RECORDER_RUNNING;
}

/** Every thread's calls end at their level check from now on. */
export function stopRecording(memory: RingMemory): void {
  Atomics.store(memory.i32, HEADER_RECORDER_STATE >> 2, RECORDER_STOPPED);
  setRecordLevel(memory, LEVEL_OFF);
}

type SmallCounter = 'beforeStart' | 'unjoined' | 'written' | 'failed' | 'suppressed';
type LargeCounter = 'lagged' | 'writesDeferred';
/** Counters of all threads together. */
export type SharedCounter = SmallCounter | LargeCounter;

const COUNTERS: { readonly [counter in SmallCounter]: number } = {
  beforeStart: HEADER_BEFORE_START,
  unjoined: HEADER_UNJOINED,
  written: HEADER_SNAPSHOTS_WRITTEN,
  failed: HEADER_SNAPSHOTS_FAILED,
  suppressed: HEADER_SNAPSHOTS_SUPPRESSED,
};

/** Of events, of which there may be millions a second: in 32 bits they would wrap within the hour. */
const LARGE_COUNTERS: { readonly [counter in LargeCounter]: number } = {
  lagged: HEADER_LAGGED,
  writesDeferred: HEADER_WRITES_DEFERRED,
};

export function addToCounter(memory: RingMemory, counter: SharedCounter, by = 1): void {
  if (isLarge(counter)) Atomics.add(memory.i64, LARGE_COUNTERS[counter] >> 3, BigInt(by));
  else Atomics.add(memory.i32, COUNTERS[counter] >> 2, by);
}

export function readCounter(memory: RingMemory, counter: SharedCounter): number {
  return isLarge(counter)
    ? Number(Atomics.load(memory.i64, LARGE_COUNTERS[counter] >> 3))
    : Atomics.load(memory.i32, COUNTERS[counter] >> 2) >>> 0;
}

function isLarge(counter: SharedCounter): counter is LargeCounter {
  return counter in LARGE_COUNTERS;
}

/** Of a crash: where it was first seen and where last, and the file that shows it. */
export interface CrashNote {
  readonly threadId: number;
  /** The thread from which the error comes to its creator, if it goes further. */
  readonly sender: number;
  /** A small number, as for `spendTriggerBudget`. */
  readonly kind: number;
  readonly path: string;
}

/** Leaves word of a written crash snapshot for the thread that the error goes to. */
export function noteCrash(memory: RingMemory, note: CrashNote): void {
  const { i32, u8 } = memory;
  const path = bufferFrom(note.path, 'utf8');
  const isTooLong = path.length > HEADER_CRASH_PATH_BYTES;
  Atomics.store(i32, HEADER_CRASH_PATH_LENGTH >> 2, 0);
  if (!isTooLong) u8.set(path, HEADER_CRASH_PATH);
  i32[HEADER_CRASH_THREAD >> 2] = note.threadId;
  i32[HEADER_CRASH_SENDER >> 2] = note.sender;
  i32[HEADER_CRASH_KIND >> 2] = note.kind;
  // Publishes the note; pairs with the load in `readCrash`.
  Atomics.store(i32, HEADER_CRASH_PATH_LENGTH >> 2, isTooLong ? 0 : path.length);
}

export function readCrash(memory: RingMemory): CrashNote | null {
  const { i32, u8 } = memory;
  const length = Atomics.load(i32, HEADER_CRASH_PATH_LENGTH >> 2);
  if (length === 0) return null;
  const path = bufferFrom(u8.slice(HEADER_CRASH_PATH, HEADER_CRASH_PATH + length));
  return {
    threadId: i32[HEADER_CRASH_THREAD >> 2],
    sender: i32[HEADER_CRASH_SENDER >> 2],
    kind: i32[HEADER_CRASH_KIND >> 2],
    path: path.toString('utf8'),
  };
}

const MIN_SECONDS_BETWEEN = 10;
const SECONDS_AN_HOUR = 3600;

/**
 * Whether an automatic snapshot of this kind may be taken now: one in 10 s a kind, 20 an hour in
 * all, over all threads. Counts the refusal. `kind` is a small number, `second` of a clock that never
 * goes back, from 0 on.
 */
export function spendTriggerBudget(memory: RingMemory, kind: number, second: number): boolean {
  const { i32 } = memory;
  const now = Math.floor(second) + 1;
  const lastWord = (HEADER_TRIGGER_LAST >> 2) + (kind % HEADER_TRIGGER_KINDS);
  const last = Atomics.load(i32, lastWord);
  const next = Atomics.load(i32, HEADER_TRIGGER_HOUR_NEXT >> 2) >>> 0;
  const slot = (HEADER_TRIGGER_HOUR >> 2) + (next % HEADER_TRIGGER_HOUR_SLOTS);
  const oldest = Atomics.load(i32, slot);
  const isTooSoon = last !== 0 && now - last < MIN_SECONDS_BETWEEN;
  const isHourSpent = oldest !== 0 && now - oldest < SECONDS_AN_HOUR;
  // Of several threads that see the same moment, the winner of the swap takes the snapshot.
  if (isTooSoon || isHourSpent || Atomics.compareExchange(i32, lastWord, last, now) !== last) {
    addToCounter(memory, 'suppressed');
    return false;
  }
  Atomics.add(i32, HEADER_TRIGGER_HOUR_NEXT >> 2, 1);
  Atomics.store(i32, slot, now);
  return true;
}
