// A segment's life from claim to reuse, step by step, with rivals, nested pools and the dead.

import { describe, expect, it } from 'vitest';
import {
  POOL_NORMAL,
  POOL_WARN,
  SEGMENT_HEADER_BYTES,
  SEGMENT_TICKET,
} from '../../src/memory/ring-layout.ts';
import { captureRing } from '../../src/ring/capture.ts';
import type { RingMemory } from '../../src/ring/ring-memory.ts';
import { claimSegment, isCrowded, NO_SEGMENT } from '../../src/ring/segments.ts';
import type { ThreadSlot } from '../../src/ring/thread-table.ts';
import { atStep } from './at-step.ts';
import {
  accountOf,
  append,
  appendMany,
  ENTRIES_A_SEGMENT,
  fillSegment,
  join,
  makeRing,
  openLane,
  segmentState,
  segmentStates,
} from './small-ring.ts';

function claim(memory: RingMemory, slot: ThreadSlot, pool = POOL_NORMAL): number {
  return claimSegment(memory, { ...slot, pool, firstEvent: 1n, baseNs: 0n, wallMs: 0 });
}

function ticketOf(memory: RingMemory, segment: number): bigint {
  return memory.i64[(memory.segmentOffset(segment) + SEGMENT_TICKET) >> 3];
}

describe('claimSegment', () => {
  it('takes free segments in turn, raises their generation and leaves them open and zeroed', () => {
    const memory = makeRing();
    const slot = join(memory, 5);
    memory.u8.fill(0xaa, memory.segmentOffset(0) + SEGMENT_HEADER_BYTES, memory.segmentOffset(1));
    for (let segment = 0; segment < 8; segment++) expect(claim(memory, slot)).toBe(segment);
    expect(claim(memory, slot)).toBe(NO_SEGMENT);
    for (const state of segmentStates(memory)) {
      expect(state).toEqual({ state: 'open', row: slot.row, generation: 1 });
    }
    const start = memory.segmentOffset(0) + SEGMENT_HEADER_BYTES;
    expect(memory.u8.subarray(start, memory.segmentOffset(1)).every((byte) => byte === 0)).toBe(
      true,
    );
  });

  it('leaves nothing of the last tenant to be read', () => {
    const memory = makeRing();
    const lane = openLane(memory, join(memory, 1));
    for (let i = 0; i < 8; i++) fillSegment(lane);
    const heir = join(memory, 2);
    const segment = claim(memory, heir);
    const captured = captureRing(memory).segments.find((one) => one.segment === segment);
    expect(captured).toMatchObject({ row: heir.row, eventCount: 0, records: new Uint8Array(0) });
  });

  it('reuses the segment that was sealed first, not the one that was claimed first', () => {
    const memory = makeRing();
    const quiet = openLane(memory, join(memory, 1));
    const busy = openLane(memory, join(memory, 2));
    append(quiet, 1);
    appendMany(busy, 1, 7 * ENTRIES_A_SEGMENT);
    // The quiet thread's segment is the oldest by claim; by now it has been sealed last.
    quiet.seal();
    appendMany(busy, 71, 6 * ENTRIES_A_SEGMENT);
    expect(segmentState(memory, 0)).toMatchObject({ state: 'sealed', row: quiet.thread.row });
    expect(accountOf(memory, quiet.thread).inRing).toBe(1n);
    appendMany(busy, 131, ENTRIES_A_SEGMENT);
    expect(accountOf(memory, quiet.thread)).toMatchObject({ inRing: 0n, overwritten: 1n });
  });

  it('never takes an open segment of a living thread', () => {
    const memory = makeRing();
    const lanes = Array.from({ length: 8 }, (_, i) => openLane(memory, join(memory, i)));
    lanes.forEach((lane) => {
      expect(append(lane, 1)).toBe(true);
    });
    const late = openLane(memory, join(memory, 99));
    expect(append(late, 1)).toBe(false);
    expect(accountOf(memory, late.thread)).toMatchObject({ attempted: 1n, refused: 1n });
    // Who has a segment goes on in it, and in its next one.
    appendMany(lanes[3], 2, 25);
    lanes[5].seal();
    expect(append(late, 2)).toBe(true);
  });

  it('turns down a segment that was filled and sealed anew since it looked like the oldest', () => {
    const memory = makeRing();
    const rival = openLane(memory, join(memory, 1));
    for (let i = 0; i < 8; i++) fillSegment(rival);
    rival.seal();
    const slot = join(memory, 2);
    const oldest = 0;
    expect(ticketOf(memory, oldest)).toBe(1n);
    let claimed = NO_SEGMENT;
    // Just before the claimer reads the word, the rival takes the oldest, fills it and seals it.
    const came = atStep(
      0,
      () => {
        fillSegment(rival);
        rival.seal();
        expect(ticketOf(memory, oldest)).toBe(9n);
      },
      () => {
        claimed = claim(memory, slot);
      },
    );
    expect(came).toBe(true);
    expect(claimed).toBe(1);
  });

  it('survives a rival at every step: no segment with two owners, none lost, newest kept', () => {
    for (let step = 0; ; step++) {
      const memory = makeRing();
      const [one, two] = [join(memory, 1), join(memory, 2)];
      const first = openLane(memory, one);
      for (let i = 0; i < 8; i++) fillSegment(first, i * 10);
      first.seal();
      let [claimed, rivals] = [NO_SEGMENT, NO_SEGMENT];
      const came = atStep(
        step,
        () => {
          rivals = claim(memory, two);
        },
        () => {
          claimed = claim(memory, one);
        },
      );
      if (!came) break;
      expect([claimed, rivals].sort(), `step ${step}`).toEqual([0, 1]);
      expect(segmentState(memory, claimed)).toMatchObject({ state: 'open', row: one.row });
      expect(segmentState(memory, rivals)).toMatchObject({ state: 'open', row: two.row });
    }
  });
});

describe('two pools', () => {
  it('claims at home first, and borrows where nothing at home can be had', () => {
    const memory = makeRing({ segmentCount: 16, warnSegments: 4 });
    const slot = join(memory, 1);
    expect(claim(memory, slot, POOL_WARN)).toBe(0);
    expect(claim(memory, slot, POOL_NORMAL)).toBe(4);
    for (const home of [1, 2, 3]) expect(claim(memory, slot, POOL_WARN)).toBe(home);
    expect(claim(memory, slot, POOL_WARN)).toBe(5);
    for (let segment = 6; segment < 16; segment++) {
      expect(claim(memory, slot, POOL_NORMAL)).toBe(segment);
    }
    expect(claim(memory, slot, POOL_NORMAL)).toBe(NO_SEGMENT);
  });

  it('lends segments of the warn pool to a flood only while every other one is open', () => {
    const memory = makeRing({ segmentCount: 8, warnSegments: 2 });
    for (let i = 0; i < 6; i++) claim(memory, join(memory, i));
    expect(claim(memory, join(memory, 9))).toBe(0);
  });

  it('draws the ticket of a borrowed segment where it is at home', () => {
    const memory = makeRing({ segmentCount: 16, warnSegments: 2 });
    const slot = join(memory, 1);
    const warn = [openLane(memory, slot, POOL_WARN), openLane(memory, slot, POOL_WARN)];
    for (const lane of warn) append(lane, 1);
    const borrower = openLane(memory, join(memory, 2), POOL_WARN);
    append(borrower, 1);
    expect(segmentState(memory, 2)).toMatchObject({ state: 'open', row: borrower.thread.row });
    const normal = openLane(memory, join(memory, 3));
    append(normal, 1);
    normal.seal();
    borrower.seal();
    expect(ticketOf(memory, 3)).toBe(1n);
    expect(ticketOf(memory, 2)).toBe(2n);
    // A segment of warnings, though it stands among the others.
    const captured = captureRing(memory).segments.find(({ segment }) => segment === 2);
    expect(captured).toMatchObject({ pool: POOL_WARN, firstEvent: 1n, eventCount: 1 });
  });

  it('gives a crowded ring to one segment a thread: no second one for warnings', () => {
    const memory = makeRing({ segmentCount: 16, warnSegments: 4 });
    for (let i = 0; i < 6; i++) claim(memory, join(memory, i));
    expect(isCrowded(memory)).toBe(false);
    expect(claim(memory, join(memory, 6), POOL_WARN)).toBe(0);
    expect(isCrowded(memory)).toBe(true);
    expect(claim(memory, join(memory, 7), POOL_WARN)).toBe(NO_SEGMENT);
    expect(claim(memory, join(memory, 8), POOL_NORMAL)).toBe(10);
  });
});
