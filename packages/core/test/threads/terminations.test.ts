// Threads that end without running a line: their segments come back, their last words stay.

import { randomInt } from 'node:crypto';
import { openRecording } from 'ttlog/reader';
import { expect, it } from 'vitest';
import { IS_LONG, linesOf } from './run-fixture.ts';

interface Terminations {
  terminated: number;
  openAtMost: number;
  path: string;
  losses: { refused: number; torn: number };
  openWithOneWorker: number;
  threads: number;
  segments: { total: number; open: number };
}

it('leaks no segment in 1,000 terminations, nested and unseen ones among them', {
  timeout: 3_600_000,
}, async () => {
  const seed = randomInt(2 ** 31);
  const terminations = IS_LONG ? 10_000 : 1000;
  const [outcome] = await linesOf<Terminations>('terminations.cjs', { terminations, seed });
  expect(outcome.terminated).toBeGreaterThanOrEqual(terminations);
  // Main has two segments open; what else is open belongs to the living.
  expect(outcome.openWithOneWorker, `seed ${seed}`).toBeLessThanOrEqual(4);
  expect(outcome.segments.open).toBe(2);
  expect(outcome.threads).toBe(1);
  expect(outcome.losses.refused).toBe(0);
  // Those that nobody saw go did not crowd out the others meanwhile.
  expect(outcome.openAtMost).toBeLessThan(outcome.segments.total / 2);
  const recording = openRecording(outcome.path);
  const counts = new Map<number, number>();
  for (const { thread } of recording.events()) {
    counts.set(thread.id, (counts.get(thread.id) ?? 0) + 1);
  }
  expect(recording.damage).toEqual([]);
  for (const { id, attempted, losses, end } of recording.threads) {
    const { overwritten, refused, tooLarge } = losses;
    expect((counts.get(id) ?? 0) + overwritten + refused + tooLarge).toBe(attempted);
    expect(losses.torn).toBeLessThanOrEqual(1);
    if (id !== 0) expect(end?.kind).toBeOneOf(['exited', 'vanished']);
  }
  expect(recording.threads.filter(({ end }) => end?.kind === 'vanished').length).toBeGreaterThan(
    terminations / 12,
  );
});

it.runIf(process.platform === 'linux')(
  'gets the segments of threads that nobody saw go when a claim finds nothing',
  async () => {
    const [outcome] = await linesOf<{
      before: { open: number; threads: number };
      after: { open: number; threads: number };
      path: string;
      losses: { refused: number };
      errors: string[];
    }>('vanished.cjs');
    expect(outcome).toMatchObject({
      before: { open: 8, threads: 9 },
      after: { open: 1, threads: 1 },
      losses: { refused: 0 },
      errors: [],
    });
    const recording = openRecording(outcome.path);
    const messages = [...recording.events()].map(({ message }) => message);
    // Of the eight segments the first one that was sealed is main's now.
    expect(messages).toEqual([...Array(7).fill('last words'), 'first words']);
  },
);
