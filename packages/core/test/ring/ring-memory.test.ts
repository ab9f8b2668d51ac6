// Making a ring, attaching to one, and refusing what is none.

import { describe, expect, it } from 'vitest';
import {
  HEADER_MAGIC,
  HEADER_SEGMENT_COUNT,
  HEADER_VERSION,
  LAYOUT_VERSION,
  MODE_OVERWRITE,
  MODE_REFUSE,
  POOL_NORMAL,
  POOL_WARN,
} from '../../src/memory/ring-layout.ts';
import { RingMemory, ringGeometry } from '../../src/ring/ring-memory.ts';
import { makeRing } from './small-ring.ts';

describe('RingMemory.attach', () => {
  it('finds the geometry and the memory of the ring', () => {
    const made = makeRing({ segmentCount: 12, warnSegments: 3, mode: MODE_REFUSE });
    const attached = RingMemory.attach(made.buffer);
    expect(attached.segmentCount).toBe(12);
    expect(attached.segmentBytes).toBe(4096);
    expect(attached.warnSegments).toBe(3);
    expect(attached.mode).toBe(MODE_REFUSE);
    expect(attached.rowCount).toBeGreaterThanOrEqual(2048);
    attached.u8[attached.segmentOffset(11)] = 77;
    expect(made.u8[made.segmentOffset(11)]).toBe(77);
    expect(made.segmentOffset(12)).toBe(made.buffer.byteLength);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a view', new Uint8Array(10_000)],
    ['a number', 5],
    ['an object that says it is one', { byteLength: 1e6 }],
  ])('refuses %s', (_name, value) => {
    expect(() => RingMemory.attach(value as never)).toThrow(
      new TypeError('ttlog: a ring is attached to a SharedArrayBuffer, such as ring.buffer'),
    );
  });

  it('refuses buffers of any length that hold no ring', () => {
    for (const bytes of [0, 1, 4096, 8191]) {
      expect(() => RingMemory.attach(new SharedArrayBuffer(bytes))).toThrow(
        `ttlog: ${bytes} bytes are too few to be a ring`,
      );
    }
    expect(() => RingMemory.attach(new SharedArrayBuffer(100_000))).toThrow(
      new TypeError('ttlog: this buffer holds no ring'),
    );
  });

  it('refuses a ring of another layout version by both numbers', () => {
    const memory = makeRing();
    memory.i32[HEADER_VERSION >> 2] = LAYOUT_VERSION + 1;
    expect(() => RingMemory.attach(memory.buffer)).toThrow(
      `ttlog: the ring has layout version ${LAYOUT_VERSION + 1}, this copy of ttlog takes ${LAYOUT_VERSION}`,
    );
  });

  it('refuses a header that does not fit the buffer', () => {
    const memory = makeRing();
    memory.i32[HEADER_SEGMENT_COUNT >> 2] = 9;
    expect(() => RingMemory.attach(memory.buffer)).toThrow(/header speaks of \d+ bytes/);
  });

  it('takes no ring for one before its geometry is written', () => {
    const memory = makeRing();
    memory.i32[HEADER_MAGIC >> 2] = 0;
    expect(() => RingMemory.attach(memory.buffer)).toThrow('holds no ring');
  });
});

describe('ringGeometry', () => {
  it('divides the bytes into segments and gives the warn pool a quarter of them', () => {
    expect(ringGeometry(16 << 20, 65536, MODE_OVERWRITE, 2)).toEqual({
      segmentCount: 256,
      segmentBytes: 65536,
      warnSegments: 64,
      mode: MODE_OVERWRITE,
    });
    expect(ringGeometry(32768, 4096, MODE_REFUSE, 1).warnSegments).toBe(0);
    expect(ringGeometry(32768 + 4095, 4096, MODE_OVERWRITE, 2).segmentCount).toBe(8);
  });

  it.each([
    [4095],
    [4097],
    [4100],
    [16 * 1024 * 1024 + 8],
    [0],
    [-4096],
    [4096.5],
    [Number.NaN],
    ['4096'],
    [null],
    [8n],
  ])('refuses segmentBytes %s by name, with what it takes', (segmentBytes) => {
    expect(() =>
      ringGeometry(1 << 24, segmentBytes as number, MODE_OVERWRITE, 1, 'memory.'),
    ).toThrow(
      new TypeError(
        `ttlog: memory.segmentBytes is ${segmentBytes}; it takes a multiple of 128 from 4096 to 16777216`,
      ),
    );
  });

  it.each([
    [32767],
    [0],
    [-1],
    [40000.5],
    [Number.NaN],
    [Number.POSITIVE_INFINITY],
    [2 ** 31],
    ['65536'],
    [{}],
  ])('refuses bytes %s by name, with what it takes', (bytes) => {
    const act = (): unknown => ringGeometry(bytes as number, 4096, MODE_OVERWRITE, 1);
    expect(act).toThrow(TypeError);
    expect(act).toThrow(
      /^ttlog: bytes is .+; it takes a whole number from 8 segments \(32768\) to/,
    );
  });
});

it('knows the home pool of every segment', () => {
  const memory = makeRing({ warnSegments: 2 });
  const homes = Array.from({ length: 8 }, (_, segment) => memory.homePool(segment));
  expect(homes).toEqual([POOL_WARN, POOL_WARN, ...Array(6).fill(POOL_NORMAL)]);
});
