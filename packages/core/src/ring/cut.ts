/**
 * One moment of the ring: which segments were open or sealed, and whose. Noting the words one
 * after the other takes time in which threads go on, so what they began meanwhile is left out:
 * of each thread and pool the cut has no segment without the older ones that still stand.
 */

import {
  POOL_COUNT,
  SEGMENT_FIRST_EVENT,
  SEGMENT_POOL,
  SEGMENT_TICKET,
  SEGMENT_WORD,
} from '../memory/ring-layout.ts';
import { STATE_OPEN, STATE_SEALED, wordRow, wordState } from '../memory/segment-word.ts';
import type { RingMemory } from './ring-memory.ts';

export interface CutSegment {
  readonly segment: number;
  readonly word: bigint;
  readonly isOpen: boolean;
  /** Seal ticket; 0 while it is open. */
  readonly ticket: bigint;
  readonly firstEvent: bigint;
  /** Names thread and pool. */
  readonly lane: number;
}

/** Sealed segments by seal ticket, then the open ones; those of a lane in the order of writing. */
export function cutRing(memory: RingMemory): CutSegment[] {
  const newest = new Map<number, bigint>();
  for (const { lane, firstEvent } of noteSegments(memory)) {
    const known = newest.get(lane);
    if (known === undefined || firstEvent > known) newest.set(lane, firstEvent);
  }
  // What is older than something that the first round saw was there before the round was over, so
  // the second one sees it, if only by now it is sealed where it was open or free.
  const cut = noteSegments(memory).filter(({ lane, firstEvent }) => {
    const bound = newest.get(lane);
    return bound !== undefined && firstEvent <= bound;
  });
  return cut.sort((a, b) => {
    if (a.isOpen !== b.isOpen) return a.isOpen ? 1 : -1;
    return a.ticket < b.ticket ? -1 : a.ticket > b.ticket ? 1 : 0;
  });
}

/** Every segment that is open or sealed, one after the other, in the order of their places. */
export function noteSegments(memory: RingMemory): CutSegment[] {
  const noted: CutSegment[] = [];
  for (let segment = 0; segment < memory.segmentCount; segment++) {
    const cut = noteSegment(memory, segment);
    if (cut !== null) noted.push(cut);
  }
  return noted;
}

/** null where there is nothing to be read, or where it goes to someone else just now. */
function noteSegment(memory: RingMemory, segment: number): CutSegment | null {
  const { i32, i64 } = memory;
  const offset = memory.segmentOffset(segment);
  const index = (offset + SEGMENT_WORD) >> 3;
  // Pairs with the swaps in segments.ts: an open or sealed word makes the header readable.
  const seen = Atomics.load(i64, index);
  const word = BigInt.asUintN(64, seen);
  const state = wordState(word);
  if (state !== STATE_OPEN && state !== STATE_SEALED) return null;
  const isOpen = state === STATE_OPEN;
  const ticket = isOpen ? 0n : i64[(offset + SEGMENT_TICKET) >> 3];
  const firstEvent = i64[(offset + SEGMENT_FIRST_EVENT) >> 3];
  const lane = wordRow(word) * POOL_COUNT + i32[(offset + SEGMENT_POOL) >> 2];
  // Given to someone else meanwhile: the header may be a mixture. Whoever has it now began
  // after us.
  if (Atomics.add(i64, index, 0n) >> 8n !== seen >> 8n) return null;
  return { segment, word, isOpen, ticket, firstEvent, lane };
}
