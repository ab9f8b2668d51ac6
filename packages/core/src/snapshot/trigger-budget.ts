/**
 * How many automatic snapshots a process may take of a trigger that can go off again and again:
 * one in 10 s a reason, 20 an hour in all, over all threads. What is beyond is counted.
 */

import { HEADER_TRIGGER_KINDS } from '../memory/ring-layout.ts';
import { spendTriggerBudget } from '../ring/recorder-words.ts';
import type { RingMemory } from '../ring/ring-memory.ts';

/**
 * 0 and 1 are crashes; bursts share all from theirs on. What the thread itself says of its heap is
 * more than what is seen from outside, and has a place of its own.
 */
const PLACES = { stall: 2, heap: 3, heapFromOutside: 4, burst: 5 } as const;
const BURST_PLACES: number = HEADER_TRIGGER_KINDS - PLACES.burst;

const monotonicNs = process.hrtime.bigint.bind(process.hrtime);

/** `ordinal` tells bursts apart. */
export function maySnapshot(memory: RingMemory, kind: keyof typeof PLACES, ordinal = 0): boolean {
  return spendTriggerBudget(memory, PLACES[kind] + (ordinal % BURST_PLACES), budgetSecond());
}

/** Of a clock that all threads have and nobody sets: after a step of the wall clock nothing would be due. */
export function budgetSecond(): number {
  return Number(monotonicNs() / 1_000_000_000n);
}
