import { expect, it } from 'vitest';
import { SharedWork } from '../../src/ring/shared-work.ts';

/** Five items, and room for the results of `resultBytes`. */
function makeWork(resultBytes = 100): SharedWork {
  return SharedWork.create(5, new Uint8Array(new SharedArrayBuffer(resultBytes)));
}

/** As it arrives in the partner's thread: shared memory stays shared. */
function partnerOf(work: SharedWork): SharedWork {
  return SharedWork.attach({ ...work.data });
}

it('gives each item to one of the two', () => {
  const work = makeWork();
  const partner = partnerOf(work);
  const drawn = [work.draw(), partner.draw(), partner.draw(), work.draw(), partner.draw()];
  expect(drawn).toEqual([0, 1, 2, 3, 4]);
  expect([work.draw(), partner.draw(), work.draw()]).toEqual([null, null, null]);
});

it('shows what the partner has finished, and nothing of what it has only drawn', () => {
  const work = makeWork();
  const partner = partnerOf(work);
  partner.draw();
  partner.draw();
  const result = { head: Uint8Array.of(7, 8), body: Uint8Array.of(9) };
  expect(partner.finish(1, result)).toBe(true);
  expect(work.result(0)).toBeNull();
  const { head, body } = work.result(1)!;
  expect([[...head], [...body]]).toEqual([[7, 8], [9]]);
  expect(partner.finish(0, { head: Uint8Array.of(1), body: new Uint8Array(0) })).toBe(true);
  expect(work.result(0)!.body).toHaveLength(0);
  expect([...work.result(1)!.head]).toEqual([7, 8]);
});

it('tells a partner whose room is full', () => {
  const work = makeWork(20);
  const partner = partnerOf(work);
  const result = { head: new Uint8Array(1), body: new Uint8Array(2) };
  expect(partner.finish(0, result)).toBe(true);
  expect(partner.finish(1, result)).toBe(false);
  expect(work.result(1)).toBeNull();
});

it('begins each stretch with a word, since V8 copies shared memory by words or else by bytes', () => {
  const work = makeWork();
  const partner = partnerOf(work);
  partner.finish(0, { head: Uint8Array.of(1, 2, 3), body: Uint8Array.of(4) });
  partner.finish(1, { head: Uint8Array.of(5), body: Uint8Array.of(6, 7) });
  const results = [work.result(0)!, work.result(1)!];
  expect(results.map(({ head, body }) => [...head, ...body])).toEqual([
    [1, 2, 3, 4],
    [5, 6, 7],
  ]);
  const starts = results.flatMap(({ head, body }) => [head.byteOffset, body.byteOffset]);
  expect(starts.map((start) => start % 8)).toEqual([0, 0, 0, 0]);
});

it('keeps apart a work from the one before it, of which the partner knows too late', () => {
  const first = makeWork();
  const late = partnerOf(first);
  late.draw();
  const second = SharedWork.create(5, first.data.results);
  late.finish(0, { head: Uint8Array.of(1), body: Uint8Array.of(1) });
  expect(second.result(0)).toBeNull();
  expect(second.draw()).toBe(0);
});
