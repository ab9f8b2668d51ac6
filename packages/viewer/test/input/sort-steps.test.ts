import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortSteps } from '../../src/input/sort-steps.ts';

function sorted(keys: readonly number[]): { order: number[]; pauses: number } {
  const steps = sortSteps(keys.length, (a, b) => keys[a] <= keys[b]);
  for (let pauses = 0; ; pauses++) {
    const { done, value } = steps.next();
    if (done) return { order: [...value], pauses };
  }
}

describe('sorting in steps', () => {
  it('is a stable sort', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 })), (keys) => {
        const expected = keys.map((_, index) => index).sort((a, b) => keys[a] - keys[b] || a - b);
        expect(sorted(keys).order).toEqual(expected);
      }),
    );
  });

  it('pauses every so often, also where all is in order', () => {
    expect(sorted(Array.from({ length: 50_000 }, (_, n) => n)).pauses).toBe(3);
    expect(sorted(Array.from({ length: 50_000 }, (_, n) => n % 25_000)).pauses).toBeGreaterThan(5);
  });
});
