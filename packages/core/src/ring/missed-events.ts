/**
 * What a capture could not copy although it was logged before: segments that were open when the
 * rows were read, and were sealed and taken again before their turn came. Neither rows nor copies
 * tell of them, so where anything was sealed meanwhile the ring is looked at once more.
 */

import {
  COUNT_UNKNOWN,
  HEADER_INCARNATIONS,
  POOL_COUNT,
  SEGMENT_EVENT_COUNT,
  SEGMENT_WORD,
} from '../memory/ring-layout.ts';
import { type CutSegment, noteSegments } from './cut.ts';
import type { RingMemory } from './ring-memory.ts';
import { drawnTickets } from './segments.ts';
import { type RowState, readRows } from './thread-table.ts';

/** A segment that was copied. */
export interface Copied {
  readonly cut: CutSegment;
  readonly incarnation: number;
  /** Running number of the event that followed the last one as it was copied. */
  readonly nextEvent: bigint;
  /** What is later than the moment that the capture shows is left out. */
  readonly shown: 'all' | 'in part' | 'not at all';
}

/** Differs from what it was before if a segment was sealed since, or a thread joined. */
export function changesSoFar(memory: RingMemory): bigint {
  const joined = Atomics.load(memory.i32, HEADER_INCARNATIONS >> 2) >>> 0;
  return drawnTickets(memory) * 0x100000000n + BigInt(joined);
}

/**
 * The rows as they were read before the copies, with those of threads that joined since, where
 * every event is counted that is gone by now and may be older than the moment of the capture.
 */
export function withMissedEvents(
  memory: RingMemory,
  rows: readonly RowState[],
  copied: readonly Copied[],
): RowState[] {
  const latest = new Map(readRows(memory).map((row) => [rowKey(row), row]));
  const present = byLane(noteSegments(memory));
  const copies = byLane(copied.map((copy) => ({ lane: copy.cut.lane, copy })));
  const joined = newRows(rows, latest);
  const counted: RowState[] = [];
  for (const row of [...rows, ...joined]) {
    const now = latest.get(rowKey(row));
    // Given to another thread, and nothing of it is left: what it had counted stands in the header.
    if (now === undefined) continue;
    const nextEvents: bigint[] = [];
    for (let pool = 0; pool < POOL_COUNT; pool++) {
      const lane = row.row * POOL_COUNT + pool;
      const own = (copies.get(lane) ?? []).map(({ copy }) => copy);
      nextEvents.push(
        nextCounted(memory, {
          next: row.nextEvents[pool],
          sealedNext: now.nextEvents[pool],
          copies: own.filter(({ incarnation }) => incarnation === row.incarnation),
          present: present.get(lane) ?? [],
        }),
      );
    }
    counted.push({ ...row, refused: now.refused, tooLarge: now.tooLarge, nextEvents });
  }
  return counted;
}

/** One thread's way into one pool. */
interface LaneFacts {
  /** Running number behind all that was sealed when the rows were read, … */
  readonly next: bigint;
  /** … and now. */
  readonly sealedNext: bigint;
  readonly copies: readonly Copied[];
  readonly present: readonly CutSegment[];
}

/** Running number up to which the lane's events are shown, or gone. */
function nextCounted(memory: RingMemory, facts: LaneFacts): bigint {
  const { next, sealedNext, copies, present } = facts;
  const last = newestShown(copies);
  let counted = next;
  if (last !== null && last.nextEvent > next) {
    // What follows it is later than the moment.
    if (last.shown === 'in part') return next;
    counted = last.nextEvent;
    if (sealedNext > counted) counted = sealedEnd(memory, last, present) ?? sealedNext;
  }
  if (sealedNext <= counted) return next;
  // What stands there still, and was not copied, was opened behind the back of the cut: it is later
  // than the moment, and so is all that follows it.
  let standing = sealedNext;
  for (const { firstEvent } of present) {
    if (firstEvent >= counted && firstEvent < standing) standing = firstEvent;
  }
  for (const { cut, shown } of copies) {
    const isLater = shown === 'not at all' && cut.firstEvent >= counted;
    if (isLater && cut.firstEvent < standing) standing = cut.firstEvent;
  }
  return standing === counted ? next : standing;
}

/** Running number behind what the segment has in the end, as far as it still has it; null: open. */
function sealedEnd(
  memory: RingMemory,
  { cut, nextEvent }: Copied,
  present: readonly CutSegment[],
): bigint | null {
  const held = present.find(({ segment, word }) => {
    return segment === cut.segment && word >> 8n === cut.word >> 8n;
  });
  // Taken again: whatever was added after the copy is gone.
  if (held === undefined) return nextEvent;
  if (held.isOpen) return null;
  const { i32, i64 } = memory;
  const offset = memory.segmentOffset(cut.segment);
  const eventCount = i32[(offset + SEGMENT_EVENT_COUNT) >> 2];
  // The check must not be passed by the load above: see `copySegment`.
  const now = BigInt.asUintN(64, Atomics.add(i64, (offset + SEGMENT_WORD) >> 3, 0n));
  if (now >> 8n !== cut.word >> 8n) return nextEvent;
  // Sealed for a thread that was gone, so nothing follows.
  return eventCount === COUNT_UNKNOWN ? null : cut.firstEvent + BigInt(eventCount);
}

function newestShown(copies: readonly Copied[]): Copied | null {
  let newest: Copied | null = null;
  for (const copy of copies) {
    if (copy.shown === 'not at all') continue;
    if (newest === null || copy.cut.firstEvent > newest.cut.firstEvent) newest = copy;
  }
  return newest;
}

/** Of threads that joined after the rows were read: as they were before they logged anything. */
function newRows(rows: readonly RowState[], latest: ReadonlyMap<string, RowState>): RowState[] {
  const known = new Set(rows.map(rowKey));
  const joined = [...latest.values()].filter((row) => !known.has(rowKey(row)));
  return joined.map((row) => ({ ...row, nextEvents: row.nextEvents.map(() => 1n) }));
}

export function rowKey({ row, incarnation }: { row: number; incarnation: number }): string {
  return `${row}:${incarnation}`;
}

function byLane<Item extends { readonly lane: number }>(
  items: readonly Item[],
): Map<number, Item[]> {
  const lanes = new Map<number, Item[]>();
  for (const item of items) {
    const lane = lanes.get(item.lane);
    if (lane === undefined) lanes.set(item.lane, [item]);
    else lane.push(item);
  }
  return lanes;
}
