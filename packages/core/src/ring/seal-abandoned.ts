/**
 * Seals for threads that write no more: the dead, and a call that was cut off. More than one sealer
 * may do it at once, and any of them may die or be late.
 */

import { countEntries } from '../memory/cbor-item.ts';
import {
  ROW_TORN,
  rowOffset,
  SEGMENT_COMMITTED,
  SEGMENT_FIRST_EVENT,
  SEGMENT_HEADER_BYTES,
  SEGMENT_POOL,
  SEGMENT_TICKET,
  SEGMENT_WORD,
} from '../memory/ring-layout.ts';
import {
  lowHalfRow,
  lowHalfState,
  STATE_CLAIMING,
  STATE_FREE,
  STATE_OPEN,
  segmentWord,
  wordGeneration,
  wordRow,
  wordState,
} from '../memory/segment-word.ts';
import type { RingMemory } from './ring-memory.ts';
import { drawTicket, nextEventIndex, signed, swapToSealed } from './segments.ts';

/**
 * Ends what a thread left that writes no more: claiming becomes free, open becomes sealed.
 * Idempotent, since a sealer may die too, or two may seal at once. Returns the number of segments
 * it found. With `pool`, only open segments of that pool, and all claims: for the thread itself,
 * after a `vm` timeout has cut it off in the middle of a claim.
 */
export function sealAbandoned(memory: RingMemory, row: number, pool?: number): number {
  const { i32, i64 } = memory;
  let found = 0;
  for (let segment = 0; segment < memory.segmentCount; segment++) {
    const offset = memory.segmentOffset(segment);
    const low = Atomics.load(i32, (offset + SEGMENT_WORD) >> 2);
    if (lowHalfRow(low) !== row) continue;
    const state = lowHalfState(low);
    if (state !== STATE_CLAIMING && state !== STATE_OPEN) continue;
    const word = (offset + SEGMENT_WORD) >> 3;
    const seen = Atomics.load(i64, word);
    const unsigned = BigInt.asUintN(64, seen);
    if (wordRow(unsigned) !== row) continue;
    if (wordState(unsigned) === STATE_CLAIMING) {
      const free = signed(segmentWord(wordGeneration(unsigned), row, STATE_FREE));
      Atomics.compareExchange(i64, word, seen, free);
      found++;
    } else if (wordState(unsigned) === STATE_OPEN) {
      if (pool !== undefined && i32[(offset + SEGMENT_POOL) >> 2] !== pool) continue;
      if (accountAbandoned(memory, segment, row, seen)) sealForDead(memory, segment, seen);
      found++;
    }
  }
  return found;
}

/**
 * Notes in the row what its open segment holds. The header stays as it is, with its event count
 * unknown: another sealer may be faster, and the header belong to someone else by the time that we
 * write. False where that is already so.
 */
function accountAbandoned(memory: RingMemory, segment: number, row: number, seen: bigint): boolean {
  const { u8, i32, i64 } = memory;
  const offset = memory.segmentOffset(segment);
  const committed = Atomics.load(i32, (offset + SEGMENT_COMMITTED) >> 2);
  const end = offset + SEGMENT_HEADER_BYTES + committed;
  const eventCount = countEntries(u8, offset + SEGMENT_HEADER_BYTES, end);
  // The segment was zeroed when it was claimed and no record begins with a zero byte.
  const isTorn = committed < memory.segmentBytes - SEGMENT_HEADER_BYTES && u8[end] !== 0;
  const nextEvent = i64[(offset + SEGMENT_FIRST_EVENT) >> 3] + BigInt(eventCount);
  const index = nextEventIndex(row, i32[(offset + SEGMENT_POOL) >> 2]);
  // A read-modify-write, so that none of the loads above can have come after it.
  if (Atomics.add(i64, (offset + SEGMENT_WORD) >> 3, 0n) !== seen) return false;
  if (isTorn) i32[(rowOffset(row) + ROW_TORN) >> 2] = 1;
  if (Atomics.load(i64, index) < nextEvent) Atomics.store(i64, index, nextEvent);
  return true;
}

/**
 * Another sealer may be faster, and the segment sealed by a new tenant by the time that we have our
 * ticket. So the ticket is swapped in for what was there while the tenant was ours, and no ticket
 * is drawn twice: what a late swap can hit is the zero of a tenant that is still open, which nobody
 * reads, and which is replaced when that one is sealed. It is also why a lost swap is tried again.
 */
function sealForDead(memory: RingMemory, segment: number, seen: bigint): void {
  const { i64 } = memory;
  const offset = memory.segmentOffset(segment);
  const ticketIndex = (offset + SEGMENT_TICKET) >> 3;
  const ticket = drawTicket(memory, segment);
  for (let tries = 0; tries < memory.segmentCount; tries++) {
    const before = Atomics.load(i64, ticketIndex);
    // A read-modify-write, so that the load above cannot have come after it.
    if (Atomics.add(i64, (offset + SEGMENT_WORD) >> 3, 0n) !== seen) return;
    if (Atomics.compareExchange(i64, ticketIndex, before, ticket) === before) break;
  }
  swapToSealed(memory, segment, seen);
}
