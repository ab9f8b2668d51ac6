/**
 * The consuming side of a ring in refuse mode: a bounded queue with any number of consumers.
 * Per segment one word (generation, drained bytes) moves forward by compare-and-swap; a consumer
 * copies first, and only the winner of the swap delivers what it copied.
 *
 *   open or sealed, drained < committed --consumer--> drained = committed
 *   sealed, drained = committed         --consumer--> free
 */

import {
  MODE_REFUSE,
  SEGMENT_COMMITTED,
  SEGMENT_DRAINED,
  SEGMENT_HEADER_BYTES,
  SEGMENT_WORD,
} from '../memory/ring-layout.ts';
import {
  STATE_FREE,
  STATE_SEALED,
  segmentWord,
  wordGeneration,
  wordRow,
  wordState,
} from '../memory/segment-word.ts';
import type { CapturedSegment } from './captured-segment.ts';
import { type CutSegment, cutRing } from './cut.ts';
import type { RingMemory } from './ring-memory.ts';

/** How often a consumer that lost a swap tries a segment again before it goes on to the next. */
const TRIES_PER_SEGMENT = 3;

/**
 * Takes every committed stretch of records that no other consumer took, the segments that were
 * sealed first before the others. Stretches of one thread come in the order of its writing.
 */
export function drainRing(memory: RingMemory): Uint8Array[] {
  const stretches: Uint8Array[] = [];
  for (const cut of cutRing(memory)) {
    for (let tries = 0; tries < TRIES_PER_SEGMENT; tries++) {
      const outcome = drainSegment(memory, cut, stretches);
      if (outcome !== 'lost') break;
    }
  }
  return stretches;
}

/** Of a captured segment's records, the bytes that consumers have taken by now. */
export function drainedRecords(memory: RingMemory, captured: CapturedSegment): number {
  if (memory.mode !== MODE_REFUSE) return 0;
  const index = (memory.segmentOffset(captured.segment) + SEGMENT_DRAINED) >> 3;
  const word = BigInt.asUintN(64, Atomics.load(memory.i64, index));
  // Another tenant can only be there once all of the captured one's records were taken.
  if (wordGeneration(word) !== captured.generation) return captured.records.length;
  return Math.min(Number(BigInt.asUintN(32, word)), captured.records.length);
}

function drainSegment(
  memory: RingMemory,
  cut: CutSegment,
  stretches: Uint8Array[],
): 'done' | 'lost' {
  const { i32, i64, u8 } = memory;
  const offset = memory.segmentOffset(cut.segment);
  const wordIndex = (offset + SEGMENT_WORD) >> 3;
  const drainedIndex = (offset + SEGMENT_DRAINED) >> 3;

  // The drained word first: if then the word is still the cut's, both are of the same tenant.
  const drainedWord = Atomics.load(i64, drainedIndex);
  const seen = Atomics.load(i64, wordIndex);
  const word = BigInt.asUintN(64, seen);
  const generation = wordGeneration(word);
  const state = wordState(word);
  // Another tenant's entries are newer than those in other segments of the cut: not yet. The cut's
  // own is open, sealed, or freed by a consumer that took all: then there is nothing left.
  if (generation !== wordGeneration(cut.word)) return 'done';
  // After the word, so that the committed length of a sealed segment is its final one.
  const committed = Atomics.load(i32, (offset + SEGMENT_COMMITTED) >> 2);
  const drained = Number(BigInt.asUintN(32, drainedWord));

  if (committed > drained) {
    const start = offset + SEGMENT_HEADER_BYTES;
    const copy = u8.slice(start + drained, start + committed);
    const moved = BigInt.asIntN(64, (BigInt(generation) << 32n) | BigInt(committed));
    // The swap is also the fence after the copy: it wins only if the segment was not drained, so
    // not freed and not claimed by another tenant, while we copied.
    if (Atomics.compareExchange(i64, drainedIndex, drainedWord, moved) !== drainedWord) {
      return 'lost';
    }
    stretches.push(copy);
  }
  if (state === STATE_SEALED) {
    const free = BigInt.asIntN(64, segmentWord(generation, wordRow(word), STATE_FREE));
    // Fails where another consumer has freed it already.
    Atomics.compareExchange(i64, wordIndex, seen, free);
  }
  return 'done';
}
