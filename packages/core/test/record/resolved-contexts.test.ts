import { describe, expect, it } from 'vitest';
import { NO_CONTEXT } from '../../src/record/effective-context.ts';
import { type Resolved, ResolvedContexts } from '../../src/record/resolved-contexts.ts';

/** What is kept where a segment has no bytes yet. */
const LIMIT = 1 << 14;

function keep(
  contexts: ResolvedContexts,
  number: number,
  cost: number,
  outer: Resolved | null = null,
): Resolved {
  return contexts.keep(number, { ...NO_CONTEXT, uid: number, bindings: {} }, outer, cost);
}

describe('ResolvedContexts', () => {
  it('keeps those used last that fit', () => {
    const contexts = new ResolvedContexts();
    for (let number = 1; number <= 100; number++) {
      keep(contexts, number, LIMIT / 10);
      expect(contexts.cost).toBeLessThanOrEqual(LIMIT);
    }
    const kept = Array.from({ length: 100 }, (_, i) => i + 1).filter((n) => contexts.get(n));
    expect(kept).toEqual([91, 92, 93, 94, 95, 96, 97, 98, 99, 100].slice(-kept.length));
    expect(kept.length).toBeGreaterThanOrEqual(9);
  });

  it('keeps a parent once, for as long as one inside it is kept', () => {
    const contexts = new ResolvedContexts();
    const outer = keep(contexts, 1, LIMIT / 2);
    for (let number = 2; number <= 50; number++) keep(contexts, number, LIMIT / 10, outer);
    expect(contexts.get(1)).toBe(outer);
    expect(contexts.cost).toBeLessThanOrEqual(LIMIT);
    for (let number = 51; number <= 100; number++) keep(contexts, number, LIMIT / 10);
    expect(contexts.get(1)).toBeUndefined();
    expect(contexts.cost).toBeLessThanOrEqual(LIMIT);
  });

  it('keeps the last one whatever it takes, and nothing beside it', () => {
    const contexts = new ResolvedContexts();
    const outer = keep(contexts, 1, 1);
    keep(contexts, 2, 1);
    const large = keep(contexts, 3, 10 * LIMIT, outer);
    expect([1, 2, 3].map((number) => contexts.get(number))).toEqual([outer, undefined, large]);
    expect(large.chainCost).toBe(10 * LIMIT + 1);
    keep(contexts, 4, 5);
    expect([1, 3].map((number) => contexts.get(number))).toEqual([undefined, undefined]);
    expect(contexts.cost).toBe(5);
  });

  it('keeps more of a segment of more bytes', () => {
    const contexts = new ResolvedContexts();
    contexts.grow(LIMIT);
    for (let number = 1; number <= 1000; number++) keep(contexts, number, LIMIT / 10);
    expect(contexts.cost).toBeGreaterThan(LIMIT);
    expect(contexts.cost).toBeLessThanOrEqual(2 * LIMIT);
  });
});
