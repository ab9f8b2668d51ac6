// A ring of eight small segments, threads that write numbered entries into it, and an oracle of
// what each thread's account has to be. All in one thread: other threads are played.

import { expect } from 'vitest';
import {
  MODE_OVERWRITE,
  POOL_NORMAL,
  ROW_REFUSED,
  SEGMENT_WORD,
} from '../../src/memory/ring-layout.ts';
import {
  STATE_CLAIMING,
  STATE_FREE,
  STATE_OPEN,
  STATE_SEALED,
  wordGeneration,
  wordRow,
  wordState,
} from '../../src/memory/segment-word.ts';
import { accountThreads, captureRing, type ThreadAccount } from '../../src/ring/capture.ts';
import { Lane } from '../../src/ring/lane.ts';
import { type RingGeometry, RingMemory } from '../../src/ring/ring-memory.ts';
import { countInRow, joinThread, type ThreadSlot } from '../../src/ring/thread-table.ts';

export const SEGMENT_BYTES = 4096;
/** With its head of three bytes, ten entries of this length fill a segment but for 18 bytes. */
export const ENTRY_BYTES = 392;
export const ENTRIES_A_SEGMENT = 10;

export const NO_OS_THREAD = { id: 0, startTicks: 0 };

export function makeRing(geometry: Partial<RingGeometry> = {}): RingMemory {
  return RingMemory.allocate({
    segmentCount: 8,
    segmentBytes: SEGMENT_BYTES,
    warnSegments: 0,
    mode: MODE_OVERWRITE,
    ...geometry,
  });
}

export function join(memory: RingMemory, threadId: number, parentRow = -1): ThreadSlot {
  const slot = joinThread(memory, {
    threadId,
    name: `thread ${threadId}`,
    parentRow,
    os: NO_OS_THREAD,
    startedAtMs: 0,
  });
  if (slot === null) throw new Error('the thread table is full');
  return slot;
}

/** A lane of a thread of its own, or of `slot`. */
export function openLane(memory: RingMemory, slot: ThreadSlot, pool: number = POOL_NORMAL): Lane {
  return new Lane(memory, slot, pool, () => ({ baseNs: 7n, wallMs: 7.5, baseTickNs: 0 }));
}

/** Writes entry `number` as a byte string; false, and counted, where it is refused. */
export function append(lane: Lane, number: number, lengthBytes: number = ENTRY_BYTES): boolean {
  if (!lane.reserve(lengthBytes + 3)) {
    lane.countRefused();
    return false;
  }
  const { u8 } = lane.memory;
  let position = lane.position;
  u8[position++] = 0x59;
  u8[position++] = lengthBytes >> 8;
  u8[position++] = lengthBytes;
  u8.set(entryBytes(lane.thread.threadId, number, lengthBytes), position);
  lane.commit(position + lengthBytes);
  return true;
}

/** Writes `count` entries, numbered from `first`. */
export function appendMany(lane: Lane, first: number, count: number): void {
  for (let number = first; number < first + count; number++) {
    expect(append(lane, number)).toBe(true);
  }
}

/** Fills the open segment, or a new one, and leaves it open. */
export function fillSegment(lane: Lane, first = 1): void {
  lane.seal();
  appendMany(lane, first, ENTRIES_A_SEGMENT);
}

export function entryBytes(threadId: number, number: number, lengthBytes: number): Uint8Array {
  const bytes = new Uint8Array(lengthBytes).fill((threadId * 31 + number * 7) & 0xff);
  new DataView(bytes.buffer).setUint32(0, threadId);
  new DataView(bytes.buffer).setUint32(4, number);
  return bytes;
}

/** Thread and number of an entry. Throws where a byte of it is not as it was written. */
export function readEntry(bytes: Uint8Array): { threadId: number; number: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const threadId = view.getUint32(0);
  const number = view.getUint32(4);
  const expected = entryBytes(threadId, number, bytes.length);
  if (Buffer.compare(bytes, expected) !== 0) {
    throw new Error(`entry ${number} of thread ${threadId} is torn`);
  }
  return { threadId, number };
}

/** Numbers of the entries in `records`, in order, each checked. */
export function numbersIn(records: Uint8Array): number[] {
  const numbers: number[] = [];
  for (let position = 0; position < records.length; ) {
    const lengthBytes = records[position + 1] * 256 + records[position + 2];
    const start = position + 3;
    numbers.push(readEntry(records.subarray(start, start + lengthBytes)).number);
    position = start + lengthBytes;
  }
  return numbers;
}

export interface SegmentState {
  readonly state: 'free' | 'claiming' | 'open' | 'sealed';
  readonly row: number;
  readonly generation: number;
}

const STATE_NAMES = {
  [STATE_FREE]: 'free',
  [STATE_CLAIMING]: 'claiming',
  [STATE_OPEN]: 'open',
  [STATE_SEALED]: 'sealed',
} as const;

export function segmentState(memory: RingMemory, segment: number): SegmentState {
  const word = BigInt.asUintN(64, memory.i64[(memory.segmentOffset(segment) + SEGMENT_WORD) >> 3]);
  const state = STATE_NAMES[wordState(word) as keyof typeof STATE_NAMES];
  return { state, row: wordRow(word), generation: wordGeneration(word) };
}

export function segmentStates(memory: RingMemory): SegmentState[] {
  return Array.from({ length: memory.segmentCount }, (_, segment) => segmentState(memory, segment));
}

/** Numbers of the segments in this state. */
export function segmentsIn(memory: RingMemory, state: SegmentState['state']): number[] {
  return segmentStates(memory).flatMap((one, segment) => (one.state === state ? [segment] : []));
}

/** The thread's account as a snapshot would show it now; the equation of the design is checked. */
export function accountOf(memory: RingMemory, slot: ThreadSlot): ThreadAccount {
  const captured = captureRing(memory);
  for (const [row, account] of accountThreads(captured)) {
    if (row.row !== slot.row || row.incarnation !== slot.incarnation) continue;
    const { attempted, inRing, overwritten, refused, tooLarge } = account;
    expect(attempted).toBe(inRing + overwritten + refused + tooLarge);
    expect(overwritten).toBeGreaterThanOrEqual(0n);
    return account;
  }
  throw new Error(`thread ${slot.threadId} is not in the table`);
}

export function countRefused(memory: RingMemory, slot: ThreadSlot): void {
  countInRow(memory, slot.row, ROW_REFUSED);
}
