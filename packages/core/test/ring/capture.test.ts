// A copy of the ring while others write: whole entries, nothing twice, nothing left out that still
// stands, and an account that is exact at every step.

import { describe, expect, it } from 'vitest';
import { HEADER_RETIRED_ATTEMPTED, MODE_REFUSE, POOL_WARN } from '../../src/memory/ring-layout.ts';
import {
  accountThreads,
  beginCapture,
  type CapturedRing,
  captureRing,
  captureSegment,
  endCapture,
} from '../../src/ring/capture.ts';
import { hasChangedSince, markChanges } from '../../src/ring/change-mark.ts';
import { cutRing } from '../../src/ring/cut.ts';
import type { Lane } from '../../src/ring/lane.ts';
import type { RingMemory } from '../../src/ring/ring-memory.ts';
import { endThread, readRetired } from '../../src/ring/thread-table.ts';
import { atStep } from './at-step.ts';
import {
  accountOf,
  append,
  appendMany,
  ENTRIES_A_SEGMENT,
  fillSegment,
  join,
  makeRing,
  numbersIn,
  openLane,
  segmentStates,
} from './small-ring.ts';

/** Numbers by row, in the order of the capture. Checks the account of every thread against it. */
function checked(captured: CapturedRing): Map<number, number[]> {
  const numbers = new Map<number, number[]>();
  const known = captured.rows.map(({ row, incarnation }) => `${row}:${incarnation}`);
  for (const segment of captured.segments) {
    expect(known).toContain(`${segment.row}:${segment.incarnation}`);
    const found = numbersIn(segment.records);
    expect(found).toHaveLength(segment.eventCount);
    numbers.set(segment.row, [...(numbers.get(segment.row) ?? []), ...found]);
  }
  for (const [row, account] of accountThreads(captured)) {
    const { attempted, inRing, overwritten, refused, tooLarge } = account;
    expect(attempted).toBe(inRing + overwritten + refused + tooLarge);
    expect(Number(inRing)).toBe(numbers.get(row.row)?.length ?? 0);
    expect(overwritten).toBeGreaterThanOrEqual(0n);
  }
  return numbers;
}

/** Captures, and lets `happen` at each step in turn. */
function captureAtEachStep(
  make: () => { memory: RingMemory; happen: () => void },
  check: (captured: CapturedRing, step: number, memory: RingMemory) => void,
): number {
  for (let step = 0; ; step++) {
    const { memory, happen } = make();
    let captured: CapturedRing | undefined;
    const came = atStep(step, happen, () => {
      captured = captureRing(memory);
    });
    check(captured as CapturedRing, step, memory);
    if (!came) return step;
  }
}

describe('captureRing', () => {
  it('changes nothing: as often as it is called, it finds the same', () => {
    const memory = makeRing();
    const lanes = [openLane(memory, join(memory, 1)), openLane(memory, join(memory, 2))];
    appendMany(lanes[0], 1, 33);
    appendMany(lanes[1], 1, 7);
    const before = memory.u8.slice();
    const first = captureRing(memory);
    for (let i = 0; i < 5; i++) expect(captureRing(memory)).toEqual(first);
    expect(Buffer.compare(memory.u8, before)).toBe(0);
    expect(checked(first).get(0)).toEqual(Array.from({ length: 33 }, (_, i) => i + 1));
    // A copy: what comes later does not change it.
    fillSegment(lanes[0], 34);
    expect(checked(first).get(0)).toHaveLength(33);
  });

  it('takes a segment that is being claimed for empty', () => {
    const memory = makeRing();
    const lane = openLane(memory, join(memory, 1));
    fillSegment(lane);
    lane.seal();
    const word = memory.segmentOffset(0) >> 2;
    memory.i32[word] = (memory.i32[word] & ~0xff) | 1;
    expect(segmentStates(memory)[0].state).toBe('claiming');
    expect(captureRing(memory).segments).toEqual([]);
    expect(accountOf(memory, lane.thread)).toMatchObject({ attempted: 10n, overwritten: 10n });
  });

  it('drops a segment that is reused while it is copied, and counts it as lapped', () => {
    const outcomes = new Set<string>();
    captureAtEachStep(
      () => {
        const memory = makeRing();
        const lane = openLane(memory, join(memory, 1));
        for (let i = 0; i < 8; i++) fillSegment(lane, 1 + i * ENTRIES_A_SEGMENT);
        lane.seal();
        // Takes the two oldest segments.
        const happen = (): void => appendMany(lane, 81, ENTRIES_A_SEGMENT + 1);
        return { memory, happen };
      },
      (captured, step) => {
        const numbers = checked(captured).get(0) ?? [];
        expect(numbers, `step ${step}`).toEqual(numbers.toSorted((a, b) => a - b));
        const last = numbers.at(-1) as number;
        const firsts = numbers.filter((number) => number % ENTRIES_A_SEGMENT === 1);
        const missing = [1, 11, 21].filter((first) => !firsts.includes(first));
        // Those two segments apart, all that was there is there.
        expect(numbers).toHaveLength(last - missing.length * ENTRIES_A_SEGMENT);
        outcomes.add(`${captured.lapped} lapped, to ${last}, without ${missing}`);
      },
    );
    // Outcome: how it came about.
    expect([...outcomes].sort()).toEqual(
      [
        '0 lapped, to 80, without ', // reused after the copy
        '0 lapped, to 80, without 1,11', // reused between the two rounds of the cut
        '0 lapped, to 91, without 1,11', // reused before the cut
        '1 lapped, to 80, without 1,11', // reused while the second round was made
        '1 lapped, to 80, without 11', // reused after the cut and the copy of the first of the two
        '2 lapped, to 80, without 1,11', // reused after the cut and before any copy
      ].sort(),
    );
  });

  it('has of each thread no event without all the older ones that still stand', () => {
    const outcomes = new Set<number>();
    captureAtEachStep(
      () => {
        const memory = makeRing();
        const lane = openLane(memory, join(memory, 1));
        const other = openLane(memory, join(memory, 2));
        // The open segment stands behind free ones, which the scan has passed by when they fill.
        for (let i = 0; i < 4; i++) fillSegment(other);
        appendMany(lane, 1, 5);
        endThread(memory, 2, 0);
        const happen = (): void => appendMany(lane, 6, 30);
        return { memory, happen };
      },
      (captured, step) => {
        const numbers = checked(captured).get(0) ?? [];
        expect(numbers, `step ${step}`).toEqual(numbers.map((_, i) => i + 1));
        outcomes.add(numbers.length);
      },
    );
    // 5: all came later. 10: the open segment was copied later. 35: all came before the cut.
    expect([...outcomes].sort((a, b) => a - b)).toEqual([5, 10, 35]);
  });

  it('keeps the order of writing where the scan meets the newer segment first', () => {
    captureAtEachStep(
      () => {
        const memory = makeRing();
        const filler = openLane(memory, join(memory, 2));
        for (let i = 0; i < 5; i++) fillSegment(filler);
        const lane = openLane(memory, join(memory, 1));
        for (let i = 0; i < 3; i++) fillSegment(lane, 1 + i * ENTRIES_A_SEGMENT);
        filler.seal();
        // Seals segment 7, which is open, and goes on in 0, 1, and 2.
        const happen = (): void => appendMany(lane, 31, 25);
        return { memory, happen };
      },
      (captured, step) => {
        const numbers = checked(captured).get(1) ?? [];
        expect(numbers, `step ${step}`).toEqual(numbers.map((_, i) => i + 1));
        expect(numbers.length).toBeGreaterThanOrEqual(30);
      },
    );
  });

  it('accounts exactly while a thread joins, writes and dies at any step', () => {
    captureAtEachStep(
      () => {
        const memory = makeRing();
        const lane = openLane(memory, join(memory, 1));
        for (let i = 0; i < 9; i++) fillSegment(lane);
        const happen = (): void => {
          const late = openLane(memory, join(memory, 2));
          appendMany(late, 1, 14);
          endThread(memory, 1, 1);
          late.countRefused();
        };
        return { memory, happen };
      },
      (captured, step, memory) => {
        checked(captured);
        const [first] = accountThreads(captured).values();
        expect(first.attempted, `step ${step}`).toBe(90n);
        checked(captureRing(memory));
      },
    );
  });

  it('counts a thread once whose row is given away while segments are copied', () => {
    const memory = makeRing();
    const gone = openLane(memory, join(memory, 1));
    appendMany(gone, 1, 3);
    endThread(memory, 1, 0);
    const other = openLane(memory, join(memory, 2));
    for (let i = 0; i < 8; i++) fillSegment(other);
    for (let threadId = 3; threadId <= memory.rowCount; threadId++) {
      join(memory, threadId);
      endThread(memory, threadId, 0);
    }
    const begun = beginCapture(memory);
    const takeRoom = (lengthBytes: number) => new Uint8Array(lengthBytes);
    const copies = begun.cuts.map((cut) => captureSegment(memory, begun, cut, takeRoom));
    expect(join(memory, 9999).row).toBe(0);
    const captured = endCapture(memory, begun, copies);
    let attempted = readRetired(memory)(HEADER_RETIRED_ATTEMPTED);
    expect(attempted).toBe(3n);
    for (const account of accountThreads(captured).values()) attempted += account.attempted;
    expect(attempted).toBe(83n);
  });

  it('knows more than a row that its thread has not written yet, and less than nothing is lost', () => {
    const memory = makeRing({ segmentCount: 16, warnSegments: 4 });
    const slot = join(memory, 1);
    const [normal, warn] = [openLane(memory, slot), openLane(memory, slot, POOL_WARN)];
    appendMany(normal, 1, 3);
    appendMany(warn, 1, 2);
    expect(captureRing(memory).rows[0].nextEvents).toEqual([1n, 1n]);
    expect(accountOf(memory, slot)).toMatchObject({ attempted: 5n, inRing: 5n });
    normal.seal();
    expect(captureRing(memory).rows[0].nextEvents).toEqual([4n, 1n]);
    expect(accountOf(memory, slot)).toMatchObject({ attempted: 5n, inRing: 5n });
  });
});

describe('cutRing', () => {
  it('lists sealed segments by ticket, then open ones, in both modes', () => {
    for (const mode of [0, MODE_REFUSE]) {
      const memory = makeRing({ mode });
      const lanes: Lane[] = [1, 2, 3].map((threadId) => openLane(memory, join(memory, threadId)));
      for (const lane of lanes) append(lane, 1);
      for (const index of [1, 0, 2]) lanes[index].renew();
      expect(cutRing(memory).map(({ segment, isOpen }) => [segment, isOpen])).toEqual([
        [1, false],
        [0, false],
        [2, false],
        [3, true],
        [4, true],
        [5, true],
      ]);
    }
  });
});

describe('markChanges', () => {
  it('sees every commit and claim, and takes sealing for no change', () => {
    const memory = makeRing();
    const lane = openLane(memory, join(memory, 1));
    append(lane, 1);
    const mark = markChanges(memory);
    expect(hasChangedSince(memory, mark)).toBe(false);
    lane.seal();
    endThread(memory, 1, 0);
    captureRing(memory);
    expect(hasChangedSince(memory, mark)).toBe(false);
    append(lane, 2);
    expect(hasChangedSince(memory, mark)).toBe(true);
    const full = markChanges(memory);
    // All segments anew, each as full as before.
    for (let i = 0; i < 9; i++) append(lane, i, 3000);
    expect(hasChangedSince(memory, full)).toBe(true);
  });
});
