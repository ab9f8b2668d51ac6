// The judgement whether a loop stands still, with times made up.

import { describe, expect, it } from 'vitest';
import { StallWatch } from '../../src/triggers/stall.ts';

const PERIOD_MS = 100;

/** Looks every period from `fromMs` to `toMs`; returns the outcomes with their times. */
function look(watch: StallWatch, fromMs: number, toMs: number, turnAt: (ms: number) => number) {
  const outcomes: [ms: number, kind: string, stalledMs: number][] = [];
  for (let ms = fromMs; ms <= toMs; ms += PERIOD_MS) {
    const outcome = watch.look(ms, turnAt(ms));
    if (outcome !== null) outcomes.push([ms, outcome.kind, outcome.stalledMs]);
  }
  return outcomes;
}

describe('the watch over an event loop', () => {
  it('says nothing of a loop that turns', () => {
    const watch = new StallWatch(500, PERIOD_MS);
    expect(look(watch, 0, 60_000, (ms) => ms - 99)).toEqual([]);
  });

  it('says once that a loop stands still, and once that it turns again', () => {
    const watch = new StallWatch(500, PERIOD_MS);
    const outcomes = look(watch, 0, 10_000, (ms) => (ms < 5000 ? Math.min(ms, 1000) : ms));
    // The loop may have stopped at any time until its next turn was due, at 1100.
    expect(outcomes).toEqual([
      [1600, 'stalled', 500],
      [5000, 'ended', 3900],
    ]);
  });

  it('tells each of two stalls', () => {
    const watch = new StallWatch(300, PERIOD_MS);
    const outcomes = look(watch, 0, 10_000, (ms) => {
      if (ms >= 1000 && ms < 2000) return 1000;
      return ms >= 4000 && ms < 6000 ? 4000 : ms;
    });
    expect(outcomes.map(([ms, kind]) => [ms, kind])).toEqual([
      [1400, 'stalled'],
      [2000, 'ended'],
      [4400, 'stalled'],
      [6000, 'ended'],
    ]);
  });

  it('does not take a process that was stopped for a loop that stands still', () => {
    const watch = new StallWatch(500, PERIOD_MS);
    expect(look(watch, 0, 1000, (ms) => ms)).toEqual([]);
    // Neither looked nor turned for an hour; then the watch is first, for some looks.
    expect(look(watch, 3_601_000, 3_601_300, () => 1000)).toEqual([]);
    expect(look(watch, 3_601_400, 3_610_000, (ms) => ms)).toEqual([]);
  });

  it('still sees a loop that stood before, during and after a stop, without the stop', () => {
    const watch = new StallWatch(500, PERIOD_MS);
    expect(look(watch, 0, 1200, (ms) => Math.min(ms, 1000))).toEqual([]);
    const [[ms, kind, stalledMs]] = look(watch, 60_000, 62_000, () => 1000);
    expect([kind, stalledMs]).toEqual(['stalled', 500]);
    expect(ms).toBeLessThan(61_000);
  });
});
