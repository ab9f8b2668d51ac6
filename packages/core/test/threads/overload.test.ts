// Ten times what the ring holds, from all threads at once, with threads dying meanwhile: in every
// snapshot the account of every thread is exact, against the events that the file really holds.

import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { gapsOf, lastOfPools, readHistories } from './numbered-events.ts';
import { IS_LONG, linesOf } from './run-fixture.ts';

type Counters = { readonly [thread: number]: number | undefined };

interface Overload {
  /** Each with how many calls of each worker had returned before it was taken, and after. */
  snapshots: { path: string; before: Counters; after: Counters }[];
  path: string;
  ended: { id: number; mode: string; returned: number }[];
  losses: { refused: number; overwritten: number };
  threads: number;
}

/**
 * Events that at least are logged while a ring of 64 segments goes round: a fourth of its segments is
 * kept for warnings, a dozen may be open or just sealed, and 30 events fit into each in any case.
 */
const ONE_ROUND = (64 * 0.75 - 12) * 30;

it.each([
  ['the smallest ring', 60, 8],
  ['16 segments', 60, 16],
  ['64 segments, so many that warnings have their own', 30, 64],
])(
  'accounts for every event in every snapshot of %s',
  {
    timeout: 3_600_000,
  },
  async (_, snapshots, segments) => {
    const seed = randomInt(2 ** 31);
    const memory = { bytes: segments * 4096, segmentBytes: 4096 };
    const settings = { snapshots: IS_LONG ? snapshots * 50 : snapshots, seed, memory };
    const [overload] = await linesOf<Overload>('overload.mjs', settings);
    for (const { path, before, after } of overload.snapshots) {
      // Checks the equation, each event's content, and that there is no damage.
      const { histories, lapped } = readHistories(path);
      for (const { thread, numbers } of histories.values()) {
        expect(thread.losses.tooLarge).toBe(0);
        // In order and none twice. There are gaps where a segment was lapped, and in a crowded
        // ring, where warnings stand among the others.
        const gaps = gapsOf(numbers);
        const context = `seed ${seed}, thread ${thread.id}`;
        if (thread.id !== 0) {
          expect(thread.attempted, context).toBeGreaterThanOrEqual(before[thread.id] ?? 0);
          // One more than acknowledged, which had not returned yet.
          expect(thread.attempted, context).toBeLessThanOrEqual((after[thread.id] ?? 0) + 1);
        }
        if (lapped > 0 || segments < 64) continue;
        expect(gaps, context).toEqual([]);
        // All threads at one instant: what is shown of one pool is not later than the other one. But
        // what was logged after it and overwritten again before the snapshot was done is counted.
        for (const { shown, last } of lastOfPools(numbers, thread.attempted)) {
          if (shown !== last) expect(sum(after) - sum(before), context).toBeGreaterThan(ONE_ROUND);
        }
      }
    }
    const last = readHistories(overload.path).histories;
    let [attempted, inFile] = [0, 0];
    for (const { id, mode, returned } of overload.ended) {
      const context = `seed ${seed}, thread ${id}, which ${mode}`;
      const history = last.get(id);
      // Terminated between commit and acknowledgement: one more than acknowledged.
      const more = (history?.thread.attempted ?? 0) - returned;
      expect(more, context).toBeOneOf(mode === 'is terminated' ? [0, 1] : [0]);
      attempted += history?.thread.attempted ?? 0;
      inFile += history?.numbers.length ?? 0;
    }
    expect(last.size).toBe(overload.ended.length);
    expect(attempted).toBeGreaterThan(10 * inFile);
    expect(overload.threads).toBe(1);
    // Fewer threads than segments, at any time.
    expect(overload.losses.refused, `seed ${seed}`).toBe(0);
  },
);

function sum(counters: Counters): number {
  return Object.values(counters).reduce((total: number, count) => total + (count ?? 0), 0);
}
