// The bytes of a snapshot, checked against the layout and read by CBOR decoders of other people.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { decodeMultiple } from 'cbor-x';
import { decodeFirst, type TagDecoder } from 'cborg';
import { afterAll, describe, expect, it } from 'vitest';
import type { CapturedSegment } from '../../src/ring/captured-segment.ts';
import { type Compressor, loadCompressor, storeFrame } from '../../src/snapshot/compress-frame.ts';
import * as layout from '../../src/snapshot/container-layout.ts';
import { epochNs } from '../../src/snapshot/encode-chunk.ts';
import type { EncodedHeader } from '../../src/snapshot/encode-map.ts';
import { encodeSnapshot } from '../../src/snapshot/encode-snapshot.ts';
import { lz4Decompress } from './fixtures/lz4-tool.ts';
import { sampleHeader, sampleSegment, TAKEN_AT_MS } from './fixtures/sample-snapshot.ts';

const folder = mkdtempSync(join(tmpdir(), 'ttlog-encode-'));
afterAll(() => rmSync(folder, { recursive: true }));

const stored: Compressor = { name: 'stored', compress: storeFrame };
const compressors = [loadCompressor(), stored];

/** The CBOR sequence in a snapshot, as `lz4 -dc` gives it. */
function sequenceOf(
  header: EncodedHeader,
  segments: CapturedSegment[],
  compressor: Compressor = stored,
): Buffer {
  const path = join(folder, 'snapshot.bin');
  writeFileSync(path, Buffer.concat(encodeSnapshot(header, segments, compressor).chunks));
  return lz4Decompress(path);
}

type Decoder = (sequence: Buffer) => unknown[];

/** Numbers come back as JSON would show them, bignums as text with an n. */
const plain = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? `${item}n` : item)));

const withCborX: Decoder = (sequence) => plain(decodeMultiple(sequence)) as unknown[];

const withCborg: Decoder = (sequence) => {
  const bignum: TagDecoder = (decode) =>
    BigInt(`0x0${Buffer.from(decode() as Uint8Array).toString('hex')}`);
  const tags: { [tag: number]: TagDecoder } = {
    2: bignum,
    3: (decode) => -1n - bignum(decode),
    55799: (decode) => decode(),
  };
  const items: unknown[] = [];
  for (let rest: Uint8Array = sequence; rest.length > 0; ) {
    const [item, after] = decodeFirst(rest, { tags });
    items.push(item);
    rest = after;
  }
  return plain(items) as unknown[];
};

const withPython: Decoder = (sequence) => {
  const program = join(import.meta.dirname, 'fixtures/cbor_sequence.py');
  const lines = execFileSync('python3', [program], { input: sequence, encoding: 'utf8' });
  const items = lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(items[0].tag).toBe(55799);
  items[0] = items[0].value;
  return JSON.parse(JSON.stringify(items), (_, item) => item?.bigint?.concat('n') ?? item);
};

const decoders: [name: string, decode: Decoder][] = [
  ['cbor-x', withCborX],
  ['cborg', withCborg],
];
if (spawnSync('python3', ['--version']).status === 0) {
  decoders.push(['forty lines of Python', withPython]);
}

describe.each(compressors)('a snapshot in frames of $name', (compressor) => {
  it.each(decoders)('is a CBOR sequence that %s reads', (_, decode) => {
    const header = sampleHeader();
    const segments = [sampleSegment(), sampleSegment({ pool: 1, firstEvent: 2n ** 63n })];
    const { errorCbor, ...others } = header;
    const items = decode(sequenceOf(header, segments, compressor));
    expect(items).toHaveLength(4);
    expect(items[0]).toEqual({ ...(plain(others) as object), error: null });
    const records = [
      ['shape', 0, 'http', 'served', []],
      [7, 9, 1, 0],
    ];
    const preamble = { thread: 0, row: 0, pool: 0, generation: 4294967295 };
    const times = { baseNs: '0n', wallMs: TAKEN_AT_MS + 0.5 };
    expect(items[1]).toEqual([
      { ...preamble, ticket: `${2n ** 60n}n`, firstEvent: '1n', ...times },
      ...records,
    ]);
    expect(items[2]).toMatchObject([{ pool: 1, firstEvent: `${2n ** 63n}n` }, ...records]);
    expect(items[3]).toMatchObject({ segments: 2, events: 2 });
  });

  it('has chunks as the layout says, each with its checksums', () => {
    const segment = sampleSegment({ wallMs: TAKEN_AT_MS + 0.5, lastDtNs: 10.2, maxSeverity: 17 });
    const snapshot = encodeSnapshot(sampleHeader(), [segment, segment], compressor);
    const file = Buffer.concat(snapshot.chunks);
    expect(file).toHaveLength(snapshot.bytes);
    const firstNs = BigInt(TAKEN_AT_MS) * 1_000_000n + 500_000n;
    const times = { firstNs, lastNs: firstNs + 11n, severity: 17 };
    const untimed = { firstNs: 0n, lastNs: 0n, severity: 0 };
    expect(chunksOf(file)).toEqual([
      { kind: 1, ordinal: 0, ...untimed },
      { kind: 2, ordinal: 1, ...times },
      { kind: 2, ordinal: 2, ...times },
      { kind: 3, ordinal: 3, ...untimed },
    ]);
  });

  it('ends with a footer that counts and sums up what stands before it', () => {
    const segments = [sampleSegment({ eventCount: 3 }), sampleSegment({ eventCount: 4 })];
    const snapshot = encodeSnapshot(sampleHeader(), segments, compressor);
    expect(snapshot).toMatchObject({ events: 7, segments: 2 });
    const before = Buffer.concat(snapshot.chunks.slice(0, -2));
    expect(withCborX(sequenceOf(sampleHeader(), segments, compressor)).at(-1)).toEqual({
      segments: 2,
      events: 7,
      bytes: before.length,
      checksum: crc32(before),
    });
  });

  it('is whole without any segment', () => {
    const items = withCborX(sequenceOf(sampleHeader(), [], compressor));
    expect(items).toHaveLength(2);
    expect(items[1]).toMatchObject({ segments: 0, events: 0 });
  });
});

describe('the header', () => {
  const headerOf = (changes: Partial<EncodedHeader>): { [key: string]: unknown } =>
    withCborX(sequenceOf(sampleHeader(changes), []))[0] as { [key: string]: unknown };

  it('takes an error that is CBOR already', () => {
    const errorCbor = Buffer.from('a1676d657373616765626869', 'hex');
    expect(headerOf({ errorCbor }).error).toEqual({ message: 'hi' });
  });

  it('makes text well-formed and cuts it', () => {
    const { service, reason, notes } = headerOf({
      service: `a\ud800b`,
      reason: '\u{1f600}'.repeat(5000),
      notes: [`${'x'.repeat(4095)}\u{1f600}`],
    });
    expect(service).toBe('a\ufffdb');
    expect(reason).toBe('\u{1f600}'.repeat(2048));
    expect(notes).toEqual([`${'x'.repeat(4095)}\ufffd`]);
  });

  it.each(decoders)('has bigints of any size and sign for %s', (_, decode) => {
    const numbers = [0n, 1n, 255n, 256n, 2n ** 64n, -1n, -256n, -257n, -(2n ** 64n)];
    const header = sampleHeader({ trigger: { kind: 'signal', thread: 0, numbers } });
    const [{ trigger }] = decode(sequenceOf(header, [])) as { trigger: { numbers: string[] } }[];
    expect(trigger.numbers).toEqual(numbers.map((number) => `${number}n`));
  });

  it('keeps numbers past 2^32 and fractions exact', () => {
    const memory = { a: 2 ** 32, b: 2 ** 32 - 1, c: -(2 ** 53 - 1), d: 2 ** 53 - 1, e: 0.1 };
    const { process: facts } = headerOf({
      process: { uptimeMs: 0, memory, resourceUsage: {}, eventLoopDelayMs: 1.5 },
    }) as { process: { memory: object } };
    expect(facts.memory).toEqual(memory);
  });

  it('survives details of a trigger that no one expected', () => {
    const loop = JSON.parse('{"__proto__": {"polluted": true}}');
    loop.loop = loop;
    const details = {
      loop,
      none: undefined,
      call: () => 1,
      date: new Date(0),
      symbol: Symbol('s'),
    };
    const trigger = { kind: 'burst' as const, thread: 3, ...details };
    const header = headerOf({ trigger: Object.assign(Object.create(null), trigger) });
    expect(header.trigger).toMatchObject({ kind: 'burst', thread: 3, call: null, symbol: null });
    expect(header.trigger).not.toHaveProperty('none');
  });

  it('leaves out only the field that cannot be read', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const notes = Object.defineProperty([], 0, {
      get: () => {
        throw new Error('getter');
      },
      enumerable: true,
    });
    const header = headerOf({ service: proxy as never, notes, reason: Symbol('s') as never });
    expect(header).toMatchObject({ service: null, notes: null, reason: null, host: 'web-1' });
  });

  it('is not touched by what the application does to prototypes', () => {
    const encoded = () => Buffer.concat(encodeSnapshot(sampleHeader(), [], stored).chunks);
    const before = encoded();
    const polluted: [object, string][] = [
      [Object.prototype, 'toJSON'],
      [Array.prototype, 'toJSON'],
      [BigInt.prototype, 'toJSON'],
      [String.prototype, 'toJSON'],
      [Object.prototype, 'polluted'],
      [Array.prototype, 'polluted'],
    ];
    for (const [prototype, key] of polluted) {
      const descriptor = { value: () => 'polluted', enumerable: true, writable: true };
      Object.defineProperty(prototype, key, { ...descriptor, configurable: true });
      let after: Buffer;
      try {
        after = encoded();
      } finally {
        Reflect.deleteProperty(prototype, key);
      }
      expect(after.equals(before), key).toBe(true);
    }
  });

  it('has room for every row of a large thread table', () => {
    const [thread] = sampleHeader().threads;
    const threads = Array.from({ length: 16_384 }, (_, row) => ({
      ...thread,
      row,
      id: row,
      name: 'w'.repeat(124),
    }));
    const sequence = sequenceOf(sampleHeader({ threads }), []);
    expect(sequence.length).toBeLessThan(layout.MAX_CHUNK_RAW_BYTES);
    const [{ threads: decoded }] = withCborX(sequence) as { threads: unknown[] }[];
    expect(decoded).toHaveLength(16_384);
  });
});

describe('a segment whose times cannot be true', () => {
  it.each([
    [Number.NaN, 1],
    [Number.POSITIVE_INFINITY, 1],
    [TAKEN_AT_MS, Number.POSITIVE_INFINITY],
    [TAKEN_AT_MS, Number.NaN],
    [8.64e15, 2 ** 80],
    [-8.64e15, -1],
  ])('is written all the same (%s, %s)', (wallMs, lastDtNs) => {
    const { chunks } = encodeSnapshot(
      sampleHeader(),
      [sampleSegment({ wallMs, lastDtNs })],
      stored,
    );
    const [, segment] = chunksOf(Buffer.concat(chunks));
    expect(segment.lastNs >= segment.firstNs).toBe(true);
  });

  it('is not skipped for a last event that is not known', () => {
    const segment = sampleSegment({ lastDtNs: Number.POSITIVE_INFINITY });
    const { chunks } = encodeSnapshot(sampleHeader(), [segment], stored);
    expect(chunksOf(Buffer.concat(chunks))[1].lastNs).toBe(2n ** 63n - 1n);
  });
});

describe('epochNs', () => {
  it('is exact to the fraction that a number holds', () => {
    expect(epochNs(0)).toBe(0n);
    expect(epochNs(1.5)).toBe(1_500_000n);
    expect(epochNs(-0.25)).toBe(-250_000n);
    expect(epochNs(1_795_248_062_123)).toBe(1_795_248_062_123_000_000n);
    expect(epochNs(1_795_248_062_123 + 2 ** -12)).toBe(1_795_248_062_123_000_244n);
  });
});

interface Chunk {
  kind: number;
  ordinal: number;
  firstNs: bigint;
  lastNs: bigint;
  severity: number;
}

/** Walks the file by its descriptors and checks what they say of the frames. */
function chunksOf(file: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let start = 0; start < file.length; ) {
    const u32 = (offset: number) => file.readUInt32LE(start + offset);
    expect([u32(0), u32(4)]).toEqual([0x184d2a5d, 48]);
    expect(file.toString('latin1', start + 8, start + 12)).toBe('TTLG');
    expect(file.readUInt16LE(start + 12)).toBe(1);
    expect(u32(52)).toBe(crc32(file.subarray(start, start + 52)));
    const frame = file.subarray(start + 56, start + 56 + u32(20));
    expect(frame.readUInt32LE(0)).toBe(0x184d2204);
    expect(u32(48)).toBe(crc32(frame));
    const path = join(folder, 'frame.lz4');
    writeFileSync(path, frame);
    expect(u32(24)).toBe(lz4Decompress(path).length);
    chunks.push({
      kind: file.readUInt16LE(start + 14),
      ordinal: u32(16),
      firstNs: file.readBigInt64LE(start + 28),
      lastNs: file.readBigInt64LE(start + 36),
      severity: u32(44),
    });
    start += 56 + frame.length;
  }
  return chunks;
}
