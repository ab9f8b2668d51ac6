/**
 * Whether anything was recorded between two moments, without looking at what.
 */

import { SEGMENT_COMMITTED, SEGMENT_WORD } from '../memory/ring-layout.ts';
import type { RingMemory } from './ring-memory.ts';

/** Differs from a later mark if an event was committed, or a segment claimed, in between. */
export function markChanges(memory: RingMemory): Int32Array {
  const mark = new Int32Array(memory.segmentCount * 2);
  for (let segment = 0; segment < memory.segmentCount; segment++) {
    const offset = memory.segmentOffset(segment);
    // The upper half of the word, which is the generation; sealing alone is no change.
    mark[segment * 2] = Atomics.load(memory.i32, (offset + SEGMENT_WORD + 4) >> 2);
    mark[segment * 2 + 1] = Atomics.load(memory.i32, (offset + SEGMENT_COMMITTED) >> 2);
  }
  return mark;
}

export function hasChangedSince(memory: RingMemory, mark: Int32Array): boolean {
  const now = markChanges(memory);
  return now.some((value, index) => value !== mark[index]);
}
