// What a partner does, or fails to do, is in no way to be seen in the frames.

import { crc32 } from 'node:zlib';
import { expect, it } from 'vitest';
import { RingMemory, ringGeometry } from '../../src/ring/ring-memory.ts';
import { SharedWork, type SharedWorkData } from '../../src/ring/shared-work.ts';
import { type Compressor, loadCompressor } from '../../src/snapshot/compress-frame.ts';
import {
  compressAlone,
  compressTogether,
  helpCompressing,
  SharedRoom,
} from '../../src/snapshot/compress-together.ts';

const compressor = loadCompressor();
const SEGMENT_BYTES = 64 * 1024;
const memory = RingMemory.allocate(ringGeometry(64 * SEGMENT_BYTES, SEGMENT_BYTES, 0, 2));

function makeItems(room: SharedRoom): Uint8Array[] {
  return Array.from({ length: 48 }, (_, n) => {
    const item = room.take(SEGMENT_BYTES);
    for (let i = 0; i < item.length; i++) item[i] = (i * n) % 251;
    return item;
  });
}

/** Compresses together with a partner that does `help` when it is told of the work. */
function together(help: (work: SharedWorkData) => void): { own: number; isEqual: boolean } {
  const room = new SharedRoom(memory);
  const items = makeItems(room);
  let own = 0;
  const counting: Compressor = {
    ...compressor,
    compress: (bytes) => {
      own++;
      return compressor.compress(bytes);
    },
  };
  const frames = [...compressTogether(counting, { room, offer: help })(items)];
  const expected = [...compressAlone(compressor)(items)];
  const isEqual = frames.every(({ bytes, crc }, i) => {
    return Buffer.compare(bytes, expected[i].bytes) === 0 && crc === crc32(expected[i].bytes);
  });
  return { own, isEqual: isEqual && frames.length === items.length };
}

it('does all of it where nobody comes', () => {
  expect(together(() => {})).toEqual({ own: 48, isEqual: true });
});

it('takes what a partner has done', () => {
  expect(together((work) => helpCompressing(work, compressor))).toEqual({ own: 0, isEqual: true });
});

it('does what a partner had drawn when it died', () => {
  const outcome = together((work) => {
    const partner = SharedWork.attach(work);
    const crash = {
      ...compressor,
      compress: () => {
        throw new Error('out of memory');
      },
    };
    for (let i = 0; i < 10; i++) {
      const bytes = compressor.compress(partner.item(partner.draw()!));
      partner.finish(i, { bytes, crc: crc32(bytes) });
    }
    expect(() => helpCompressing(work, crash)).toThrow('out of memory');
  });
  expect(outcome).toEqual({ own: 38, isEqual: true });
});

it('goes on alone when the partner has no room left', () => {
  const outcome = together((work) => {
    helpCompressing({ ...work, results: work.results.subarray(0, 1000) }, compressor);
  });
  expect(outcome.isEqual).toBe(true);
  expect(outcome.own).toBeGreaterThan(0);
});

it('works alone where there is no room to share', () => {
  const items = makeItems(new SharedRoom(memory));
  let isAsked = false;
  const partner = {
    room: null,
    offer: () => {
      isAsked = true;
    },
  };
  expect([...compressTogether(compressor, partner)(items)]).toEqual([
    ...compressAlone(compressor)(items),
  ]);
  expect(isAsked).toBe(false);
});

it('gives out its room anew for the next snapshot', () => {
  const room = new SharedRoom(memory);
  const first = room.take(100);
  room.clear();
  expect(room.take(100).byteOffset).toBe(first.byteOffset);
});
