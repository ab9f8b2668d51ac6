import { describe, expect, it } from 'vitest';
import { EventColumns } from '../../src/input/event-columns.ts';

describe('columns of events', () => {
  it('give back what was added, over all their pages', () => {
    const columns = new EventColumns();
    for (let n = 0; n < 70_000; n++) columns.add(BigInt(n) * 3n - 5n, 1 + (n % 24), n % 65_536);
    expect(columns.count).toBe(70_000);
    for (const index of [0, 1, 32_767, 32_768, 65_535, 65_536, 69_999]) {
      const { timeNs, severity, lane } = {
        timeNs: columns.timeNsAt(index),
        severity: columns.severityAt(index),
        lane: columns.laneAt(index),
      };
      expect([timeNs, severity, lane]).toEqual([
        BigInt(index) * 3n - 5n,
        1 + (index % 24),
        index % 65_536,
      ]);
    }
  });

  it('keep times that are far apart, or go back, within a page', () => {
    const times = [5n, 5n + 2n ** 32n - 1n, 7n, 5n + 2n ** 32n, 4n, -3n, 9n];
    for (let known = 1; known <= times.length; known++) {
      const columns = new EventColumns();
      for (const timeNs of times.slice(0, known)) columns.add(timeNs, 9, 0);
      expect(times.map((_, index) => columns.timeNsAt(index))).toEqual(
        times.map((timeNs, index) => (index < known ? timeNs : 0n)),
      );
    }
  });

  it('have nothing where there is no event', () => {
    const columns = new EventColumns();
    columns.add(7n, 9, 3);
    for (const index of [-1, 1, 40_000]) {
      expect([columns.timeNsAt(index), columns.severityAt(index)]).toEqual([0n, 0]);
    }
  });
});
