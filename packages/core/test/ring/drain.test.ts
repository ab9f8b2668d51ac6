// The bounded queue: every entry to exactly one consumer, in each writer's order, at every step.

import { describe, expect, it } from 'vitest';
import { MODE_REFUSE } from '../../src/memory/ring-layout.ts';
import { captureRing } from '../../src/ring/capture.ts';
import { drainedRecords, drainRing } from '../../src/ring/drain.ts';
import type { RingMemory } from '../../src/ring/ring-memory.ts';
import { endThread } from '../../src/ring/thread-table.ts';
import { atStep, dieAtStep } from './at-step.ts';
import {
  append,
  appendMany,
  ENTRIES_A_SEGMENT,
  join,
  makeRing,
  openLane,
  readEntry,
  segmentsIn,
} from './small-ring.ts';

interface Entry {
  readonly threadId: number;
  readonly number: number;
}

function entriesIn(stretches: readonly Uint8Array[]): Entry[] {
  const entries: Entry[] = [];
  for (const records of stretches) {
    for (let position = 0; position < records.length; ) {
      const end = position + 3 + records[position + 1] * 256 + records[position + 2];
      entries.push(readEntry(records.slice(position + 3, end)));
      position = end;
    }
  }
  return entries;
}

function drained(memory: RingMemory): number[] {
  return entriesIn(drainRing(memory)).map(({ number }) => number);
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

/** What would still be drained, as a snapshot sees it. */
function shown(memory: RingMemory): number[] {
  const rest = captureRing(memory).segments.map((segment) =>
    segment.records.subarray(drainedRecords(memory, segment)),
  );
  return entriesIn(rest).map(({ number }) => number);
}

describe('drainRing', () => {
  it('takes entries of open segments too, each once, and frees what is sealed and empty', () => {
    const memory = makeRing({ mode: MODE_REFUSE });
    const lane = openLane(memory, join(memory, 1));
    appendMany(lane, 1, 25);
    expect(drained(memory)).toEqual(upTo(25));
    expect(drained(memory)).toEqual([]);
    expect(segmentsIn(memory, 'free')).toHaveLength(7);
    appendMany(lane, 26, 3);
    expect(drained(memory)).toEqual([26, 27, 28]);
    lane.seal();
    expect(drained(memory)).toEqual([]);
    expect(segmentsIn(memory, 'free')).toHaveLength(8);
  });

  it('makes room that a refused writer uses at once', () => {
    const memory = makeRing({ mode: MODE_REFUSE });
    const lane = openLane(memory, join(memory, 1));
    let number = 0;
    let taken = 0;
    for (let round = 0; round < 50; round++) {
      while (append(lane, number + 1)) number++;
      const numbers = drained(memory);
      expect(numbers).toEqual(numbers.map((_, i) => taken + 1 + i));
      taken += numbers.length;
      expect(taken).toBe(number);
    }
    expect(taken).toBe(50 * 8 * ENTRIES_A_SEGMENT);
  });

  it('keeps the last entries of a dead thread', () => {
    const memory = makeRing({ mode: MODE_REFUSE });
    const lane = openLane(memory, join(memory, 1));
    appendMany(lane, 1, 13);
    expect(drained(memory)).toEqual(upTo(13));
    appendMany(lane, 14, 4);
    endThread(memory, 1, 1);
    expect(drained(memory)).toEqual([14, 15, 16, 17]);
    expect(segmentsIn(memory, 'free')).toHaveLength(8);
  });

  it('delivers each entry exactly once while another consumer drains at any step', () => {
    const shares = new Set<number>();
    for (let step = 0; ; step++) {
      const memory = makeRing({ mode: MODE_REFUSE });
      const lane = openLane(memory, join(memory, 1));
      appendMany(lane, 1, 25);
      let [own, theirs]: number[][] = [[], []];
      const came = atStep(
        step,
        () => {
          theirs = drained(memory);
        },
        () => {
          own = drained(memory);
        },
      );
      const all = [...own, ...theirs].sort((a, b) => a - b);
      expect(all, `step ${step}`).toEqual(upTo(25));
      expect(own).toEqual([...own].sort((a, b) => a - b));
      shares.add(own.length);
      appendMany(lane, 26, 60);
      expect(drained(memory)).toHaveLength(60);
      if (!came) break;
    }
    // Nothing, the open segment's five apart, one full segment, two, or all.
    expect([...shares].sort((a, b) => a - b)).toEqual([0, 10, 20, 25]);
  });

  it("keeps each writer's order while writers write and others drain at any step", () => {
    for (let step = 0; ; step++) {
      const memory = makeRing({ mode: MODE_REFUSE });
      const lane = openLane(memory, join(memory, 1));
      appendMany(lane, 1, 35);
      drained(memory);
      appendMany(lane, 36, 27);
      let [own, theirs]: number[][] = [[], []];
      const came = atStep(
        step,
        () => {
          // Frees segments behind and before the one that is open, and fills them anew.
          theirs = drained(memory);
          appendMany(lane, 63, 45);
        },
        () => {
          own = drained(memory);
        },
      );
      expect(own, `step ${step}`).toEqual([...own].sort((a, b) => a - b));
      const rest = drained(memory);
      expect(rest).toEqual([...rest].sort((a, b) => a - b));
      // A single consumer sees its own calls in order, too.
      if (theirs.length === 0) expect(own.length + rest.length).toBe(27);
      if (own.length > 0 && rest.length > 0) expect(own.at(-1)).toBeLessThan(rest[0]);
      const all = [...own, ...theirs, ...rest].sort((a, b) => a - b);
      expect(all).toEqual(Array.from({ length: came ? 72 : 27 }, (_, i) => 36 + i));
      if (!came) break;
    }
  });

  it('loses at most what a consumer had in hand when it died, and blocks nobody', () => {
    for (let step = 0; ; step++) {
      const memory = makeRing({ mode: MODE_REFUSE });
      const lane = openLane(memory, join(memory, 1));
      appendMany(lane, 1, 25);
      const isDead = dieAtStep(step, () => drainRing(memory));
      const rest = drained(memory);
      expect(rest).toEqual(upTo(25).slice(25 - rest.length));
      appendMany(lane, 26, 64);
      expect(drained(memory), `step ${step}`).toHaveLength(64);
      lane.seal();
      drainRing(memory);
      expect(segmentsIn(memory, 'free')).toHaveLength(8);
      if (!isDead) break;
    }
  });

  it('is not shown any more by a snapshot once it was taken, at whatever step', () => {
    for (let step = 0; ; step++) {
      const memory = makeRing({ mode: MODE_REFUSE });
      const lane = openLane(memory, join(memory, 1));
      appendMany(lane, 1, 25);
      expect(shown(memory)).toEqual(upTo(25));
      let [before, after]: number[][] = [[], []];
      const came = atStep(
        step,
        () => {
          before = drained(memory);
        },
        () => {
          after = shown(memory);
        },
      );
      if (came) expect(before).toEqual(upTo(25));
      // Whole entries, in order, of what was there.
      expect(after, `step ${step}`).toEqual(after.toSorted((a, b) => a - b));
      expect(shown(memory)).toEqual(came ? [] : upTo(25));
      if (!came) break;
    }
  });
});
