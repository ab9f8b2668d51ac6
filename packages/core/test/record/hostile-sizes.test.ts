// Values that are huge, deep, or whose memory has gone away.

import { afterEach, describe, expect, it } from 'vitest';
import type { Mark } from '../../src/record/marks.ts';
import { checkStillRecords, cut, fail, record } from './hostile.ts';

afterEach(checkStillRecords);

describe('huge values', () => {
  it('of a million keys, of 2^32 - 1 holes, of 10^5 errors are cut', () => {
    const wide: { [key: string]: number } = {};
    for (let i = 0; i < 1_000_000; i++) wide[`key${i}`] = i;
    const { value, originalSize } = record({ wide }) as never as Mark & { wide: Mark };
    expect([value, originalSize]).toEqual([undefined, undefined]);
    expect((record({ wide }) as { wide: Mark }).wide.originalSize).toBe(1_000_000);

    const sparse: unknown[] = [];
    sparse.length = 2 ** 32 - 1;
    sparse[1] = 'one';
    const holes = record(sparse) as Mark;
    expect(holes.originalSize).toBe(2 ** 32 - 1);
    expect(Object.keys(holes.value as object)).toEqual(['1']);
    expect((holes.value as unknown[]).length).toBe(100);

    const errors = Array.from({ length: 100_000 }, (_, i) => new Error(`error ${i}`));
    const aggregate = record(new AggregateError(errors, 'many')) as AggregateError;
    const kept = aggregate.errors as unknown as Mark;
    expect(kept.originalSize).toBe(100_000);
    expect((kept.value as Error[])[0].message).toBe('error 0');
  });

  it('of text keep its beginning, and of the longest possible its length', () => {
    let rope = '';
    for (let i = 0; i < 10_000; i++) rope += `piece ${i}, `;
    expect(record(rope)).toEqual(cut(rope.slice(0, 8192), rope.length));
    const long = '\u{1f600}'.repeat(25_000_000);
    expect(record({ long })).toEqual({ long: cut('\u{1f600}'.repeat(2048), 50_000_000) });
    const beforeBytes = process.memoryUsage().rss;
    const longest = 'x'.repeat(2 ** 29 - 24);
    expect(record({ longest })).toEqual({ longest: cut(null, 2 ** 29 - 24) });
    expect(process.memoryUsage().rss - beforeBytes).toBeLessThan(100_000_000);
  });

  it('of digits and bytes are cut', () => {
    expect(record(1n << 8_000_000n)).toEqual(cut(null, null));
    expect(record(-(1n << 8_000_000n))).toEqual(cut(null, null));
    const bytes = record(new Uint8Array(100_000_000)) as Mark;
    expect(bytes).toEqual(cut(new Uint8Array(8192), 100_000_000));
    record(
      Object.assign(new Error('m'.repeat(1e6)), { stack: 's'.repeat(1e6), name: 'n'.repeat(1e6) }),
    );
    record({ ['k'.repeat(1_000_000)]: 1 });
  });

  it('in depth are cut, 20,000 causes too', () => {
    let cause: unknown;
    let nested: unknown = [];
    for (let i = 0; i < 20_000; i++) {
      cause = new Error(`cause ${i}`, { cause });
      nested = i % 2 === 0 ? [nested] : { nested };
    }
    expect((record(cause) as Error).message).toBe('cause 19999');
    record(nested);
  });
});

describe('buffers', () => {
  it('that are detached are empty or said to have thrown', () => {
    const buffer = new ArrayBuffer(16);
    const views = [new Uint8Array(buffer), new Float64Array(buffer), new DataView(buffer)];
    structuredClone(buffer, { transfer: [buffer] });
    expect(record(views.slice(0, 2))).toEqual([new Uint8Array(0), new Float64Array(0)]);
    expect(record([views[2], buffer, 'after'])).toEqual([
      expect.objectContaining({ kind: 'threw' }),
      expect.objectContaining({ kind: 'threw' }),
      'after',
    ]);
  });

  it('that have shrunk or grown have the bytes that they have now', () => {
    type Resizable = ArrayBuffer & { resize(length: number): void };
    const make = ArrayBuffer as unknown as new (length: number, options: object) => Resizable;
    const buffer = new make(16, { maxByteLength: 32 });
    const fixed = new Uint8Array(buffer, 8, 8);
    const tracking = new Uint8Array(buffer);
    const view = new DataView(buffer, 8, 8);
    buffer.resize(4);
    expect(record([fixed, tracking])).toEqual([new Uint8Array(0), new Uint8Array(4)]);
    expect((record(view) as Mark).kind).toBe('threw');
    buffer.resize(32);
    expect(record([fixed, tracking])).toEqual([new Uint8Array(8), new Uint8Array(32)]);
  });

  it('of a subclass that lies are read as they are', () => {
    class Lying extends Uint8Array {
      override get byteLength(): number {
        return 2 ** 30;
      }
      override get buffer(): ArrayBuffer {
        return fail();
      }
      override get [Symbol.toStringTag](): 'Uint8Array' {
        return 'Float64Array' as 'Uint8Array';
      }
    }
    expect(record(new Lying(3))).toEqual(new Uint8Array(3));
  });
});
