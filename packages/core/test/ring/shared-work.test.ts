import { expect, it } from 'vitest';
import { SharedWork, type SharedWorkData } from '../../src/ring/shared-work.ts';

/** Five items of two bytes each, and room for the results of `resultBytes`. */
function makeWork(resultBytes = 100): SharedWork {
  const items = Uint8Array.from({ length: 10 }, (_, i) => i);
  const places = Int32Array.from([0, 2, 2, 2, 4, 2, 6, 2, 8, 2]);
  return SharedWork.create(items, places, new Uint8Array(new SharedArrayBuffer(resultBytes)));
}

/** As it arrives in the partner's thread: shared memory stays shared. */
function partnerOf(work: SharedWork): SharedWork {
  return SharedWork.attach({ ...work.data, places: work.data.places.slice() } as SharedWorkData);
}

it('gives each item to one of the two', () => {
  const work = makeWork();
  const partner = partnerOf(work);
  const drawn = [work.draw(), partner.draw(), partner.draw(), work.draw(), partner.draw()];
  expect(drawn).toEqual([0, 1, 2, 3, 4]);
  expect([work.draw(), partner.draw(), work.draw()]).toEqual([null, null, null]);
  expect([...partner.item(3)]).toEqual([6, 7]);
});

it('shows what the partner has finished, and nothing of what it has only drawn', () => {
  const work = makeWork();
  const partner = partnerOf(work);
  partner.draw();
  partner.draw();
  expect(partner.finish(1, { bytes: Uint8Array.of(7, 8, 9), crc: 0xfedcba98 })).toBe(true);
  expect(work.result(0)).toBeNull();
  const { bytes, crc } = work.result(1)!;
  expect([...bytes]).toEqual([7, 8, 9]);
  expect(crc).toBe(0xfedcba98);
});

it('tells a partner whose room is full', () => {
  const work = makeWork(5);
  const partner = partnerOf(work);
  expect(partner.finish(0, { bytes: new Uint8Array(3), crc: 1 })).toBe(true);
  expect(partner.finish(1, { bytes: new Uint8Array(3), crc: 1 })).toBe(false);
  expect(work.result(1)).toBeNull();
});

it('keeps apart a work from the one before it, of which the partner knows too late', () => {
  const first = makeWork();
  const late = partnerOf(first);
  late.draw();
  const { items, places, results } = first.data;
  const second = SharedWork.create(items, places, results);
  late.finish(0, { bytes: Uint8Array.of(1), crc: 1 });
  expect(second.result(0)).toBeNull();
  expect(second.draw()).toBe(0);
});
