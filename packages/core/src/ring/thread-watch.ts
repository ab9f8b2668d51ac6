/**
 * Looking on while threads come and go: how many events each has stored, also where none of them is
 * left in the ring, and how many those had whose row was given away before anybody looked. Which of
 * them somebody got to see is not known here.
 */

import {
  HEADER_INCARNATIONS,
  HEADER_RETIRED_ATTEMPTED,
  HEADER_RETIRED_REFUSED,
  HEADER_RETIRED_TOO_LARGE,
  POOL_COUNT,
  ROW_CLAIMING,
  ROW_DEAD,
  ROW_INCARNATION,
  ROW_LIVE,
  ROW_STATE,
  ROW_THREAD_ID,
  rowOffset,
} from '../memory/ring-layout.ts';
import type { RingMemory } from './ring-memory.ts';
import { nextEventIndex } from './segments.ts';
import { readRetired } from './thread-table.ts';

/** How far a thread has come in a pool. */
export interface LaneProgress {
  readonly incarnation: number;
  readonly threadId: number;
  readonly pool: number;
  /** Running number of the first event that no segment was sealed with. */
  readonly sealedNext: bigint;
  /** There is no such event, and never will be. */
  readonly hasEnded: boolean;
}

export class ThreadWatch {
  /** False while a row was just being given away: then `unseenEvents` is what it was before. */
  isSettled = true;
  /** Events of threads whose row was given away, beyond those that are accounted for. */
  unseenEvents = 0n;
  /** The same of threads before the first look, where those do not count. */
  earlierEvents = 0n;
  readonly #memory: RingMemory;
  /** Of each row the thread that was last seen in it, … */
  readonly #incarnations: Uint32Array;
  /** … whether it had ended, … */
  readonly #hasEnded: Uint8Array;
  /** … and what it had sealed in each pool. */
  readonly #sealedNext: BigInt64Array;
  /** Of all threads that were seen and whose row was given away since. */
  #accountedEvents = 0n;
  #countsEarlier: boolean;

  /** Without `countsEarlier`, rows that were given away before the first look do not count. */
  constructor(memory: RingMemory, countsEarlier: boolean) {
    this.#memory = memory;
    this.#countsEarlier = countsEarlier;
    this.#incarnations = new Uint32Array(memory.rowCount);
    this.#hasEnded = new Uint8Array(memory.rowCount);
    this.#sealedNext = new BigInt64Array(memory.rowCount * POOL_COUNT);
  }

  /**
   * What is new since the last look. For a thread whose row was given away before its end was seen,
   * `accountFor` is asked how many of its events are accounted for, in both pools.
   */
  look(accountFor: (incarnation: number) => bigint): LaneProgress[] {
    const { i32, rowCount } = this.#memory;
    const news: LaneProgress[] = [];
    const joined = Atomics.load(i32, HEADER_INCARNATIONS >> 2) >>> 0;
    // Before that no row is given away, and one whose thread has ended never changes.
    const isTableFull = joined > rowCount;
    const retired = this.#retiredEvents();
    let isSettled = true;
    for (let row = 0; row < Math.min(joined, rowCount); row++) {
      if (this.#hasEnded[row] === 1 && !isTableFull) continue;
      if (!this.#lookAt(row, news, accountFor)) isSettled = false;
    }
    if (!isTableFull) return news;
    // The header is added to while the row is `claiming`. So where none was, and it is what it was
    // before the rows were read, it tells of just those threads that are not in the rows.
    this.isSettled = isSettled && this.#retiredEvents() === retired;
    if (this.isSettled) this.#countUnseen(retired);
    return news;
  }

  #countUnseen(retired: bigint): void {
    const unseen = retired - this.#accountedEvents;
    if (this.#countsEarlier) {
      this.unseenEvents = unseen;
      return;
    }
    this.earlierEvents = unseen;
    this.#accountedEvents = retired;
    this.#countsEarlier = true;
  }

  /** False where the row is just being given away. */
  #lookAt(row: number, news: LaneProgress[], accountFor: (incarnation: number) => bigint): boolean {
    const { i32, i64 } = this.#memory;
    const offset = rowOffset(row);
    const incarnationIndex = (offset + ROW_INCARNATION) >> 2;
    const stateIndex = (offset + ROW_STATE) >> 2;
    // Pairs with the store in `joinThread`. All loads are atomic and so in this order: where the
    // thread is the same at the end, and has not come back to life, the numbers are its own.
    const incarnation = Atomics.load(i32, incarnationIndex) >>> 0;
    const state = Atomics.load(i32, stateIndex);
    if (state !== ROW_LIVE && state !== ROW_DEAD) return state !== ROW_CLAIMING;
    const isKnown = this.#incarnations[row] === incarnation;
    if (isKnown && this.#hasEnded[row] === 1) return true;
    const threadId = Atomics.load(i32, (offset + ROW_THREAD_ID) >> 2);
    const sealedNext: bigint[] = [];
    for (let pool = 0; pool < POOL_COUNT; pool++) {
      sealedNext.push(Atomics.load(i64, nextEventIndex(row, pool)));
    }
    const stateAfter = Atomics.load(i32, stateIndex);
    const isSameState = stateAfter === state || stateAfter === ROW_DEAD;
    if (!isSameState || Atomics.load(i32, incarnationIndex) >>> 0 !== incarnation) return false;

    if (!isKnown) this.#replace(row, incarnation, accountFor);
    const hasEnded = state === ROW_DEAD;
    this.#hasEnded[row] = hasEnded ? 1 : 0;
    for (let pool = 0; pool < POOL_COUNT; pool++) {
      const known = row * POOL_COUNT + pool;
      if (sealedNext[pool] === this.#sealedNext[known] && !hasEnded) continue;
      this.#sealedNext[known] = sealedNext[pool];
      news.push({ incarnation, threadId, pool, sealedNext: sealedNext[pool], hasEnded });
    }
    return true;
  }

  #replace(row: number, incarnation: number, accountFor: (incarnation: number) => bigint): void {
    const former = this.#incarnations[row];
    const hadEnded = this.#hasEnded[row] === 1;
    if (former !== 0 && !hadEnded) this.#accountedEvents += accountFor(former);
    for (let pool = 0; pool < POOL_COUNT; pool++) {
      const known = row * POOL_COUNT + pool;
      if (hadEnded) this.#accountedEvents += this.#sealedNext[known] - 1n;
      this.#sealedNext[known] = 1n;
    }
    this.#incarnations[row] = incarnation;
  }

  /** Events that threads had stored whose row was given away. */
  #retiredEvents(): bigint {
    const retired = readRetired(this.#memory);
    return (
      retired(HEADER_RETIRED_ATTEMPTED) -
      retired(HEADER_RETIRED_REFUSED) -
      retired(HEADER_RETIRED_TOO_LARGE)
    );
  }
}
