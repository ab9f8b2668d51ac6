import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { compressFrameSync } from 'lz4-napi';
import { describe, expect, it } from 'vitest';
import { bytesSource } from '../../src/snapshot/byte-source.ts';
import { storeFrame } from '../../src/snapshot/compress-frame.ts';
import { decodeLz4Block } from '../../src/snapshot/lz4-block.ts';
import { Lz4Error } from '../../src/snapshot/lz4-error.ts';
import {
  decodeLz4Frame,
  decodeLz4FramePrefix,
  findLz4FrameEnd,
} from '../../src/snapshot/lz4-frame.ts';
import { xxhash32 } from '../../src/snapshot/xxhash32.ts';
import { join as joinBytes } from '../formats/cbor-bytes.ts';

/** The options of lz4-napi that change how a frame looks. */
const OPTIONS: Parameters<typeof compressFrameSync>[1][] = [
  { contentChecksum: true },
  { contentChecksum: false },
];

function compress(bytes: Uint8Array, options = OPTIONS[0]): Uint8Array {
  return Uint8Array.from(compressFrameSync(Buffer.from(bytes), options));
}

/** Text in which much repeats, from a seed. */
function repetitive(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed | 1;
  for (let at = 0; at < length; ) {
    state = Math.imul(state, 1103515245) + 12345;
    const run = 1 + ((state >>> 16) & 127);
    const from = at > 0 && (state & 0x300) !== 0 ? (state >>> 8) % at : -1;
    for (let i = 0; i < run && at < length; i++, at++) {
      bytes[at] = from < 0 ? state >>> (i & 24) : bytes[from + i];
    }
  }
  return bytes;
}

/** A frame with one block after a header of these flags. */
function frameOf(
  flags: number,
  block: Uint8Array,
  isStored = false,
  extra: number[] = [],
): Uint8Array {
  const header = [flags, 0x40, ...extra];
  const checksum = (xxhash32(Uint8Array.from(header)) >>> 8) & 0xff;
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(
    0,
    (block.length | (isStored ? 0x80000000 : 0)) >>> 0,
    true,
  );
  return joinBytes([0x04, 0x22, 0x4d, 0x18, ...header, checksum], length, block, [0, 0, 0, 0]);
}

describe('xxhash32', () => {
  it('gives the published results', () => {
    const ascii = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text));
    expect(xxhash32(ascii(''))).toBe(0x02cc5d05);
    expect(xxhash32(ascii('a'))).toBe(0x550d7456);
    expect(xxhash32(ascii('abc'))).toBe(0x32d153ff);
    expect(xxhash32(ascii('Nobody inspects the spammish repetition'))).toBe(0xe2293b2f);
  });
});

describe('decodeLz4Frame', () => {
  it('gives back what lz4-napi compressed, whatever it was', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 2_000 }),
          fc.tuple(fc.integer({ min: 0, max: 300_000 }), fc.integer()).map(([length, seed]) => {
            return repetitive(length, seed);
          }),
        ),
        fc.constantFrom(...OPTIONS),
        (bytes, options) => {
          const frame = compress(bytes, options);
          expect(Buffer.compare(decodeLz4Frame(frame, bytes.length), bytes)).toBe(0);
          expect(findLz4FrameEnd(bytesSource(frame), 0)).toBe(frame.length);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('gives back every length around the borders of blocks', () => {
    for (const border of [0, 16, 64, 65_536, 262_144, 1_048_576, 4_194_304]) {
      for (let length = Math.max(border - 2, 0); length <= border + 2; length++) {
        const bytes = repetitive(length, 42);
        expect(Buffer.compare(decodeLz4Frame(compress(bytes), length), bytes)).toBe(0);
        expect(Buffer.compare(decodeLz4Frame(storeFrame(bytes), length), bytes)).toBe(0);
      }
    }
    for (const length of [1000, 17 * 2 ** 20]) {
      const zeros = new Uint8Array(length);
      expect(Buffer.compare(decodeLz4Frame(compress(zeros), length), zeros)).toBe(0);
    }
  });

  it('reads linked blocks with checksums and a content size', () => {
    // Made of 'ttlog ', 12,000 times, by `lz4 -B4 -BD -BX --content-size` 1.9.4.
    const frame = readFileSync(join(import.meta.dirname, '../formats/golden/linked-blocks.lz4'));
    const text = Buffer.from(decodeLz4Frame(frame, 72_000)).toString();
    expect(text === 'ttlog '.repeat(12_000)).toBe(true);
    expect(findLz4FrameEnd(bytesSource(frame), 0)).toBe(frame.length);
    for (let at = 0; at < frame.length; at++) {
      const changed = Uint8Array.from(frame);
      changed[at] ^= 1;
      expect(() => decodeLz4Frame(changed, 72_000), `byte ${at}`).toThrow(Lz4Error);
    }
  });

  it('gives the beginning of a frame', () => {
    const bytes = repetitive(100_000, 3);
    for (const frame of [compress(bytes), storeFrame(bytes)]) {
      for (const length of [0, 1, 17, 512, 99_999, 100_000, 100_001]) {
        const prefix = decodeLz4FramePrefix(frame, length);
        expect(Buffer.compare(prefix, bytes.subarray(0, length))).toBe(0);
      }
    }
  });

  it('notices every flipped bit of a frame with a checksum', () => {
    const bytes = repetitive(300, 5);
    const frame = compress(bytes);
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const changed = Uint8Array.from(frame);
      changed[bit >> 3] ^= 1 << (bit & 7);
      let decoded: Uint8Array | undefined;
      try {
        decoded = decodeLz4Frame(changed, bytes.length);
      } catch (error) {
        if (!(error instanceof Lz4Error)) throw error;
      }
      // The flag for independent blocks says nothing about the content of a single block.
      if (decoded !== undefined) expect(Buffer.compare(decoded, bytes)).toBe(0);
    }
  });

  it('refuses every beginning of a frame, and more than a frame', () => {
    const bytes = repetitive(300, 5);
    for (const frame of [compress(bytes), storeFrame(bytes)]) {
      for (let length = 0; length < frame.length; length++) {
        expect(() => decodeLz4Frame(frame.subarray(0, length), 300)).toThrow(Lz4Error);
      }
      expect(() => decodeLz4Frame(joinBytes(frame, [0]), 300)).toThrow(/ends before its chunk/);
      expect(() => decodeLz4Frame(frame, 299)).toThrow(Lz4Error);
      expect(() => decodeLz4Frame(frame, 301)).toThrow(Lz4Error);
    }
  });

  it('refuses dictionaries, unknown versions and reserved bits', () => {
    const block = Uint8Array.of(0x10, 65);
    expect(decodeLz4Frame(frameOf(0x60, block), 1)).toEqual(Uint8Array.of(65));
    expect(decodeLz4Frame(frameOf(0x60, block, true), 2)).toEqual(block);
    expect(() => decodeLz4Frame(frameOf(0x61, block, false, [1, 0, 0, 0]), 1)).toThrow(
      /dictionary/,
    );
    for (const flags of [0x20, 0xa0, 0x62]) {
      expect(() => decodeLz4Frame(frameOf(flags, block), 1)).toThrow(/unknown kind/);
    }
    const size = (bytes: number): Uint8Array =>
      frameOf(0x68, block, false, [bytes, 0, 0, 0, 0, 0, 0, 0]);
    expect(decodeLz4Frame(size(1), 1)).toEqual(Uint8Array.of(65));
    expect(() => decodeLz4Frame(size(2), 1)).toThrow(/claims/);
  });

  it('allocates nothing for a size that compression cannot give', () => {
    const before = process.memoryUsage().rss;
    const frame = compress(new Uint8Array(10));
    expect(() => decodeLz4Frame(frame, 2 ** 30)).toThrow(/cannot hold/);
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 27);
  });

  it('keeps the blocks of a frame apart where it says so', () => {
    const first = Uint8Array.of(0x40, 1, 2, 3, 4);
    const second = Uint8Array.of(0x00, 4, 0, 0x10, 9);
    const blocks = joinBytes([5, 0, 0, 0], first, [5, 0, 0, 0], second, [0, 0, 0, 0]);
    const header = (flags: number): Uint8Array => frameOf(flags, new Uint8Array(0)).subarray(0, 7);
    const linked = decodeLz4Frame(joinBytes(header(0x40), blocks), 9);
    expect(linked).toEqual(Uint8Array.of(1, 2, 3, 4, 1, 2, 3, 4, 9));
    expect(() => decodeLz4Frame(joinBytes(header(0x60), blocks), 9)).toThrow(/before the data/);
  });

  it('stops at what all blocks together may hold', () => {
    // Each turns 24 bytes into thousands; together they would be gigabytes.
    const bomb = Uint8Array.of(0x1f, 0, 1, 0, ...new Array(20).fill(255), 0, 0x00);
    const frame = joinBytes(
      frameOf(0x60, new Uint8Array(0)).subarray(0, 7),
      ...Array.from({ length: 10_000 }, () => joinBytes([bomb.length, 0, 0, 0], bomb)),
      [0, 0, 0, 0],
    );
    expect(() => decodeLz4Frame(frame, 100_000)).toThrow(/more than it should/);
  });
});

describe('decodeLz4Block', () => {
  it('refuses what leads out of the input or the output', () => {
    const hostile: [string, number[]][] = [
      ['nothing', []],
      ['literals past the end', [0x50, 1, 2]],
      ['an offset of zero', [0x10, 1, 0, 0, 0x00]],
      ['an offset before the start', [0x10, 1, 2, 0, 0x00]],
      ['a match past the output', [0x1f, 1, 1, 0, 255, 255, 0, 0x00]],
      ['literals past the output', [0xf0, 100, ...new Array(115).fill(1)]],
      ['half an offset', [0x10, 1, 1]],
      ['a length without end', new Array(1000).fill(255)],
      ['no last literals', [0x10, 1, 1, 0]],
    ];
    for (const [what, bytes] of hostile) {
      const source = Uint8Array.from(bytes);
      const target = new Uint8Array(64);
      const run = (): number => decodeLz4Block(source, 0, source.length, target, 0, 64, 0, false);
      expect(run, what).toThrow(Lz4Error);
    }
  });

  it('stays within its bounds for random input', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (source, isPrefix) => {
        const target = new Uint8Array(96).fill(0xee);
        try {
          const end = decodeLz4Block(source, 0, source.length, target, 16, 80, 16, isPrefix);
          expect(end).toBeLessThanOrEqual(80);
        } catch (error) {
          if (!(error instanceof Lz4Error)) throw error;
        }
        expect(target.subarray(0, 16).every((byte) => byte === 0xee)).toBe(true);
        expect(target.subarray(80).every((byte) => byte === 0xee)).toBe(true);
      }),
      { numRuns: 20_000 },
    );
  });
});
