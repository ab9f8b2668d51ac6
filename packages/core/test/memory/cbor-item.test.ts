// Where items end and which of them count as entries, on bytes that are right, cut and hostile.

import { encode } from 'cborg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  countEntries,
  eventsUpTo,
  isEntry,
  itemEnd,
  MALFORMED,
} from '../../src/memory/cbor-item.ts';

function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

const anyValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.maxSafeInteger(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.string({ maxLength: 300 }),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie('value'), { maxLength: 30 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 30 }),
  ),
})).value;

describe('itemEnd', () => {
  it('finds the end of whatever another library encodes, and nothing in any prefix of it', () => {
    fc.assert(
      fc.property(anyValue, fc.nat(), (value, at) => {
        const item = encode(value);
        const padded = new Uint8Array(item.length + 9).fill(0xff);
        padded.set(item, 4);
        expect(itemEnd(padded, 4, padded.length)).toBe(item.length + 4);
        expect(itemEnd(item, 0, at % item.length)).toBe(MALFORMED);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it('takes heads that are longer than they need to be', () => {
    expect(itemEnd(bytes(0x1b, 0, 0, 0, 0, 0, 0, 0, 7), 0, 9)).toBe(9);
    expect(itemEnd(bytes(0x5a, 0, 0, 0, 1, 9), 0, 6)).toBe(6);
    expect(itemEnd(bytes(0x9b, 0, 0, 0, 0, 0, 0, 0, 1, 0x0a), 0, 10)).toBe(10);
  });

  it('refuses indefinite lengths and reserved additional information', () => {
    for (const major of [0, 1, 2, 3, 4, 5, 6, 7]) {
      for (const info of [28, 29, 30, 31]) {
        const head = (major << 5) | info;
        expect(itemEnd(bytes(head, 0, 0, 0, 0, 0xff), 0, 6), head.toString(16)).toBe(MALFORMED);
      }
    }
  });

  it('refuses counts that the bytes left cannot hold, however large, without a long walk', () => {
    const heads = [0x5b, 0x7b, 0x9b, 0xbb].map((head) =>
      bytes(head, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
    );
    for (const head of heads) expect(itemEnd(head, 0, head.length)).toBe(MALFORMED);
    // Arrays that each claim all the rest, one in the other.
    const nested = new Uint8Array(100_000).fill(0x81);
    expect(itemEnd(nested, 0, nested.length)).toBe(MALFORMED);
    nested[nested.length - 1] = 0;
    expect(itemEnd(nested, 0, nested.length)).toBe(nested.length);
  });

  it('follows tags to what they stand before', () => {
    expect(itemEnd(bytes(0xc2, 0x41, 7), 0, 3)).toBe(3);
    expect(itemEnd(bytes(0xc2), 0, 1)).toBe(MALFORMED);
    expect(itemEnd(bytes(0xda, 0, 1, 0, 0, 0x61, 0x61), 0, 7)).toBe(7);
  });
});

describe('isEntry', () => {
  it('takes events and byte strings, and no definitions', () => {
    const event = encode([1_000_000, 9, 1, 0]);
    const definition = encode(['shape', 0, 'logger', 'message', []]);
    expect(isEntry(event, 0, event.length)).toBe(true);
    expect(isEntry(definition, 0, definition.length)).toBe(false);
    expect(isEntry(bytes(0x42, 1, 2), 0, 3)).toBe(true);
    expect(isEntry(bytes(0x40), 0, 1)).toBe(true);
    expect(isEntry(bytes(0x80), 0, 1)).toBe(false);
    expect(isEntry(bytes(0x81), 0, 1)).toBe(false);
    expect(isEntry(bytes(0x61, 0x61), 0, 2)).toBe(false);
    expect(isEntry(bytes(0xa0), 0, 1)).toBe(false);
  });

  it('finds the first element behind a head of any length', () => {
    expect(isEntry(bytes(0x98, 1, 0), 0, 3)).toBe(true);
    expect(isEntry(bytes(0x99, 0, 1, 0), 0, 4)).toBe(true);
    expect(isEntry(bytes(0x99, 0, 1, 0x60), 0, 4)).toBe(false);
    expect(isEntry(bytes(0x99, 0, 1), 0, 3)).toBe(false);
  });
});

describe('countEntries', () => {
  it('counts entries only, up to the first item that is not whole', () => {
    const records = Buffer.concat([
      encode(['shape', 0, '', 'a', []]),
      encode([1, 9, 1, 0]),
      encode([2, 9, 1, 0]),
      encode(['context', 1, 0, {}, null, null, 0]),
      encode([3, 9, 1, 1]),
    ]);
    expect(countEntries(records, 0, records.length)).toBe(3);
    expect(countEntries(records, 0, records.length - 1)).toBe(2);
    expect(countEntries(records, 0, 0)).toBe(0);
    expect(countEntries(bytes(0xff, 0x40), 0, 2)).toBe(0);
  });
});

describe('eventsUpTo', () => {
  const records = Buffer.concat([
    encode(['shape', 0, '', 'a', []]),
    encode([5, 9, 1, 0]),
    encode([300, 9, 1, 0]),
    encode(['context', 1, 0, {}, null, null, 0]),
    encode([2 ** 40, 9, 1, 1]),
  ]);
  const ends = [0, 1, 2, 3, 4].map((index) => {
    let end = 0;
    for (let i = 0; i <= index; i++) end = itemEnd(records, end, records.length);
    return end;
  });

  it('finds those at or before the moment, and where the last of them ends', () => {
    const found = [4, 5, 299, 300, 2 ** 40 - 1, 2 ** 40, Infinity].map((limit) =>
      eventsUpTo(records, 0, records.length, limit),
    );
    expect(found).toEqual([
      { count: 0, end: 0 },
      { count: 1, end: ends[1] },
      { count: 1, end: ends[1] },
      { count: 2, end: ends[2] },
      { count: 2, end: ends[2] },
      { count: 3, end: ends[4] },
      { count: 3, end: ends[4] },
    ]);
  });

  it('stops where the bytes do, and reads numbers of any length behind heads of any length', () => {
    expect(eventsUpTo(records, 0, ends[2] - 1, Infinity)).toEqual({ count: 1, end: ends[1] });
    const long = bytes(0x99, 0, 1, 0x1b, 0, 0, 1, 0, 0, 0, 0, 9, 0x98, 1, 0x18, 30);
    expect(eventsUpTo(long, 0, long.length, 2 ** 40 + 9)).toEqual({ count: 2, end: long.length });
    expect(eventsUpTo(long, 0, long.length, 2 ** 40 + 8)).toEqual({ count: 0, end: 0 });
  });
});
