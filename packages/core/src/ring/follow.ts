/**
 * Looking on while threads write: which segments have something new, and copies of it. Nothing is
 * drained and nobody is stopped; what was overwritten before it was copied is said to be gone.
 * In which order stretches are to be read, and what they mean, is not known here.
 */

import {
  POOL_COUNT,
  ROW_INCARNATION,
  ROW_LIVE,
  ROW_STATE,
  rowOffset,
  SEGMENT_BASE_NS,
  SEGMENT_COMMITTED,
  SEGMENT_FIRST_EVENT,
  SEGMENT_HEADER_BYTES,
  SEGMENT_INCARNATION,
  SEGMENT_POOL,
  SEGMENT_THREAD_ID,
  SEGMENT_WORD,
} from '../memory/ring-layout.ts';
import {
  lowHalfRow,
  lowHalfState,
  STATE_OPEN,
  STATE_SEALED,
  wordGeneration,
} from '../memory/segment-word.ts';
import type { RingMemory } from './ring-memory.ts';
import { nextEventIndex } from './segments.ts';

/** A segment while one thread has it. */
export interface Tenancy {
  readonly segment: number;
  readonly generation: number;
  readonly row: number;
  readonly incarnation: number;
  readonly threadId: number;
  readonly pool: number;
  /** Running number, in this pool, of the thread's first event here. */
  readonly firstEvent: bigint;
  readonly baseNs: bigint;
}

/** Returned where a segment has been given to another thread. */
export const GONE = -1;

/** Remembers what every segment held, so that a look at a quiet ring costs three loads a segment. */
export class SegmentWatch {
  readonly #memory: RingMemory;
  readonly #generations: Int32Array;
  readonly #committed: Int32Array;

  constructor(memory: RingMemory) {
    this.#memory = memory;
    this.#generations = new Int32Array(memory.segmentCount);
    this.#committed = new Int32Array(memory.segmentCount);
  }

  /** Segments with records that were not there at the last look; in no order. */
  look(): Tenancy[] {
    const { i32 } = this.#memory;
    const changed: Tenancy[] = [];
    for (let segment = 0; segment < this.#memory.segmentCount; segment++) {
      const offset = this.#memory.segmentOffset(segment);
      const generation = Atomics.load(i32, (offset + SEGMENT_WORD + 4) >> 2);
      const low = Atomics.load(i32, (offset + SEGMENT_WORD) >> 2);
      const committed = Atomics.load(i32, (offset + SEGMENT_COMMITTED) >> 2);
      const isSame =
        this.#generations[segment] === generation && this.#committed[segment] === committed;
      const state = lowHalfState(low);
      if (isSame || committed === 0 || (state !== STATE_OPEN && state !== STATE_SEALED)) continue;
      const tenancy = readTenancy(this.#memory, segment, generation >>> 0, lowHalfRow(low));
      if (tenancy === null) continue;
      this.#generations[segment] = generation;
      this.#committed[segment] = committed;
      changed.push(tenancy);
    }
    return changed;
  }
}

/**
 * Copies the records from `from` on to the same place in `target`, and returns where the committed
 * ones end by now, or GONE; then what was copied is worth nothing.
 */
export function copyCommitted(
  memory: RingMemory,
  { segment, generation }: Tenancy,
  from: number,
  target: Uint8Array,
): number {
  const offset = memory.segmentOffset(segment);
  const start = offset + SEGMENT_HEADER_BYTES;
  // Pairs with the store in `Lane.commit`: what is below the length is whole.
  const committed = Atomics.load(memory.i32, (offset + SEGMENT_COMMITTED) >> 2);
  if (committed > from) target.set(memory.u8.subarray(start + from, start + committed), from);
  return isStillThere(memory, segment, generation) ? committed : GONE;
}

/** Whether its thread writes no more into it. What is committed after that is all there will be. */
export function isSealed(memory: RingMemory, { segment }: Tenancy): boolean {
  const index = (memory.segmentOffset(segment) + SEGMENT_WORD) >> 2;
  return lowHalfState(Atomics.load(memory.i32, index)) !== STATE_OPEN;
}

/**
 * Running number that the next event of this thread and pool would have had, once the thread has
 * ended; null while it lives, and 0 where its row has been given away.
 */
export function endOfLane(
  memory: RingMemory,
  { row, incarnation, pool }: Pick<Tenancy, 'row' | 'incarnation' | 'pool'>,
): bigint | null {
  const offset = rowOffset(row);
  const isLive = Atomics.load(memory.i32, (offset + ROW_STATE) >> 2) === ROW_LIVE;
  const next = Atomics.load(memory.i64, nextEventIndex(row, pool));
  if (memory.i32[(offset + ROW_INCARNATION) >> 2] >>> 0 !== incarnation) return 0n;
  return isLive ? null : next;
}

/** A name for thread and pool, for as long as the ring lives. */
export function laneKey({ incarnation, pool }: Tenancy): number {
  return incarnation * POOL_COUNT + pool;
}

/** null where it was given away while its header was read. */
function readTenancy(
  memory: RingMemory,
  segment: number,
  generation: number,
  row: number,
): Tenancy | null {
  const { i32, i64 } = memory;
  const offset = memory.segmentOffset(segment);
  const tenancy: Tenancy = {
    segment,
    generation,
    row,
    incarnation: i32[(offset + SEGMENT_INCARNATION) >> 2] >>> 0,
    threadId: i32[(offset + SEGMENT_THREAD_ID) >> 2],
    pool: i32[(offset + SEGMENT_POOL) >> 2],
    firstEvent: i64[(offset + SEGMENT_FIRST_EVENT) >> 3],
    baseNs: i64[(offset + SEGMENT_BASE_NS) >> 3],
  };
  return isStillThere(memory, segment, generation) ? tenancy : null;
}

/** The check must not be passed by the reads before it; a read-modify-write is a fence for them. */
function isStillThere(memory: RingMemory, segment: number, generation: number): boolean {
  const index = (memory.segmentOffset(segment) + SEGMENT_WORD) >> 3;
  return wordGeneration(BigInt.asUintN(64, Atomics.add(memory.i64, index, 0n))) === generation;
}
