// The bare ring between real threads: as a queue of several writers and consumers, and read by
// snapshots while it is overwritten.

import { randomInt } from 'node:crypto';
import type { RingStats } from 'ttlog/ring';
import { describe, expect, it } from 'vitest';
import { IS_LONG, linesOf } from './run-fixture.ts';

describe('a queue', () => {
  it('delivers a million entries of 4 writers to 4 consumers, each once and in order', {
    timeout: 3_600_000,
  }, async () => {
    const seed = randomInt(2 ** 31);
    const entries = IS_LONG ? 10_000_000 : 250_000;
    const [outcome] = await linesOf<{
      wrong: number;
      ofVictim: number;
      sentByVictim: number;
      refused: number[];
      stats: RingStats;
    }>('queue.mjs', { writers: 4, consumers: 4, entries, seed });
    const { wrong, ofVictim, sentByVictim, refused, stats } = outcome;
    expect(wrong, `seed ${seed}`).toBe(0);
    // Terminated between commit and acknowledgement: one more than acknowledged.
    expect(ofVictim - sentByVictim, `seed ${seed}`).toBeOneOf([0, 1]);
    const allRefused = refused.reduce((sum, count) => sum + count, 0);
    // The victim may have been terminated between a refusal and its own count of it.
    expect(stats.refused - allRefused, `seed ${seed}`).toBeOneOf([0, 1]);
    expect(stats).toMatchObject({ drained: 4 * entries + ofVictim, entries: 0, tooLarge: 0 });
    expect(stats.attempted).toBe(stats.drained + stats.refused);
    expect(stats.segments).toEqual({ total: 8, free: 8, open: 0, sealed: 0 });
  });
});

describe('a snapshot', () => {
  /** What it may hold of a writer, and what has happened then. Anything else fails. */
  const OUTCOMES: { readonly [outcome: string]: string } = {
    '0 holes': 'the segments of a writer are reused in the order of their sealing',
    '1 holes': 'a segment was reused after the copy of an older one and before its own',
    '2 holes': 'the same twice: a reader that was preempted in between copied one of the middle',
    '3 holes':
      'the same three times; a writer has at most eight segments, with a hole in every gap',
  };

  it('holds whole entries only, in order, of a million read while they were overwritten', {
    timeout: 3_600_000,
  }, async () => {
    const seed = randomInt(2 ** 31);
    const records = IS_LONG ? 100_000_000 : 1_000_000;
    const [race] = await linesOf<{
      checked: number;
      outcomes: { [outcome: string]: number };
      sent: number;
      writers: number;
      stats: RingStats;
    }>('snapshot-race.mjs', { records, seed });
    expect(race.checked).toBeGreaterThanOrEqual(records);
    for (const outcome of Object.keys(race.outcomes)) {
      expect(OUTCOMES, `seed ${seed}`).toHaveProperty(outcome);
    }
    const { attempted, entries, overwritten, refused, segments } = race.stats;
    expect(attempted).toBe(entries + overwritten);
    expect(refused).toBe(0);
    // At most one a writer that was terminated before it could acknowledge.
    expect(attempted - race.sent, `seed ${seed}`).toBeGreaterThanOrEqual(0);
    expect(attempted - race.sent, `seed ${seed}`).toBeLessThanOrEqual(race.writers);
    expect(segments).toMatchObject({ open: 0, free: 0 });
  });

  it('verifies ten million of the smallest ring, each whole, once and in order', {
    timeout: 3_600_000,
  }, async () => {
    const records = IS_LONG ? 1_000_000_000 : 10_000_000;
    const [run] = await linesOf<{
      verified: number;
      snapshots: number;
      seconds: number;
      sent: number[];
      rest: number;
      stats: RingStats;
    }>('ring-verify.mjs', { writers: 3, records });
    expect(run.verified).toBeGreaterThanOrEqual(records);
    const sent = run.sent.reduce((sum, count) => sum + count, 0);
    const { attempted, entries, overwritten, refused, tooLarge } = run.stats;
    expect({ attempted, entries, refused, tooLarge }).toEqual({
      attempted: sent,
      entries: run.rest,
      refused: 0,
      tooLarge: 0,
    });
    expect(attempted).toBe(entries + overwritten);
    const rate = (run.verified / run.seconds / 1e6).toFixed(1);
    console.log(
      `smallest ring: ${run.verified} records verified in ${run.snapshots} snapshots of ${sent} ` +
        `sent, ${rate} million a second`,
    );
  });
});
