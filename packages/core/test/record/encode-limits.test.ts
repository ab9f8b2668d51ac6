// The caps: what they cut, what they leave, and that no value leaves its room.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteViews } from '../../src/memory/byte-views.ts';
import { MAX_DEPTH } from '../../src/record/encode-container.ts';
import { MIN_VALUE_BYTES, ValueEncoder } from '../../src/record/encode-value.ts';
import { DEFAULT_LIMITS } from '../../src/record/limits.ts';
import { Mark } from '../../src/record/marks.ts';
import { Redaction } from '../../src/record/redaction.ts';
import { anyValue } from './any-value.ts';
import { encodeCounting, encodeToBytes, throughBytes } from './encode-to-bytes.ts';

const cut = (value: unknown, originalSize: number | null): Mark =>
  new Mark('cut', '', value, originalSize);

/** `levels` objects in one another. */
function nest(levels: number): unknown {
  let value: unknown = 'innermost';
  for (let i = 0; i < levels; i++) value = { in: value };
  return value;
}

describe('depth', () => {
  it('keeps as many levels below the fields as it says', () => {
    expect(throughBytes(nest(6))).toEqual(nest(6));
    expect(JSON.stringify(throughBytes(nest(7)))).toBe(
      JSON.stringify(nest(6)).replace('"innermost"', '"[cut]"'),
    );
    expect(throughBytes([[1, 2, 3]], { limits: { depth: 1 } })).toEqual([cut(null, 3)]);
    expect(throughBytes({ a: 1 }, { limits: { depth: 0 } })).toEqual(cut(null, null));
  });

  it('counts causes, and leaves of an error that is too deep the line that says most', () => {
    let error = new Error('root', { cause: undefined });
    for (let i = 0; i < 10; i++) error = new TypeError(`outer ${i}`, { cause: error });
    let decoded = throughBytes(error, { limits: { depth: 3, eventBytes: 1 << 20 } }) as Error;
    for (let i = 9; i > 7; i--) {
      expect(decoded.message).toBe(`outer ${i}`);
      decoded = decoded.cause as Error;
    }
    expect(decoded.cause).toEqual(cut('TypeError: outer 6', null));
  });

  it('never exceeds what the decoder takes, whatever is asked for', () => {
    const limits = { depth: 1000, eventBytes: 1 << 20 };
    expect(throughBytes(nest(MAX_DEPTH), { limits })).toEqual(nest(MAX_DEPTH));
    let worst: unknown = 'innermost';
    for (let i = 0; i < 50; i++) {
      worst = Object.assign(new Error('e'), { worst, a: 1, b: 2, stack: '' });
    }
    throughBytes(worst, { limits: { ...limits, entries: 2 } });
    for (let i = 0; i < 50; i++) worst = [worst, new Set([worst, 1]), 3];
    throughBytes(worst, { limits: { ...limits, entries: 2 } });
  });

  it('does not cut what has no parts', () => {
    const limits = { depth: 1 };
    const values = [new Date(5), new Uint8Array(2), 'text', 5n, new Number(5)];
    expect(throughBytes(values, { limits })).toEqual([...values.slice(0, 4), 5]);
  });
});

describe('entries', () => {
  const limits = { entries: 3 };

  it('cuts whatever has more of them, and says how many there were', () => {
    const five = [1, 2, 3, 4, 5];
    const pairs = five.map((i) => [`k${i}`, i] as const);
    const kept = pairs.slice(0, 3);
    expect(throughBytes(five, { limits })).toEqual(cut([1, 2, 3], 5));
    expect(throughBytes(new Set(five), { limits })).toEqual(cut(new Set([1, 2, 3]), 5));
    expect(throughBytes(new Map(pairs), { limits })).toEqual(cut(new Map(kept), 5));
    expect(throughBytes(Object.fromEntries(pairs), { limits })).toEqual(
      cut(Object.fromEntries(kept), 5),
    );
    const error = Object.assign(new Error('e'), Object.fromEntries(pairs));
    const decoded = throughBytes(error, { limits }) as Error;
    expect(Object.entries(decoded)).toEqual([
      ...kept,
      ['…', expect.objectContaining({ kind: 'cut', originalSize: 5 })],
    ]);
  });

  it('leaves what has just as many', () => {
    expect(throughBytes([1, 2, 3], { limits })).toEqual([1, 2, 3]);
    expect(throughBytes({ a: 1, b: 2, c: 3 }, { limits })).toEqual({ a: 1, b: 2, c: 3 });
  });

  it('drops a key that is too long to be kept whole', () => {
    const long = 'k'.repeat(1024);
    expect(throughBytes({ a: 1, [`${long}k`]: 2, b: 3 })).toEqual(cut({ a: 1, b: 3 }, 3));
    expect(throughBytes({ [long]: 2 }, { limits: { stringBytes: 4 } })).toEqual({ [long]: 2 });
  });
});

describe('bytes of one value', () => {
  it('cuts text, binary and bigints', () => {
    const limits = { stringBytes: 8 };
    expect(throughBytes('123456789', { limits })).toEqual(cut('12345678', 9));
    expect(throughBytes(new Uint8Array(9), { limits })).toEqual(cut(new Uint8Array(8), 9));
    // Whole elements only.
    expect(throughBytes(new Float32Array(5), { limits: { stringBytes: 11 } })).toEqual(
      cut(new Float32Array(2), 20),
    );
    expect(throughBytes(2n ** 64n - 1n, { limits })).toBe(2n ** 64n - 1n);
    expect(throughBytes(2n ** 64n, { limits })).toEqual(cut(null, null));
    expect(throughBytes(-(2n ** 64n), { limits })).toBe(-(2n ** 64n));
    expect(throughBytes(-(2n ** 64n) - 1n, { limits })).toEqual(cut(null, null));
  });

  it('cuts them within an error too', () => {
    const error = new Error('x'.repeat(50));
    const decoded = throughBytes(error, { limits: { stringBytes: 20 } }) as Error;
    expect(decoded.message).toBe(`${'x'.repeat(20)}[cut, 50 in all]`);
  });
});

describe('too little room', () => {
  it('leaves a place to every entry', () => {
    const value = { a: 'x'.repeat(500), b: 'y'.repeat(500), c: 3, d: null };
    const decoded = throughBytes(value, { roomBytes: 200 }) as { [key: string]: unknown };
    expect(Object.keys(decoded)).toEqual(['a', 'b', 'c', 'd']);
    expect([decoded.c, decoded.d]).toEqual([3, null]);
    expect((decoded.a as Mark).originalSize).toBe(500);
    expect((decoded.b as Mark).originalSize).toBe(500);
  });

  it('writes fewer entries where even that is too much', () => {
    const decoded = throughBytes(
      Array.from({ length: 50 }, (_, i) => i),
      { roomBytes: 100 },
    );
    const { value, originalSize } = decoded as Mark;
    expect(originalSize).toBe(50);
    expect(value).toEqual(Array.from({ length: (value as number[]).length }, (_, i) => i));
    expect((value as number[]).length).toBeGreaterThan(5);
  });

  it('keeps message and stack of an error when its properties are huge, and the other way round', () => {
    const huge = 'h'.repeat(8000);
    const error = Object.assign(new Error(huge, { cause: huge }), { huge, code: 'E' });
    const decoded = throughBytes(error, { roomBytes: 4000 }) as typeof error;
    expect(decoded.message.length).toBeGreaterThan(1000);
    expect(decoded.stack?.length).toBeGreaterThan(500);
    expect(((decoded.cause as unknown as Mark).value as string).length).toBeGreaterThan(400);
    expect(Object.keys(decoded)).toEqual(['huge', 'code']);
  });

  it('always leaves one whole item within it, whatever the value', () => {
    fc.assert(
      fc.property(
        anyValue,
        fc.integer({ min: MIN_VALUE_BYTES, max: 400 }),
        fc.record({
          depth: fc.nat(8),
          entries: fc.nat(6),
          stringBytes: fc.nat(40),
        }),
        (value, roomBytes, limits) => {
          throughBytes(value, { roomBytes, limits });
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('cuts nothing without counting it, and counts nothing without cutting it', () => {
    fc.assert(
      fc.property(anyValue, fc.integer({ min: MIN_VALUE_BYTES, max: 400 }), (value, roomBytes) => {
        const { bytes, cuts } = encodeCounting(value, { roomBytes });
        let marks = 0;
        for (let i = 0; i + 5 <= bytes.length; i++) {
          if (Buffer.compare(bytes.subarray(i, i + 5), CUT_TAG) === 0) marks++;
        }
        expect(cuts).toBe(marks);
      }),
      { numRuns: 1000 },
    );
  });

  it('is not used up by what fits', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const { bytes, cuts } = encodeCounting(value, { limits: { eventBytes: 1 << 20 } });
        fc.pre(cuts === 0);
        // The reserve for keys and entries is an estimate; with it to spare, nothing is cut.
        const roomBytes = bytes.length * 12 + 64;
        expect(encodeToBytes(value, { roomBytes })).toEqual(bytes);
      }),
    );
  });
});

/** Nanoseconds of one call, once it is compiled. */
function measureNs(value: unknown): number {
  const target = new ByteViews(new SharedArrayBuffer(DEFAULT_LIMITS.eventBytes));
  const encoder = new ValueEncoder(DEFAULT_LIMITS, new Redaction());
  const count = 50_000;
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const startMs = performance.now();
    for (let i = 0; i < count; i++) encoder.encode(target, 0, DEFAULT_LIMITS.eventBytes, value);
    best = Math.min(best, performance.now() - startMs);
  }
  return (best * 1e6) / count;
}

const CUT_TAG = Buffer.from('da54746c02', 'hex');

describe('cost', () => {
  it('of an object of ten fields stays far below the budget of a log call', () => {
    const value = {
      a: 1,
      b: 'x',
      c: true,
      d: 1.5,
      e: 'hello',
      f: 2,
      g: null,
      h: 'GET',
      i: 3,
      j: 4,
    };
    const nanoseconds = measureNs({ in: value });
    // As vitest runs it; the build takes 0.4 us, as much as JSON.stringify (Node 20.20).
    expect(nanoseconds).toBeLessThan(10_000);
  });

  it('of an object with very many keys is paid once, not in each place where it stands', () => {
    const huge: { [key: string]: number } = {};
    for (let i = 0; i < 300_000; i++) huge[`k${i}`] = i;
    // Of the processor, which other work does not lengthen.
    let start = process.cpuUsage();
    const first = throughBytes(huge) as Mark;
    const onceMicros = process.cpuUsage(start).user;
    expect([Object.keys(first.value as object).length, first.originalSize]).toEqual([100, 300_000]);
    start = process.cpuUsage();
    encodeToBytes(Array.from({ length: 100 }, () => huge));
    expect(process.cpuUsage(start).user).toBeLessThan(onceMicros * 3 + 200_000);
  });
});
