// Bytes that nobody would write, made of bytes that somebody did. The same seed and index give the
// same input.

import { crc32 } from 'node:zlib';
import { cbor, join, tag } from '../../../core/test/formats/cbor-bytes.ts';
import { GOLDEN_PARTS, VALUES } from '../../../core/test/formats/golden-content.ts';
import {
  type ChunkParts,
  chunk,
  headerMap,
  type SegmentParts,
  segmentContent,
  segmentOf,
  storedFrame,
} from '../../../core/test/formats/recording-bytes.ts';
import { repairBox, wholeBox } from './small-box.ts';

/** Numbers that look random and are the same for the same seed and index (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number, index: number) {
    this.#state = Math.imul(seed ^ 0x5bd1e995, 0x2c1b3c6d) ^ Math.imul(index + 1, 0x9e3779b1);
  }

  /** From 0 to `limit` - 1. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  of<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)];
  }
}

export interface Seeds {
  readonly snapshots: readonly Uint8Array[];
  /** The used part of a black box. */
  readonly box: Uint8Array;
}

const HEADER = cbor(tag(55799, headerMap()));
/** Each field is there, and little in it. */
const SMALL_HEADER = cbor(
  tag(
    55799,
    headerMap({ error: null, notes: [], threads: (headerMap().threads as object[]).slice(0, 1) }),
  ),
);
const SEGMENTS = GOLDEN_PARTS.segments.map((segment) => segmentContent(segment));
/** One event or one value each. What is small is read fast: the more of them can be tried. */
const SMALL_SEGMENTS: readonly Uint8Array[] = [
  ...GOLDEN_PARTS.segments.flatMap(oneByOne),
  ...Object.values(VALUES).map((value) => segmentContent(segmentOf(value))),
];
const FOOTER = cbor({ segments: 2, events: 26, bytes: 1, checksum: 1 });

/** Heads and pieces that decoders stumble over. */
const PIECES: readonly Uint8Array[] = [
  ...['9b7fffffffffffffff', '9affffffff', 'bb7fffffffffffffff', '5b00000000ffffffff', '7affffffff'],
  ...['9f', 'bf', '5f', '7f', 'ff', 'f8ff', 'fc', '1c', 'c1fb7ff0000000000000', 'c1f97e00'],
  ...[
    'c25820',
    'd9010280',
    'd90103a0',
    'd9d9f7',
    'da54746c01a0',
    'da54746c02820000',
    'da54746c0400',
  ],
  ...['d84d41ff', 'd85643000000', 'd90111', '695f5f70726f746f5f5f', '6b636f6e7374727563746f72'],
  ...[
    '641b5b324a',
    '63e280ae',
    '62c29b',
    '610d',
    '6207',
    '1bffffffffffffffff',
    '3bffffffffffffffff',
  ],
  ...[
    'fb7ff0000000000000',
    'fb7ff8000000000000',
    'fbffefffffffffffff',
    'f97bff',
    '8181818181818181',
  ],
].map((text) => Uint8Array.from(Buffer.from(text, 'hex')));

const BYTES = [0, 1, 0x17, 0x18, 0x1b, 0x1f, 0x7f, 0x80, 0x9b, 0x9f, 0xa0, 0xc0, 0xf7, 0xff];
const WORDS = [0, 1, 2, 47, 48, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff0, 0x10000, 4096];

/** Input number `index` of this seed. */
export function mutated(seeds: Seeds, seed: number, index: number): Uint8Array {
  const dice = new Dice(seed, index);
  // A black box is large, and takes as long as twenty snapshots.
  if (dice.below(200) === 0) {
    const box = wholeBox(distorted(seeds.box, dice, 1 + dice.below(6)));
    return repairBox(box, dice.below(8));
  }
  if (dice.below(8) === 0) return distorted(dice.of(seeds.snapshots), dice, 1 + dice.below(6));
  return rebuilt(dice.below(8) === 0 ? SEGMENTS : SMALL_SEGMENTS, dice);
}

/** A segment of each event, with all that is defined in the whole one. */
function oneByOne(segment: SegmentParts): Uint8Array[] {
  const isEvent = (record: unknown): boolean => typeof (record as unknown[])[0] !== 'string';
  const definitions = segment.records.filter((record) => !isEvent(record));
  const events = segment.records.filter(isEvent);
  return events.map((event) => segmentContent({ ...segment, records: [...definitions, event] }));
}

/** A recording whose checksums hold, about what should not be. */
function rebuilt(segments: readonly Uint8Array[], dice: Dice): Uint8Array {
  const distortions = dice.below(4);
  const header = dice.below(8) === 0 ? HEADER : SMALL_HEADER;
  const contents = [header, dice.of(segments), FOOTER];
  if (dice.below(4) === 0) contents.splice(1, 0, dice.of(segments));
  for (let i = 0; i < distortions; i++) {
    const at = dice.below(contents.length);
    contents[at] = distorted(contents[at], dice, 1 + dice.below(3));
  }
  const last = contents.length - 1;
  const chunks = contents.map((content, ordinal): ChunkParts => {
    const kind = ordinal === 0 ? 1 : ordinal === last ? 3 : 2;
    const frame = storedFrame(content);
    return { kind, ordinal, content, frame, maxSeverity: 24, lastNs: 2n ** 62n };
  });
  if (dice.below(4) === 0) Object.assign(dice.of(chunks), strangeField(dice));
  if (dice.below(8) === 0) chunks.splice(dice.below(chunks.length), 1);
  if (dice.below(8) === 0) chunks.splice(dice.below(chunks.length), 0, dice.of(chunks));
  if (dice.below(16) === 0) {
    const one = dice.of(chunks);
    Object.assign(one, { frame: distorted(one.frame!, dice, 1) });
  }
  return join(...chunks.map((parts) => chunk(parts)));
}

function strangeField(dice: Dice): Partial<ChunkParts> {
  const word = dice.of(WORDS);
  const long = dice.of([0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), BigInt(word)]);
  return dice.of([
    { kind: dice.below(5) },
    { ordinal: word },
    { rawLength: word },
    { compressedLength: word },
    { firstNs: long },
    { lastNs: long },
    { maxSeverity: dice.of([0, 25, word]) },
    { version: dice.below(4) },
    { frameCrc: crc32(Buffer.of(word & 0xff)) },
  ]);
}

function distorted(source: Uint8Array, dice: Dice, times: number): Uint8Array {
  let bytes: Uint8Array = source.slice();
  for (let i = 0; i < times && bytes.length > 0; i++) bytes = distortedOnce(bytes, dice);
  return bytes;
}

function distortedOnce(bytes: Uint8Array, dice: Dice): Uint8Array {
  const at = dice.below(bytes.length);
  const length = 1 + dice.below(dice.of([2, 8, 64]));
  switch (dice.below(9)) {
    case 0:
      bytes[at] ^= 1 << dice.below(8);
      return bytes;
    case 1:
      bytes[at] = dice.of(BYTES);
      return bytes;
    case 2: {
      const word = new Uint8Array(Uint32Array.of(dice.of(WORDS)).buffer);
      const start = at & ~3;
      bytes.set(word.subarray(0, bytes.length - start), start);
      return bytes;
    }
    case 3:
      return join(bytes.subarray(0, at), bytes.subarray(at + length));
    case 4:
      return join(bytes.subarray(0, at), dice.of(PIECES), bytes.subarray(at));
    case 5: {
      const piece = dice.of(PIECES);
      return join(bytes.subarray(0, at), piece, bytes.subarray(at + piece.length));
    }
    case 6: {
      const from = dice.below(bytes.length);
      return join(bytes.subarray(0, at), bytes.subarray(from, from + length), bytes.subarray(at));
    }
    case 7:
      bytes.copyWithin(at, dice.below(bytes.length), bytes.length - length);
      return bytes;
    default:
      return dice.below(4) === 0
        ? bytes.subarray(0, at).slice()
        : bytes.fill(dice.of(BYTES), at, at + length);
  }
}
