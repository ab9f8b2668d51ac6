/**
 * The sign of life of one thread's event loop, which the recorder thread watches: when it last
 * turned, whether somebody else has an inspector on it, and how large its heap was.
 */

import { HEADER_HEAP_KIB, HEADER_LOOP_INSPECTED, HEADER_LOOP_TURN } from '../memory/ring-layout.ts';
import type { RingMemory } from './ring-memory.ts';

const KIB = 1024;

export interface LoopTurn {
  /** On the clock of `process.hrtime`, which all threads share. 0: nobody watches. */
  readonly atNs: bigint;
  readonly isInspected: boolean;
  /** With room that is not used; 0 where nobody asks. To the KiB. */
  readonly heapBytes: number;
}

export function noteLoopTurn(memory: RingMemory, turn: LoopTurn): void {
  memory.i32[HEADER_LOOP_INSPECTED >> 2] = turn.isInspected ? 1 : 0;
  memory.i32[HEADER_HEAP_KIB >> 2] = turn.heapBytes / KIB;
  // Publishes the turn; pairs with the load in `readLoopTurn`.
  Atomics.store(memory.i64, HEADER_LOOP_TURN >> 3, turn.atNs);
}

export function readLoopTurn(memory: RingMemory): LoopTurn {
  const atNs = Atomics.load(memory.i64, HEADER_LOOP_TURN >> 3);
  const { i32 } = memory;
  return {
    atNs,
    isInspected: i32[HEADER_LOOP_INSPECTED >> 2] !== 0,
    heapBytes: (i32[HEADER_HEAP_KIB >> 2] >>> 0) * KIB,
  };
}
