// Time stamps never go back, also where the clock is coarse or its lower half runs over.

import { describe, expect, it } from 'vitest';
import { ThreadClock } from '../../src/logger/clock.ts';

/** A clock whose next reading counts as not later than one that had these halves. */
function clockAt(ns: bigint): { clock: ThreadClock; low: number; high: number } {
  const clock = new ThreadClock();
  clock.reading[0] = ns;
  const [low, high] = clock.words;
  return { clock, low, high };
}

describe('ThreadClock', () => {
  it('reads the clock of the process in whole nanoseconds', () => {
    const clock = new ThreadClock();
    const before = process.hrtime.bigint();
    clock.tick();
    const after = process.hrtime.bigint();
    expect(clock.ns >= before && clock.ns <= after).toBe(true);
  });

  it.each([0n, 1n, 0xffffffffn, 0x1_0000_0000n, 0x7fff_ffff_ffff_fffen])(
    'is one nanosecond later than %s where the clock stands still',
    (ns) => {
      const { clock, low, high } = clockAt(ns);
      clock.keepLater(low, high);
      expect(clock.ns).toBe(ns + 1n);
    },
  );

  it('stays ahead of a reading that lies in the future', () => {
    const clock = new ThreadClock();
    const future = process.hrtime.bigint() + 10n ** 12n;
    clock.reading[0] = future;
    clock.tick();
    clock.tick();
    expect(clock.ns).toBe(future + 2n);
  });

  it.each([
    [5n, 5n],
    [0xffffffffn, 0x1_0000_0000n],
    [0x7fffffffn, 0x80000000n],
    [0x8000_0000n, 0x1_8000_0000n],
    [0x1_ffff_ffffn, 0x5_0000_0000n],
    [3n, 2n ** 53n],
  ])('counts the nanoseconds from %s to %s', (from, to) => {
    const { low, high } = clockAt(from);
    const { clock } = clockAt(to);
    expect(clock.sinceNs(low, high)).toBe(Number(to - from));
  });

  it('names a wall time that keeps pace with it', () => {
    const clock = new ThreadClock();
    clock.tick();
    const first = clock.wallMsAt(clock.ns);
    expect(Math.abs(first - Date.now())).toBeLessThan(1000);
    expect(clock.wallMsAt(clock.ns + 2_000_000n) - first).toBeCloseTo(2, 6);
  });
});
