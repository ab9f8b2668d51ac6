/**
 * The life of a segment: claim and seal, by its owner; seal-abandoned.ts seals for the dead. The
 * state machine stands in memory/segment-word.ts; lane.ts fills what is claimed.
 */

import {
  COUNT_UNKNOWN,
  HEADER_SEAL_TICKET_STRIDE,
  HEADER_SEAL_TICKETS,
  MIRROR_FREE,
  MIRROR_OWNER,
  MODE_REFUSE,
  POOL_COUNT,
  POOL_WARN,
  ROW_NEXT_EVENT,
  rowOffset,
  SEGMENT_BASE_NS,
  SEGMENT_COMMITTED,
  SEGMENT_DRAINED,
  SEGMENT_EVENT_COUNT,
  SEGMENT_FIRST_EVENT,
  SEGMENT_HEADER_BYTES,
  SEGMENT_INCARNATION,
  SEGMENT_LAST_DT_NS,
  SEGMENT_LENGTH,
  SEGMENT_MAGIC,
  SEGMENT_MAGIC_WORD,
  SEGMENT_MAX_SEVERITY,
  SEGMENT_MIRROR_LOCK,
  SEGMENT_POOL,
  SEGMENT_THREAD_ID,
  SEGMENT_TICKET,
  SEGMENT_WALL_MS,
  SEGMENT_WORD,
} from '../memory/ring-layout.ts';
import {
  lowHalfState,
  STATE_CLAIMING,
  STATE_FREE,
  STATE_OPEN,
  STATE_SEALED,
  segmentWord,
  wordGeneration,
  wordRow,
  wordState,
} from '../memory/segment-word.ts';
import type { RingMemory } from './ring-memory.ts';

/** Returned where no segment can be had. */
export const NO_SEGMENT = -1;

/** No event is above it. */
export const HIGHEST_SEVERITY = 24;

/** The thread that claims, and what it writes into the header of what it gets. */
export interface Claim {
  readonly row: number;
  readonly incarnation: number;
  readonly threadId: number;
  readonly pool: number;
  readonly firstEvent: bigint;
  readonly baseNs: bigint;
  readonly wallMs: number;
}

/** A segment that can be had, as `oldestReusable` saw it. */
interface Candidate {
  readonly segment: number;
  /** Its seal ticket; FREE_TICKET where it is free. */
  readonly ticket: number;
}

/** Below every ticket that is drawn. */
const FREE_TICKET = 0;

/** A ring of which more than this part is open is crowded. */
const CROWDED_PART = 3 / 8;

/**
 * Takes the oldest reusable segment of the claim's pool, or borrows one from the other pool, and
 * leaves it open and empty. NO_SEGMENT where every segment is open, or, in refuse mode, not
 * drained. Never waits: a lost swap tries the next oldest, as often as there are segments.
 *
 * In a crowded ring there is none for warnings: they then stand among their thread's other events,
 * and a thread takes one segment instead of two. So 200 threads that log at both levels fit a ring
 * of 256 segments: the first 48 in two each, the others in one.
 */
export function claimSegment(memory: RingMemory, claim: Claim): number {
  const { warnSegments, segmentCount } = memory;
  if (claim.pool === POOL_WARN && isCrowded(memory)) return NO_SEGMENT;
  for (let tries = 0; tries < segmentCount; tries++) {
    const candidate =
      claim.pool === POOL_WARN
        ? (oldestReusable(memory, 0, warnSegments) ??
          oldestReusable(memory, warnSegments, segmentCount))
        : (oldestReusable(memory, warnSegments, segmentCount) ??
          oldestReusable(memory, 0, warnSegments));
    if (candidate === null) return NO_SEGMENT;
    if (takeSegment(memory, candidate, claim)) return candidate.segment;
  }
  return NO_SEGMENT;
}

/** Whether so many segments are open that threads should be sparing with them. */
export function isCrowded(memory: RingMemory): boolean {
  const { i32, segmentCount } = memory;
  let open = 0;
  for (let segment = 0; segment < segmentCount; segment++) {
    // A plain load: a count that is a moment old does as well.
    if (lowHalfState(i32[memory.segmentOffset(segment) >> 2]) === STATE_OPEN) open++;
  }
  return open > segmentCount * CROWDED_PART;
}

/**
 * A free segment of [from, to), else the sealed one with the lowest seal ticket, or null. Plain
 * loads: what they see may be old, and `takeSegment` then turns it down. One that is sealed behind
 * the scan is passed by, so where all the others are sealed anew meanwhile, what is taken is not
 * the oldest: a gap in what one thread wrote, counted as overwritten.
 */
function oldestReusable(memory: RingMemory, from: number, to: number): Candidate | null {
  const { i32 } = memory;
  const isReuseAllowed = memory.mode !== MODE_REFUSE;
  const strideWords = memory.segmentBytes >> 2;
  let best = NO_SEGMENT;
  let bestTicket = Number.POSITIVE_INFINITY;
  let word = memory.segmentOffset(from) >> 2;
  for (let segment = from; segment < to; segment++, word += strideWords) {
    const state = lowHalfState(i32[word]);
    if (state === STATE_FREE) return { segment, ticket: FREE_TICKET };
    if (state !== STATE_SEALED || !isReuseAllowed) continue;
    const low = i32[word + (SEGMENT_TICKET >> 2)] >>> 0;
    const ticket = i32[word + (SEGMENT_TICKET >> 2) + 1] * 0x100000000 + low;
    if (ticket < bestTicket) {
      best = segment;
      bestTicket = ticket;
    }
  }
  return best === NO_SEGMENT ? null : { segment: best, ticket: bestTicket };
}

function takeSegment(memory: RingMemory, candidate: Candidate, claim: Claim): boolean {
  const { i32, i64, f64 } = memory;
  const offset = memory.segmentOffset(candidate.segment);
  const word = (offset + SEGMENT_WORD) >> 3;
  const seen = Atomics.load(i64, word);
  const state = wordState(BigInt.asUintN(64, seen));
  if (candidate.ticket === FREE_TICKET) {
    if (state !== STATE_FREE) return false;
  } else {
    // Someone may have filled and sealed it since we looked: then it is the newest by now, not
    // the oldest, and has another ticket. Loaded after the word, which the swap holds fast.
    const ticket = Number(Atomics.load(i64, (offset + SEGMENT_TICKET) >> 3));
    if (state !== STATE_SEALED || ticket !== candidate.ticket) return false;
  }
  const generation = (wordGeneration(BigInt.asUintN(64, seen)) + 1) >>> 0;
  const claiming = signed(segmentWord(generation, claim.row, STATE_CLAIMING));
  // From here on the segment is ours: readers take it for empty, other claimers pass it by.
  if (Atomics.compareExchange(i64, word, seen, claiming) !== seen) return false;

  const committed = (offset + SEGMENT_COMMITTED) >> 2;
  Atomics.store(i32, committed, 0);
  // A plain store may pass an earlier release on ARM64; it cannot pass this acquire, so no reader
  // of the previous tenant finds our bytes under its generation without seeing the word changed.
  Atomics.load(i32, committed);
  // The last tenant's owner has written its last to the black box.
  const lock = (offset + SEGMENT_MIRROR_LOCK) >> 2;
  Atomics.compareExchange(i32, lock, MIRROR_OWNER, MIRROR_FREE);
  i32[(offset + SEGMENT_MAGIC) >> 2] = SEGMENT_MAGIC_WORD;
  i32[(offset + SEGMENT_LENGTH) >> 2] = memory.segmentBytes;
  i32[(offset + SEGMENT_EVENT_COUNT) >> 2] = COUNT_UNKNOWN;
  i64[(offset + SEGMENT_TICKET) >> 3] = 0n;
  i64[(offset + SEGMENT_FIRST_EVENT) >> 3] = claim.firstEvent;
  i64[(offset + SEGMENT_BASE_NS) >> 3] = claim.baseNs;
  f64[(offset + SEGMENT_WALL_MS) >> 3] = claim.wallMs;
  i32[(offset + SEGMENT_POOL) >> 2] = claim.pool;
  i32[(offset + SEGMENT_THREAD_ID) >> 2] = claim.threadId;
  i32[(offset + SEGMENT_INCARNATION) >> 2] = claim.incarnation;
  // Both stand until the owner knows better: warnings without a segment of their own go anywhere.
  i32[(offset + SEGMENT_MAX_SEVERITY) >> 2] = HIGHEST_SEVERITY;
  f64[(offset + SEGMENT_LAST_DT_NS) >> 3] = Number.POSITIVE_INFINITY;
  Atomics.store(i64, (offset + SEGMENT_DRAINED) >> 3, signed(BigInt(generation) << 32n));
  // Zeroes tell a torn tail from none, and keep old text out of black boxes. As float64: 2.3 µs
  // for 64 KiB against 16 µs as bytes (Node 20.20).
  f64.fill(0, (offset + SEGMENT_HEADER_BYTES) >> 3, (offset + memory.segmentBytes) >> 3);
  const open = signed(segmentWord(generation, claim.row, STATE_OPEN));
  // Fails only if someone sealed for this thread as dead; then it has no say any more.
  return Atomics.compareExchange(i64, word, claiming, open) === claiming;
}

/** What the owner knows of its segment when it seals it. */
export interface SealNote {
  readonly row: number;
  readonly pool: number;
  /** The segment's word as `openWord` gave it after the claim. */
  readonly word: bigint;
  readonly eventCount: number;
  readonly maxSeverity: number;
  readonly lastDtNs: number;
  /** Running number of the event that follows the segment's last one. */
  readonly nextEvent: bigint;
}

/** The word of a segment, which names its tenant for as long as it is open. */
export function openWord(memory: RingMemory, segment: number): bigint {
  return Atomics.load(memory.i64, (memory.segmentOffset(segment) + SEGMENT_WORD) >> 3);
}

/**
 * The owner's open segment becomes history: readable, and reusable once it is the oldest. May be
 * called again after a call that a `vm` timeout cut off, wherever that was.
 */
export function sealSegment(memory: RingMemory, segment: number, note: SealNote): void {
  const { i32, i64, f64 } = memory;
  if (openWord(memory, segment) !== note.word) return;
  const offset = memory.segmentOffset(segment);
  i32[(offset + SEGMENT_MAX_SEVERITY) >> 2] = note.maxSeverity;
  f64[(offset + SEGMENT_LAST_DT_NS) >> 3] = note.lastDtNs;
  i32[(offset + SEGMENT_EVENT_COUNT) >> 2] = note.eventCount;
  // Before the seal, so that once the segment may be reused the row already accounts for it.
  Atomics.store(i64, nextEventIndex(note.row, note.pool), note.nextEvent);
  sealWord(memory, segment, note.word);
}

function sealWord(memory: RingMemory, segment: number, seen: bigint): void {
  const ticketIndex = (memory.segmentOffset(segment) + SEGMENT_TICKET) >> 3;
  Atomics.store(memory.i64, ticketIndex, drawTicket(memory, segment));
  swapToSealed(memory, segment, seen);
}

/**
 * The next seal ticket: from the home pool's counter, also for a borrowed segment, so that the
 * tickets of segments that compete for reuse can be compared.
 */
export function drawTicket(memory: RingMemory, segment: number): bigint {
  return Atomics.add(memory.i64, ticketCounter(memory.homePool(segment)), 1n) + 1n;
}

/** How many tickets were drawn so far, of all pools together. */
export function drawnTickets(memory: RingMemory): bigint {
  let drawn = 0n;
  for (let pool = 0; pool < POOL_COUNT; pool++) {
    drawn += Atomics.load(memory.i64, ticketCounter(pool));
  }
  return drawn;
}

function ticketCounter(pool: number): number {
  return (HEADER_SEAL_TICKETS + pool * HEADER_SEAL_TICKET_STRIDE) >> 3;
}

/** The end of a seal. Does nothing where the word is not `seen` any more. */
export function swapToSealed(memory: RingMemory, segment: number, seen: bigint): void {
  const unsigned = BigInt.asUintN(64, seen);
  const sealed = signed(segmentWord(wordGeneration(unsigned), wordRow(unsigned), STATE_SEALED));
  const word = (memory.segmentOffset(segment) + SEGMENT_WORD) >> 3;
  // Publishes header and ticket; pairs with the loads in `takeSegment` and capture.ts.
  Atomics.compareExchange(memory.i64, word, seen, sealed);
}

/** Index of a row's running number of a pool in a BigInt64Array. */
export function nextEventIndex(row: number, pool: number): number {
  return (rowOffset(row) + ROW_NEXT_EVENT + pool * 8) >> 3;
}

/** A segment word as a BigInt64Array holds it. */
export function signed(word: bigint): bigint {
  return BigInt.asIntN(64, word);
}
