/**
 * Looking on while threads write: which segments have something new, and copies of it. Nothing is
 * drained and nobody is stopped; what was overwritten before it was copied is said to be gone.
 * In which order stretches are to be read, and what they mean, is not known here.
 */

import {
  POOL_COUNT,
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
  lowHalfState,
  STATE_FREE,
  STATE_OPEN,
  STATE_SEALED,
  wordGeneration,
} from '../memory/segment-word.ts';
import type { RingMemory } from './ring-memory.ts';

/** A segment while one thread has it. */
export interface Tenancy {
  readonly segment: number;
  readonly generation: number;
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
      const tenancy = readTenancy(this.#memory, segment, generation >>> 0);
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
 * Whether nothing that is later than `sinceNs` has been overwritten, by all that a first look has
 * found. What was sealed first goes first, and what is free before that: so of each pool it takes
 * one segment that was sealed by then, as it has a successor from that time, or that is free.
 */
export function isWholeSince(
  memory: RingMemory,
  tenancies: readonly Tenancy[],
  sinceNs: bigint,
): boolean {
  const newestByThen = new Map<number, bigint>();
  for (const tenancy of tenancies) {
    if (tenancy.baseNs > sinceNs) continue;
    const key = laneKey(tenancy);
    const newest = newestByThen.get(key);
    if (newest === undefined || tenancy.firstEvent > newest) {
      newestByThen.set(key, tenancy.firstEvent);
    }
  }
  const wholePools = new Set<number>();
  for (const tenancy of tenancies) {
    const newest = newestByThen.get(laneKey(tenancy));
    const isSealed = newest !== undefined && tenancy.firstEvent < newest;
    // Once more, so that it has stood until after the look.
    if (isSealed && isStillThere(memory, tenancy.segment, tenancy.generation)) {
      wholePools.add(memory.homePool(tenancy.segment));
    }
  }
  for (let segment = 0; segment < memory.segmentCount; segment++) {
    const low = Atomics.load(memory.i32, (memory.segmentOffset(segment) + SEGMENT_WORD) >> 2);
    if (lowHalfState(low) === STATE_FREE) wholePools.add(memory.homePool(segment));
  }
  return wholePools.size === (memory.warnSegments === 0 ? 1 : POOL_COUNT);
}

/** A name for thread and pool, for as long as the ring lives. */
export function laneKey({ incarnation, pool }: Pick<Tenancy, 'incarnation' | 'pool'>): number {
  return incarnation * POOL_COUNT + pool;
}

/** null where it was given away while its header was read. */
function readTenancy(memory: RingMemory, segment: number, generation: number): Tenancy | null {
  const { i32, i64 } = memory;
  const offset = memory.segmentOffset(segment);
  const tenancy: Tenancy = {
    segment,
    generation,
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
