// Sealing for a thread that writes no more: at whatever step it died, and however late one comes.

import { describe, expect, it } from 'vitest';
import {
  COUNT_UNKNOWN,
  POOL_NORMAL,
  SEGMENT_EVENT_COUNT,
  SEGMENT_MAX_SEVERITY,
} from '../../src/memory/ring-layout.ts';
import { captureRing } from '../../src/ring/capture.ts';
import type { RingMemory } from '../../src/ring/ring-memory.ts';
import { sealAbandoned } from '../../src/ring/seal-abandoned.ts';
import { claimSegment } from '../../src/ring/segments.ts';
import type { ThreadSlot } from '../../src/ring/thread-table.ts';
import { atStep, dieAtStep } from './at-step.ts';
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
  segmentState,
  segmentStates,
  segmentsIn,
} from './small-ring.ts';

function claim(memory: RingMemory, slot: ThreadSlot, pool = POOL_NORMAL): number {
  return claimSegment(memory, { ...slot, pool, firstEvent: 1n, baseNs: 0n, wallMs: 0 });
}

describe('sealAbandoned', () => {
  it('seals what is open, accounts for it, and does nothing more the second time', () => {
    const memory = makeRing();
    const lane = openLane(memory, join(memory, 1));
    appendMany(lane, 1, ENTRIES_A_SEGMENT + 3);
    expect(sealAbandoned(memory, lane.thread.row)).toBe(1);
    const before = memory.u8.slice();
    expect(sealAbandoned(memory, lane.thread.row)).toBe(0);
    expect(Buffer.compare(memory.u8, before)).toBe(0);
    expect(segmentsIn(memory, 'sealed')).toEqual([0, 1]);
    expect(accountOf(memory, lane.thread)).toMatchObject({ attempted: 13n, inRing: 13n });
    const numbers = captureRing(memory).segments.flatMap(({ records }) => numbersIn(records));
    expect(numbers).toEqual(Array.from({ length: 13 }, (_, i) => i + 1));
  });

  it('counts a tail that was never committed as torn, once, and shows nothing of it', () => {
    const memory = makeRing();
    const lane = openLane(memory, join(memory, 1));
    appendMany(lane, 1, 2);
    memory.u8.fill(0x59, lane.position, lane.position + 20);
    sealAbandoned(memory, lane.thread.row);
    const { segments, rows } = captureRing(memory);
    expect(rows[0].torn).toBe(1);
    expect(numbersIn(segments[0].records)).toEqual([1, 2]);
  });

  it('leaves the segments of other threads alone', () => {
    const memory = makeRing();
    const [dead, living] = [openLane(memory, join(memory, 1)), openLane(memory, join(memory, 2))];
    append(dead, 1);
    append(living, 1);
    sealAbandoned(memory, dead.thread.row);
    expect(segmentState(memory, 1)).toMatchObject({ state: 'open', row: living.thread.row });
    expect(append(living, 2)).toBe(true);
  });

  it('leaves no segment and no gap, at whatever step a thread dies', () => {
    const seen = new Set<string>();
    for (let step = 0; ; step++) {
      const memory = makeRing();
      const other = openLane(memory, join(memory, 2));
      for (let i = 0; i < 8; i++) fillSegment(other);
      const lane = openLane(memory, join(memory, 1));
      appendMany(lane, 1, ENTRIES_A_SEGMENT - 1);
      // Fills its segment, seals it, claims another one and writes on.
      let returned = ENTRIES_A_SEGMENT - 1;
      const isDead = dieAtStep(step, () => {
        for (let number = returned + 1; number <= 13; number++) {
          append(lane, number);
          returned = number;
        }
      });
      seen.add(
        segmentStates(memory)
          .map(({ state }) => state[0])
          .join(''),
      );
      sealAbandoned(memory, lane.thread.row);
      const owners = segmentStates(memory).filter(({ row }) => row === lane.thread.row);
      expect(owners.every(({ state }) => state === 'sealed' || state === 'free')).toBe(true);
      const account = accountOf(memory, lane.thread);
      // The one call that had not returned may be there or not.
      expect(Number(account.attempted) - returned, `step ${step}`).toBeOneOf([0, 1]);
      expect(account).toMatchObject({ inRing: account.attempted, refused: 0n });
      if (!isDead) break;
    }
    // It died with the segment open, sealed, and in the middle of a claim.
    expect(seen.size).toBeGreaterThanOrEqual(3);
  });

  it('ends what a sealer that dies at any step has begun', () => {
    for (let step = 0; ; step++) {
      const memory = makeRing();
      const slot = join(memory, 1);
      const lane = openLane(memory, slot);
      appendMany(lane, 1, 3);
      claim(memory, slot);
      const isDead = dieAtStep(step, () => sealAbandoned(memory, slot.row));
      sealAbandoned(memory, slot.row);
      expect(segmentsIn(memory, 'open'), `step ${step}`).toEqual([]);
      expect(accountOf(memory, slot)).toMatchObject({ attempted: 3n, inRing: 3n });
      if (!isDead) break;
    }
  });

  it('does no harm when it is late: another has sealed, and the segment has a new tenant', () => {
    for (let step = 0; ; step++) {
      const memory = makeRing();
      const dead = openLane(memory, join(memory, 1));
      appendMany(dead, 1, 3);
      const heir = openLane(memory, join(memory, 2));
      for (let i = 0; i < 7; i++) fillSegment(heir);
      const came = atStep(
        step,
        () => {
          sealAbandoned(memory, dead.thread.row);
          // Takes the other seven first, then the dead thread's, with more entries than that had.
          for (let i = 0; i < 8; i++) fillSegment(heir);
          heir.seal();
        },
        () => sealAbandoned(memory, dead.thread.row),
      );
      if (!came) break;
      expect(accountOf(memory, dead.thread), `step ${step}`).toMatchObject({ attempted: 3n });
      expect(accountOf(memory, heir.thread)).toMatchObject({ attempted: 150n, inRing: 80n });
      expect(segmentsIn(memory, 'open')).toEqual([]);
    }
  });

  it('knows the count and the severity only from the owner', () => {
    const memory = makeRing();
    const [sealed, dead] = [openLane(memory, join(memory, 1)), openLane(memory, join(memory, 2))];
    append(sealed, 1);
    append(dead, 1);
    sealed.maxSeverity = 9;
    sealed.seal();
    sealAbandoned(memory, dead.thread.row);
    const word = (segment: number, field: number): number =>
      memory.i32[(memory.segmentOffset(segment) + field) >> 2];
    expect(word(0, SEGMENT_EVENT_COUNT)).toBe(1);
    expect(word(0, SEGMENT_MAX_SEVERITY)).toBe(9);
    expect(word(1, SEGMENT_EVENT_COUNT)).toBe(COUNT_UNKNOWN);
    const [known, unknown] = captureRing(memory).segments;
    expect(known).toMatchObject({ eventCount: 1, maxSeverity: 9, lastDtNs: 0 });
    expect(unknown).toMatchObject({
      eventCount: 1,
      maxSeverity: 24,
      lastDtNs: Number.POSITIVE_INFINITY,
    });
  });
});
