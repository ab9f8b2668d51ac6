// Ten times what the ring holds, from all threads at once, with threads dying meanwhile: in every
// snapshot the account of every thread is exact, against the events that the file really holds.

import { randomInt } from 'node:crypto';
import { expect, it } from 'vitest';
import { expectLastOfPools, gapsOf, readHistories } from './numbered-events.ts';
import { IS_LONG, linesOf } from './run-fixture.ts';

interface Overload {
  paths: string[];
  path: string;
  ended: { id: number; mode: string; returned: number }[];
  losses: { refused: number; overwritten: number };
  threads: number;
}

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
    for (const path of overload.paths) {
      // Checks the equation, each event's content, and that there is no damage.
      const { histories, lapped } = readHistories(path);
      for (const { thread, numbers } of histories.values()) {
        expect(thread.losses.tooLarge).toBe(0);
        // In order and none twice. There are gaps where a segment was lapped, and in a crowded
        // ring, where warnings stand among the others.
        const gaps = gapsOf(numbers);
        if (lapped > 0 || segments < 64) continue;
        const context = `seed ${seed}, thread ${thread.id}`;
        expect(gaps, context).toEqual([]);
        // All threads at one instant: what is shown of one pool is not later than the other one.
        expectLastOfPools(numbers, thread.attempted, context);
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
