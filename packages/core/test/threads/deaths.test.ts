// Four workers log at full speed and die in three ways: what a call has returned for is there or
// counted, nothing is torn, nothing comes twice.

import { randomInt } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { expectLastOfPools, gapsOf, readHistories, type WriterHistory } from './numbered-events.ts';
import { IS_LONG, linesOf, runFixture } from './run-fixture.ts';

interface Round {
  path: string;
  threads: { id: number; mode: string; exitCode: number; returned: number }[];
  stats: { losses: { refused: number }; threads: number };
}

/** How a writer's end can look, and what has happened then. */
const OUTCOMES = {
  'as acknowledged': 'it ended, threw or exited behind its last call, or was terminated in between',
  'one more, whole': 'it was terminated behind a commit and before its acknowledgement',
  'as acknowledged, tail torn': 'it was terminated behind the first byte and before the commit',
} as const;

type Outcome = keyof typeof OUTCOMES;

function outcomeOf({ thread, numbers }: WriterHistory, returned: number): Outcome {
  const { attempted, losses } = thread;
  // From the oldest that is left to the last: nothing is missing.
  expect(gapsOf(numbers)).toEqual([]);
  expectLastOfPools(numbers, attempted);
  expect(losses).toMatchObject({ refused: 0, tooLarge: 0, cut: 0, lagged: 0 });
  const more = attempted - returned;
  const outcome = [more, losses.torn].join();
  if (outcome === '0,0') return 'as acknowledged';
  if (outcome === '1,0') return 'one more, whole';
  if (outcome === '0,1') return 'as acknowledged, tail torn';
  throw new Error(
    `${more} more than acknowledged, ${losses.torn} torn: no interleaving explains it`,
  );
}

it.each([
  ['a ring that holds most of it', { bytes: 2 << 20, segmentBytes: 64 << 10 }],
  ['a small ring of small segments', { bytes: 256 << 10, segmentBytes: 4 << 10 }],
])('loses and doubles nothing when workers die, in %s', { timeout: 600_000 }, async (_, memory) => {
  const seed = randomInt(2 ** 31);
  const rounds = IS_LONG ? 1000 : 8;
  const lines = await linesOf<Round>('four-workers.mjs', { rounds, seed, memory });
  expect(lines).toHaveLength(rounds);
  const seen: Partial<Record<Outcome, number>> = {};
  for (const [round, { path, threads, stats }] of lines.entries()) {
    const { histories } = readHistories(path);
    for (const { id, mode, exitCode, returned } of threads) {
      const context = `seed ${seed}, round ${round}, thread ${id}, which ${mode}`;
      const history = histories.get(id);
      expect(history, context).toBeDefined();
      const outcome = outcomeOf(history as WriterHistory, returned);
      if (mode !== 'is terminated') expect(outcome, context).toBe('as acknowledged');
      expect(history?.thread.end, context).toEqual({ kind: 'exited', exitCode });
      expect(exitCode).toBe({ ends: 0, throws: 1, 'is terminated': 1, exits: 7 }[mode]);
      seen[outcome] = (seen[outcome] ?? 0) + 1;
    }
    expect(stats.threads, `seed ${seed}`).toBe(1);
    expect(stats.losses.refused).toBe(0);
  }
  expect(seen['as acknowledged']).toBeGreaterThanOrEqual(3 * rounds);
});

it('has what every worker had logged when main throws, up to one instant', {
  timeout: 600_000,
}, async () => {
  for (let run = 0; run < (IS_LONG ? 200 : 4); run++) {
    const memory = { bytes: 1 << 20, segmentBytes: 16 << 10 };
    const settings = { memory, afterMs: randomInt(60) };
    const { code, directory, lines, stderr } = await runFixture('main-throws.mjs', settings);
    expect(code).toBe(1);
    expect(stderr).toContain('Error: main throws');
    const files = readdirSync(directory);
    expect(files).toHaveLength(1);
    const { histories, lapped } = readHistories(join(directory, files[0]));
    for (const { id, returned } of lines[0] as { id: number; returned: number }[]) {
      const { thread, numbers } = histories.get(id) as WriterHistory;
      expect(thread.attempted).toBeGreaterThanOrEqual(returned);
      expect(thread.losses.refused).toBe(0);
      if (lapped > 0) continue;
      expect(gapsOf(numbers)).toEqual([]);
      expectLastOfPools(numbers, thread.attempted);
    }
  }
});
