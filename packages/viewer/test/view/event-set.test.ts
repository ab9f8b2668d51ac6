import { describe, expect, it } from 'vitest';
import { EventSet } from '../../src/view/event-set.ts';
import { Hits } from '../../src/view/hits.ts';

/** Members with gaps of all lengths, across words and blocks. */
const MEMBERS = [0, 1, 31, 32, 63, 64, 2047, 2048, 2049, 70_000, 70_031, 131_072];

/** Asked for in the test of memory. */
const MEMBERS_UP = [1, 40, 41, 90, 70_000, 131_072];

function setOf(members: readonly number[]): EventSet {
  const set = new EventSet();
  for (const member of members) set.add(member);
  return set;
}

describe('a set of events', () => {
  it('takes the memory of a set that is done with for what two have', () => {
    const [left, right] = [setOf([1, 40, 70_000]), setOf([40, 41, 70_000, 131_072])];
    const members = (set: EventSet): number[] => MEMBERS_UP.filter((member) => set.has(member));
    const first = left.and(right);
    const kept = first.copy();
    const second = left.and(setOf([1, 131_072]), first);
    expect([members(kept), kept.count]).toEqual([[40, 70_000], 2]);
    expect([members(second), second.count]).toEqual([[1], 1]);
    // The memory of the one that is asked itself does as well.
    expect(members(kept.and(setOf([40, 90]), kept))).toEqual([40]);
    expect(members(left.and(right, new EventSet(new Uint32Array(1))))).toEqual([40, 70_000]);
    expect(members(left)).toEqual([1, 40, 70_000]);
  });

  it('answers as a sorted list would', () => {
    const set = setOf(MEMBERS);
    set.add(64);
    expect(set.count).toBe(MEMBERS.length);
    const places = MEMBERS.flatMap((member) => [member - 1, member, member + 1]);
    for (const at of [...places, 69_999, 500_000].filter((place) => place >= 0)) {
      expect(set.has(at), `${at}`).toBe(MEMBERS.includes(at));
      expect(set.next(at), `next ${at}`).toBe(MEMBERS.find((member) => member >= at));
      const before = MEMBERS.filter((member) => member <= at).at(-1);
      expect(set.previous(at), `previous ${at}`).toBe(before);
      const count = MEMBERS.filter((member) => member < at).length;
      expect(set.countBefore(at), `before ${at}`).toBe(count);
    }
    MEMBERS.forEach((member, place) => {
      expect(set.nth(place)).toBe(member);
    });
    expect([set.nth(-1), set.nth(MEMBERS.length), set.previous(-1)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('counts what two have in common', () => {
    const both = setOf(MEMBERS).and(setOf([1, 2, 2048, 70_031, 900_000]));
    expect([both.count, both.nth(0), both.nth(2), both.next(70_032)]).toEqual([
      3,
      1,
      70_031,
      undefined,
    ]);
  });

  it('leaves out what another has, and takes in neighbours', () => {
    const rest = setOf(MEMBERS).without(setOf([0, 64, 2048]));
    expect([rest.count, rest.next(0), rest.has(2049)]).toEqual([MEMBERS.length - 3, 1, true]);
    const count = 131_080;
    for (const reach of [1, 2, 3, 31, 32, 33, 200, 1024]) {
      const near = new Set<number>();
      for (const member of MEMBERS) {
        const [from, to] = [Math.max(0, member - reach), Math.min(count - 1, member + reach)];
        for (let at = from; at <= to; at++) near.add(at);
      }
      const widened = setOf(MEMBERS).widened(reach, count);
      expect(widened.count, `${reach}`).toBe(near.size);
      expect(
        [...near].every((at) => widened.has(at)),
        `${reach}`,
      ).toBe(true);
    }
  });

  it('knows of members that were added after it was asked', () => {
    const set = setOf([5]);
    expect(set.countBefore(100)).toBe(1);
    set.add(7);
    expect([set.countBefore(100), set.nth(1)]).toEqual([2, 7]);
  });
});

describe('hits of a walk that goes on', () => {
  const within = setOf(Array.from({ length: 100 }, (_, at) => at));

  it('are only told where nothing can stand between', () => {
    const hits = new Hits(50);
    hits.reached = 60;
    hits.found.add(55);
    expect(hits.beside(50, 1, within)).toBe(55);
    expect(hits.beside(55, 1, within)).toBeNull();
    expect(hits.beside(60, -1, within)).toBe(55);
    expect(hits.beside(90, -1, within)).toBeNull();
    expect(hits.beside(10, 1, within)).toBeNull();
    hits.reached = 100;
    hits.hasReachedEnd = true;
    expect(hits.beside(55, 1, within)).toBeUndefined();
    expect(hits.beside(52, -1, within)).toBeNull();
    hits.isComplete = true;
    expect(hits.beside(52, -1, within)).toBeUndefined();
  });
});
