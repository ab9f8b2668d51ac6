/**
 * The sign of life of one thread's event loop, which the recorder thread watches: when it last
 * turned, and whether somebody else has an inspector on it.
 */

import { HEADER_LOOP_INSPECTED, HEADER_LOOP_TURN } from '../memory/ring-layout.ts';
import type { RingMemory } from './ring-memory.ts';

export interface LoopTurn {
  /** On the clock of `process.hrtime`, which all threads share. 0: nobody watches. */
  readonly atNs: bigint;
  readonly isInspected: boolean;
}

export function noteLoopTurn(memory: RingMemory, turn: LoopTurn): void {
  memory.i32[HEADER_LOOP_INSPECTED >> 2] = turn.isInspected ? 1 : 0;
  // Publishes the turn; pairs with the load in `readLoopTurn`.
  Atomics.store(memory.i64, HEADER_LOOP_TURN >> 3, turn.atNs);
}

export function readLoopTurn(memory: RingMemory): LoopTurn {
  const atNs = Atomics.load(memory.i64, HEADER_LOOP_TURN >> 3);
  return { atNs, isInspected: memory.i32[HEADER_LOOP_INSPECTED >> 2] !== 0 };
}
