// When a burst is complete, with times made up.

import { describe, expect, it } from 'vitest';
import { BurstWindow } from '../../src/triggers/burst.ts';

const MS_NS = 1e6;

/** Adds an event at each time; returns those that completed a burst, with its span. */
function add(window: BurstWindow, timesMs: number[]): [atMs: number, spanMs: number][] {
  const complete: [number, number][] = [];
  for (const atMs of timesMs) {
    const spanNs = window.add(atMs * MS_NS);
    if (spanNs !== null) complete.push([atMs, spanNs / MS_NS]);
  }
  return complete;
}

describe('a burst', () => {
  const options = { count: 3, withinMs: 100, cooldownMs: 1000 };

  it('is complete with the event that makes it so many within the time', () => {
    const times = [0, 60, 101, 150];
    expect(add(new BurstWindow(options), times)).toEqual([[150, 90]]);
  });

  it('may take just as long as it is given, and not longer', () => {
    expect(add(new BurstWindow(options), [0, 50, 100])).toEqual([[100, 100]]);
    expect(add(new BurstWindow(options), [0, 50, 100.001])).toEqual([]);
  });

  it('is followed by a rest in which nothing counts', () => {
    const times = [0, 1, 2, 3, 4, 5, 1001, 1002, 1003, 1004];
    expect(add(new BurstWindow(options), times)).toEqual([
      [2, 2],
      [1004, 2],
    ]);
  });

  it('can be a single event', () => {
    const window = new BurstWindow({ count: 1, withinMs: 1, cooldownMs: 0 });
    expect(add(window, [5, 6])).toEqual([
      [5, 0],
      [6, 0],
    ]);
  });

  it('takes an event that comes late from another thread', () => {
    expect(add(new BurstWindow(options), [50, 60, 40])).toEqual([[40, 0]]);
  });

  it('takes no longer an event where it is one of very many', () => {
    const nsAnEvent = (count: number): number => {
      const window = new BurstWindow({ count, withinMs: 1, cooldownMs: 0 });
      const events = 300_000;
      const startedNs = process.hrtime.bigint();
      // Never complete: the oldest is always too old.
      for (let i = 0; i < events; i++) window.add(i * MS_NS);
      return Number(process.hrtime.bigint() - startedNs) / events;
    };
    nsAnEvent(10);
    const few = nsAnEvent(10);
    // Going over the times of all of them would take a hundred thousand times as long.
    expect(nsAnEvent(100_000)).toBeLessThan(100 * few);
  });
});
