// What is logged is what is read, with its type.

import { Decoder } from 'cbor-x';
import { decode as decodeWithCborg } from 'cborg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS } from '../../src/record/limits.ts';
import { anyValue, recordableValue } from './any-value.ts';
import { encodeToBytes, throughBytes } from './encode-to-bytes.ts';

/** With Maps, since a key may be ill-formed text, which stands under a tag. */
const cborX = new Decoder({ mapsAsObjects: false });

/** Nothing is cut, so that everything has to be equal. */
const UNCUT = {
  limits: { depth: 20, entries: 1000, stringBytes: 1 << 16, eventBytes: 1 << 18 },
  redact: false as const,
};

/**
 * What reading makes of a value: of a view of bytes the plain kind, of an error the parts that
 * have to come back, with what kind of error it is. Equal where the originals are.
 */
function comparable(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return Uint8Array.from(value);
  if (value instanceof Error) {
    const { name, message, stack, cause, errors } = value as AggregateError;
    const properties = Object.entries(value).map(([key, part]) => [key, comparable(part)]);
    return {
      error: name,
      message,
      stack,
      cause: comparable(cause),
      errors: comparable(errors),
      properties,
    };
  }
  if (Array.isArray(value)) return value.map(comparable);
  if (value instanceof Set) return new Set([...value].map(comparable));
  if (value instanceof Map) {
    return [...value].map(([key, part]) => [comparable(key), comparable(part)]);
  }
  if (typeof value === 'object' && value !== null && isPlain(value)) {
    return Object.entries(value).map(([key, part]) => [key, comparable(part)]);
  }
  return value;
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

describe('a value', () => {
  it('comes back as it was, in type, order and content', () => {
    fc.assert(
      fc.property(recordableValue, (value) => {
        expect(comparable(throughBytes(value, UNCUT))).toStrictEqual(comparable(value));
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps -0, NaN and the kind of every typed array', () => {
    expect(throughBytes([-0, 0, Number.NaN])).toStrictEqual([-0, 0, Number.NaN]);
    const arrays = [new Int8Array(2), new Uint8ClampedArray(2), new BigUint64Array(1)];
    expect(throughBytes(arrays)).toStrictEqual(arrays);
  });

  it('keeps the milliseconds of every date', () => {
    fc.assert(
      fc.property(fc.integer({ min: -8.64e15, max: 8.64e15 }), (ms) => {
        expect((throughBytes(new Date(ms)) as Date).getTime()).toBe(ms);
      }),
      { examples: [[2 ** 51], [2 ** 51 + 1], [-(2 ** 51)], [-(2 ** 51) - 1], [-1], [8.64e15]] },
    );
  });

  it('keeps the holes of an array', () => {
    const array = [1, undefined, 3];
    array.length = 5;
    delete array[0];
    const read = throughBytes(array) as unknown[];
    expect([0, 1, 2, 3, 4].map((index) => index in read)).toEqual([
      false,
      true,
      true,
      false,
      false,
    ]);
    expect(read.length).toBe(5);
  });

  it('does not let a key reach a prototype', () => {
    const value = JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":2}}');
    const read = throughBytes(value) as object;
    expect(Object.keys(read)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('that is cut or marked still reads without complaint', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        throughBytes(value);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('other decoders of CBOR', () => {
  /** What both of them know without being taught tags. */
  const basic = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string(),
      fc.integer(),
      fc.double({ noNaN: true }),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('value'), { maxLength: 5 }),
      fc.dictionary(fc.string(), tie('value'), { maxKeys: 5, noNullPrototype: true }),
    ),
  })).value;

  it('read what ttlog writes', () => {
    fc.assert(
      fc.property(basic, (value) => {
        const bytes = encodeToBytes(value, UNCUT);
        // cborg refuses what is not in the shortest form, save floats.
        const options = { strict: true, rejectDuplicateMapKeys: true };
        expect(decodeWithCborg(bytes, options)).toEqual(decodeWithCborg(bytes));
        expect(cborX.decodeMultiple(bytes)).toHaveLength(1);
        expect(comparable(decodeWithCborg(bytes))).toEqual(comparable(value));
      }),
    );
  });

  it('see well-formed CBOR in any value', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const bytes = encodeToBytes(value, { limits: DEFAULT_LIMITS });
        expect(cborX.decodeMultiple(bytes)).toHaveLength(1);
      }),
    );
  });
});
