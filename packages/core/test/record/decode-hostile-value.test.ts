import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../src/record/decode-error.ts';
import { ValueDecoder } from '../../src/record/decode-value.ts';
import { Cbor, cbor, head, hex, join, map } from '../formats/cbor-bytes.ts';

function decode(bytes: Uint8Array): unknown {
  const decoder = new ValueDecoder(bytes);
  const value = decoder.read();
  expect(decoder.position).toBe(bytes.length);
  return value;
}

function refusal(bytes: Uint8Array): DecodeError {
  let error: unknown;
  try {
    new ValueDecoder(bytes).read();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(DecodeError);
  return error as DecodeError;
}

const ofHex = (text: string): Uint8Array => hex(text).bytes;

describe('ValueDecoder, given what ttlog does not write', () => {
  it('refuses ill-formed text', () => {
    for (const bytes of ['62 c328', '61 ff', '62 c080', '63 eda080', '64 f4908080', '61 e2']) {
      expect(refusal(ofHex(bytes)).message).toMatch(/UTF-8/);
    }
    for (const bytes of ['41 80', '42 c0af', '43 e08080', '42 eda0', '44 f4908080', '41 f8']) {
      expect(refusal(ofHex(`d9 0111 ${bytes}`)).message).toMatch(/WTF-8/);
    }
  });

  it('refuses whatever ttlog does not write, and says where', () => {
    const refused = [
      '1b 0020000000000000', // 2^53
      '3b 001fffffffffffff',
      '1b ffffffffffffffff',
      '1c',
      '1d',
      '1e',
      '1f',
      '5f 41 00 ff',
      '7f 61 61 ff',
      '9f 00 ff',
      'bf ff',
      'ff',
      'f0',
      'f8 20',
      'f8 ff',
      'a1 01 02', // a key that is a number
      'a1 80 02',
      'a2 61 61 01 61 61 02', // the same key twice
      'd8 1b 82 66 526567457870 61 61', // tag 27: any class
      'd8 1d 00', // shared references
      'd8 19 00',
      'd8 69 80',
      'd9 dffe 80', // records of cbor-x
      'c0 60',
      'c1 f6',
      'c1 c1 00',
      'c1 61 30',
      'c2 01',
      'c2 c2 40',
      'd8 4d 43 000000', // half an element
      'd8 4d 80',
      'd9 0102 a0',
      'd9 0103 80',
      'da 54746c02 80',
      'da 54746c02 82 00 61 61',
      'da 54746c02 82 00 20',
      'da 54746c03 00',
      'da 54746c05 00',
      'da 54746c07 f6', // a hole on its own
      'a1 61 61 da 54746c07 f6',
      'd9 0102 81 da 54746c07 f6',
      'da 54746c01 80',
      'da 54746c0b 00',
      'db ffffffffffffffff 00',
    ];
    for (const bytes of refused) expect(refusal(ofHex(bytes)).offset).toBeGreaterThanOrEqual(0);
    expect(refusal(ofHex('83 00 82 00 d8 1b 00 00')).offset).toBe(4);
  });

  it('refuses every beginning of an item', () => {
    const item = cbor({ list: [1, 'two', 2n ** 80n, { deep: [null] }], text: 'x'.repeat(30) });
    for (let length = 0; length < item.length; length++) refusal(item.subarray(0, length));
  });

  it('allocates nothing for lengths that cannot be true', () => {
    const before = process.memoryUsage().rss;
    for (const bytes of [
      '9a ffffffff',
      'ba 7fffffff',
      '9b 7fffffffffffffff',
      '5a 7fffffff',
      '7b 00000000ffffffff',
    ]) {
      for (let i = 0; i < 100; i++) refusal(join(ofHex(bytes), new Uint8Array(100)));
    }
    // Arrays that each claim all bytes that are left.
    const nested: number[] = [];
    for (let left = 40_000; left > 3; left -= 3) nested.push(...head(4, left - 3, 2));
    refusal(Uint8Array.from(nested));
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 2 ** 20);
  });

  it('refuses depth without end, of any kind', () => {
    for (const byte of [0x81, 0xc1, 0xc2, 0xd8]) refusal(new Uint8Array(100_000).fill(byte));
    refusal(Uint8Array.from(Buffer.from('a16161'.repeat(50_000), 'hex')));
    refusal(Uint8Array.from(Buffer.from('d9010281'.repeat(50_000), 'hex')));
    refusal(Uint8Array.from(Buffer.from('da54746c0282'.repeat(50_000), 'hex')));
    const deepest = join(new Uint8Array(63).fill(0x81), [0x80]);
    let value = decode(deepest) as unknown[];
    for (let depth = 1; depth < 64; depth++) value = value[0] as unknown[];
    expect(value).toEqual([]);
  });

  it('refuses values that would take far more memory than their bytes', () => {
    const maps = Buffer.from('d90103a0'.repeat(500_000), 'hex');
    refusal(join(head(4, 500_000), maps));
    expect(decode(join(head(4, 1_000_000), new Uint8Array(1_000_000)))).toHaveLength(1_000_000);
  });

  it('makes every name an own property and pollutes nothing', () => {
    const names = [
      '__proto__',
      'constructor',
      'prototype',
      'toString',
      'then',
      'toJSON',
      'length',
      '',
    ];
    const object = decode(map(...names.map((name): [string, unknown] => [name, { x: 1 }])).bytes);
    expect(Object.getOwnPropertyNames(object)).toEqual(names);
    expect(Object.getPrototypeOf(object)).toBe(Object.prototype);
    expect(Object.getOwnPropertyDescriptor(object, '__proto__')).toEqual({
      value: { x: 1 },
      writable: true,
      enumerable: true,
      configurable: true,
    });
    expect((Object.prototype as { x?: number }).x).toBeUndefined();
  });

  it('goes on reading after an error where it is told to', () => {
    const decoder = new ValueDecoder(cbor([[[new Cbor(ofHex('1c'))]], 5]));
    expect(() => decoder.read()).toThrow(DecodeError);
    decoder.position = decoder.end - 1;
    expect(decoder.read()).toBe(5);
  });

  it('throws nothing but its own error at random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (bytes) => {
        try {
          new ValueDecoder(bytes).read();
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
        }
      }),
      { numRuns: 20_000 },
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
