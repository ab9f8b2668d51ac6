import { Encoder } from 'cbor-x';
import { encode as encodeWithCborg } from 'cborg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueDecoder } from '../../src/record/decode-value.ts';
import { Mark } from '../../src/record/marks.ts';
import { cbor, hex, map, tag } from '../formats/cbor-bytes.ts';

function decode(bytes: Uint8Array): unknown {
  const decoder = new ValueDecoder(bytes);
  const value = decoder.read();
  expect(decoder.position).toBe(bytes.length);
  return value;
}

const ofHex = (text: string): Uint8Array => hex(text).bytes;

describe('ValueDecoder', () => {
  it('reads numbers of every width', () => {
    const numbers: [string, number][] = [
      ['00', 0],
      ['17', 23],
      ['18 18', 24],
      ['18 00', 0],
      ['19 ffff', 65535],
      ['1a ffffffff', 2 ** 32 - 1],
      ['1b 001fffffffffffff', Number.MAX_SAFE_INTEGER],
      ['1b 0000000000000001', 1],
      ['20', -1],
      ['3b 001ffffffffffffe', -Number.MAX_SAFE_INTEGER],
      ['f9 0001', 2 ** -24],
      ['f9 03ff', 1023 * 2 ** -24],
      ['f9 3c00', 1],
      ['f9 7bff', 65504],
      ['f9 8000', -0],
      ['f9 fc00', -Infinity],
      ['f9 7e01', NaN],
      ['fa 47c35000', 100_000],
      ['fb 3ff199999999999a', 1.1],
      ['fb 7ff8000000000001', NaN],
    ];
    for (const [bytes, value] of numbers) expect(decode(ofHex(bytes))).toBe(value);
  });

  it('gives back what two other libraries wrote', () => {
    const cborX = new Encoder({ useRecords: false, tagUint8Array: false, variableMapSize: true });
    const anything = fc.anything({
      maxDepth: 4,
      values: [
        fc.integer(),
        // cbor-x writes some integers beyond 32 bits wrongly.
        fc.double({ noInteger: true }),
        fc.string({ unit: 'binary' }),
        fc.boolean(),
        fc.constant(null),
        fc.constant(undefined),
        fc.uint8Array(),
      ],
      // cbor-x writes another name in place of this one.
      key: fc.string({ unit: 'binary' }).filter((key) => key !== '__proto__'),
    });
    fc.assert(
      fc.property(anything, (value) => {
        expect(decode(Uint8Array.from(cborX.encode(value)))).toEqual(value);
        expect(decode(encodeWithCborg(value))).toEqual(value);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps every text, of any length and alphabet', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 600 }), (text) => {
        expect(decode(cbor(text))).toBe(text);
      }),
    );
    for (let length = 0; length < 300; length++) {
      const ascii = 'abcdefghij'.repeat(30).slice(0, length);
      expect(decode(cbor(ascii))).toBe(ascii);
      expect(decode(cbor(`${ascii}é`))).toBe(`${ascii}é`);
    }
    expect(decode(cbor('\ufeffmark'))).toBe('\ufeffmark');
  });

  it('keeps lone surrogates', () => {
    for (const text of ['\ud800', 'a\udfffb', '\udc00\ud800', `${'é'.repeat(5000)}\ud8ff𝒳`]) {
      expect(decode(tag(273, wtf8(text)).bytes)).toBe(text);
    }
  });

  it('reads bigints quickly and refuses absurd ones', () => {
    expect(decode(cbor(0n))).toBe(0n);
    expect(decode(cbor(-1n))).toBe(-1n);
    expect(decode(cbor(-(2n ** 64n)))).toBe(-(2n ** 64n));
    const before = process.cpuUsage();
    expect(decode(tag(2, new Uint8Array(65_536).fill(255)).bytes)).toBe(2n ** 524_288n - 1n);
    expect(() => decode(tag(2, new Uint8Array(1_000_000)).bytes)).toThrow(/is refused/);
    expect(process.cpuUsage(before).user / 1e6).toBeLessThan(0.5);
  });

  it('gives typed arrays memory of their own', () => {
    const bytes = cbor([0, tag(86, new Uint8Array(16)), Uint8Array.of(1, 2)]);
    const [, doubles, plain] = decode(bytes) as [number, Float64Array, Uint8Array];
    expect(doubles).toEqual(new Float64Array(2));
    expect(doubles.buffer.byteLength).toBe(16);
    bytes.fill(7);
    expect(plain).toEqual(Uint8Array.of(1, 2));
    expect(plain.constructor).toBe(Uint8Array);
    const buffer = Buffer.from(cbor(Uint8Array.of(9)));
    expect((decode(buffer) as Uint8Array).constructor).toBe(Uint8Array);
  });

  it('takes what is equal only as text or JSON in a Set or a Map', () => {
    expect(decode(tag(258, ['a', 'a']).bytes)).toEqual(new Set(['a']));
    expect(decode(tag(259, map([1, 2], [1, 3])).bytes)).toEqual(new Map([[1, 3]]));
  });

  it('restores errors as they were', () => {
    const bytes = tag(0x54746c01, {
      name: 'TypeError',
      message: tag(0x54746c02, ['too lo', 90_000]),
      stack: 'TypeError: too lo\n    at a.js:1',
      cause: undefined,
      properties: { ['__proto__']: 1, message: 'mine', code: 7 },
    }).bytes;
    const limit = Error.stackTraceLimit;
    const error = decode(bytes) as TypeError & { code: number };
    expect(Error.stackTraceLimit).toBe(limit);
    expect(error).toBeInstanceOf(TypeError);
    expect(Object.hasOwn(error, 'name')).toBe(false);
    expect(error.stack).toBe('TypeError: too lo\n    at a.js:1');
    expect(Object.hasOwn(error, 'cause')).toBe(true);
    expect(error.message).toBe('mine');
    expect(Object.getPrototypeOf(error)).toBe(TypeError.prototype);
    expect(error.code).toBe(7);
    const cut = decode(tag(0x54746c01, { message: tag(0x54746c02, ['too lo', 90_000]) }).bytes);
    expect((cut as Error).message).toBe('too lo[cut, 90000 in all]');
  });

  it('says where properties of an error were cut, and which class an error has', () => {
    const properties = tag(0x54746c02, [{ a: 1 }, 500]);
    const error = decode(
      tag(0x54746c01, { name: 'Odd', errors: ['e'], properties }).bytes,
    ) as Error;
    expect(error).not.toBeInstanceOf(AggregateError);
    expect(error.name).toBe('Odd');
    expect({ ...error }).toEqual({ a: 1, '…': new Mark('cut', '', null, 500) });
    expect(Object.getOwnPropertyDescriptor(error, 'errors')?.value).toEqual(['e']);
    const aggregate = decode(tag(0x54746c01, { name: 'AggregateError', errors: ['e'] }).bytes);
    expect(aggregate).toBeInstanceOf(AggregateError);
  });

  it('marks what could not be kept', () => {
    expect(decode(tag(0x54746c02, [null, null]).bytes)).toEqual(new Mark('cut', '', null, null));
    expect(decode(tag(0x54746c0a, 'info').bytes)).toEqual(new Mark('not-evaluated', 'info'));
    const loneSurrogate = tag(273, Uint8Array.of(0xed, 0xa0, 0x80));
    expect(decode(tag(0x54746c05, loneSurrogate).bytes)).toEqual(new Mark('function', '\ud800'));
    const sparse = decode(cbor([tag(0x54746c07, null), 1])) as number[];
    expect([sparse.length, 0 in sparse, sparse[1]]).toEqual([2, false, 1]);
  });
});

/** Every surrogate that stands alone as three bytes of its own. */
function wtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    const isLone = code >= 0xd800 && code <= 0xdfff;
    if (isLone) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63));
    else bytes.push(...Buffer.from(character));
  }
  return Uint8Array.from(bytes);
}
