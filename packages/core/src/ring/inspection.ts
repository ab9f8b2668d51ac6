/**
 * Two words by which the recorder thread, which may look into the main thread by its inspector, and
 * a main thread that ends keep out of each other's way: each first says what it does, and then looks
 * what the other one does.
 */

import { HEADER_INSPECTING, HEADER_INSPECTION_OVER } from '../memory/ring-layout.ts';
import type { RingMemory } from './ring-memory.ts';

/** For the recorder thread. False: main is ending. */
export function beginInspection({ i32 }: RingMemory): boolean {
  Atomics.add(i32, HEADER_INSPECTING >> 2, 1);
  // After the store; pairs with the two in `forbidInspection`, of which one sees the other.
  if (Atomics.load(i32, HEADER_INSPECTION_OVER >> 2) === 0) return true;
  Atomics.sub(i32, HEADER_INSPECTING >> 2, 1);
  return false;
}

export function endInspection({ i32 }: RingMemory): void {
  Atomics.sub(i32, HEADER_INSPECTING >> 2, 1);
}

/** For main, at its end. */
export function forbidInspection({ i32 }: RingMemory): void {
  Atomics.store(i32, HEADER_INSPECTION_OVER >> 2, 1);
}

/** For the recorder thread. */
export function isInspectionOver({ i32 }: RingMemory): boolean {
  return Atomics.load(i32, HEADER_INSPECTION_OVER >> 2) !== 0;
}

export function isInspected({ i32 }: RingMemory): boolean {
  return Atomics.load(i32, HEADER_INSPECTING >> 2) !== 0;
}
