// What a partner does, or fails to do, is in no way to be seen in what is copied.

import { crc32 } from 'node:zlib';
import { expect, it } from 'vitest';
import { beginCapture, captureRing, type Moment } from '../../src/ring/capture.ts';
import type { Lane } from '../../src/ring/lane.ts';
import type { RingMemory } from '../../src/ring/ring-memory.ts';
import { SharedWork } from '../../src/ring/shared-work.ts';
import { type Compressor, loadCompressor } from '../../src/snapshot/compress-frame.ts';
import {
  copyTogether,
  helpCopying,
  type Partner,
  roomForResults,
  type SharedCopies,
} from '../../src/snapshot/copy-together.ts';
import { encodeSegmentItem } from '../../src/snapshot/encode-chunk.ts';
import { append, join, makeRing, openLane } from '../ring/small-ring.ts';

const SEGMENTS = 48;
const SEGMENT_BYTES = 64 * 1024;
const ENTRY_BYTES = 20_000;
const compressor = loadCompressor();

/** A full ring: what comes next takes the oldest segment. */
function makeFullRing(): { memory: RingMemory; lane: Lane } {
  const memory = makeRing({ segmentCount: SEGMENTS, segmentBytes: SEGMENT_BYTES });
  const lane = openLane(memory, join(memory, 1));
  for (let number = 0; number < SEGMENTS * 3; number++) append(lane, number, ENTRY_BYTES);
  lane.seal();
  return { memory, lane };
}

const { memory } = makeFullRing();
const expected = captureRing(memory).segments.map((segment) => {
  const { records: _bytes, hasItemRoom: _isRoom, ...facts } = segment;
  const item = encodeSegmentItem(segment);
  const bytes = Uint8Array.from(compressor.compress(item));
  return { ...facts, rawLengthBytes: item.length, frame: { bytes, crc: crc32(bytes) } };
});

/** Copies together with a partner that does `help` when it is told of the work. */
function together(help: (copies: SharedCopies) => void): { own: number; isEqual: boolean } {
  let own = 0;
  const counting: Compressor = {
    ...compressor,
    compress: (bytes) => {
      own++;
      return compressor.compress(bytes);
    },
  };
  const partner = { results: roomForResults(memory), offer: help };
  const captured = copyTogether(memory, beginCapture(memory), counting, partner);
  const segments = captured.segments.map(({ frame, ...facts }) => {
    return { ...facts, frame: { ...frame, bytes: Uint8Array.from(frame.bytes) } };
  });
  expect(segments).toEqual(expected);
  return { own, isEqual: captured.lapped === 0 };
}

it('does all of it where nobody comes', () => {
  expect(together(() => {})).toEqual({ own: SEGMENTS, isEqual: true });
});

it('takes what a partner has done', () => {
  const help = (copies: SharedCopies) => helpCopying(memory, copies, compressor);
  expect(together(help)).toEqual({ own: 0, isEqual: true });
});

it('does what a partner had drawn when it died', () => {
  let left = 10;
  const dying: Compressor = {
    ...compressor,
    compress: (bytes) => {
      if (left-- === 0) throw new Error('out of memory');
      return compressor.compress(bytes);
    },
  };
  const outcome = together((copies) => {
    expect(() => helpCopying(memory, copies, dying)).toThrow('out of memory');
  });
  expect(outcome).toEqual({ own: SEGMENTS - 10, isEqual: true });
});

it('goes on alone when the partner has no room left', () => {
  const outcome = together(({ order, work }) => {
    const results = work.results.subarray(0, 1000);
    helpCopying(memory, { order, work: { ...work, results } }, compressor);
  });
  expect(outcome.isEqual).toBe(true);
  expect(outcome.own).toBeGreaterThan(0);
});

it('works alone where there is no room to share', () => {
  let isAsked = false;
  const partner = {
    results: null,
    offer: () => {
      isAsked = true;
    },
  };
  const { segments } = copyTogether(memory, beginCapture(memory), compressor, partner);
  expect(segments).toHaveLength(SEGMENTS);
  expect(isAsked).toBe(false);
});

it.each([
  ['this thread', () => {}],
  [
    'its partner',
    (memory: RingMemory, copies: SharedCopies) => helpCopying(memory, copies, compressor),
  ],
])('drops what is taken again before %s comes to it, and counts it', (_who, help) => {
  const { memory, lane } = makeFullRing();
  const begun = beginCapture(memory);
  append(lane, 1000, ENTRY_BYTES);
  const partner: Partner = {
    results: roomForResults(memory),
    offer: (copies) => help(memory, copies),
  };
  const captured = copyTogether(memory, begun, compressor, partner);
  expect(captured.lapped).toBe(1);
  expect(captured.segments.map(({ ticket }) => ticket)).toEqual(
    Array.from({ length: SEGMENTS - 1 }, (_, i) => BigInt(i + 2)),
  );
});

it('leaves out what is later than the moment, whoever comes to it', () => {
  // The segments begin at 7 ns.
  const moment: Moment = { nowNs: () => 6n, ownThreadId: 99 };
  for (const copiedByPartner of [0, 10, SEGMENTS]) {
    const partner: Partner = {
      results: roomForResults(memory),
      offer: (copies) => {
        const work = SharedWork.attach(copies.work);
        for (let i = copiedByPartner; i < SEGMENTS; i++) work.draw();
        helpCopying(memory, copies, compressor);
      },
    };
    const begun = beginCapture(memory, moment);
    const captured = copyTogether(memory, begun, compressor, partner);
    expect(captured).toMatchObject({ segments: [], lapped: 0 });
  }
});
