// Every row of the table of values, byte by byte.

import { describe, expect, it } from 'vitest';
import { encodeToBytes, encodeToHex, throughBytes } from './encode-to-bytes.ts';

/** A private tag's five bytes. */
const tag = (last: string): string => `da54746c${last}`;

const float = (value: number): string => {
  const bytes = Buffer.alloc(9, 0xfb);
  bytes.writeDoubleBE(value, 1);
  return bytes.toString('hex');
};

describe('numbers', () => {
  it('are integers up to 2^53 - 1 in either direction', () => {
    expect(encodeToHex(0)).toBe('00');
    expect(encodeToHex(23)).toBe('17');
    expect(encodeToHex(1000)).toBe('1903e8');
    expect(encodeToHex(1000000000000)).toBe('1b000000e8d4a51000');
    expect(encodeToHex(Number.MAX_SAFE_INTEGER)).toBe('1b001fffffffffffff');
    expect(encodeToHex(-1)).toBe('20');
    expect(encodeToHex(-24)).toBe('37');
    expect(encodeToHex(-25)).toBe('3818');
    expect(encodeToHex(-4294967297)).toBe('3b0000000100000000');
    expect(encodeToHex(Number.MIN_SAFE_INTEGER)).toBe('3b001ffffffffffffe');
  });

  it('are float64 where they are no such integers', () => {
    expect(encodeToHex(-0)).toBe('fb8000000000000000');
    expect(encodeToHex(1.1)).toBe('fb3ff199999999999a');
    expect(encodeToHex(Number.NaN)).toBe('fb7ff8000000000000');
    expect(encodeToHex(Number.POSITIVE_INFINITY)).toBe('fb7ff0000000000000');
    expect(encodeToHex(Number.NEGATIVE_INFINITY)).toBe('fbfff0000000000000');
    expect(encodeToHex(2 ** 53)).toBe('fb4340000000000000');
    expect(encodeToHex(1e300)).toBe('fb7e37e43c8800759c');
  });
});

describe('bigints', () => {
  it('are bignums even when they are small', () => {
    expect(encodeToHex(0n)).toBe('c240');
    expect(encodeToHex(1n)).toBe('c24101');
    expect(encodeToHex(-1n)).toBe('c340');
    expect(encodeToHex(-256n)).toBe('c341ff');
    expect(encodeToHex(-257n)).toBe('c3420100');
    expect(encodeToHex(18446744073709551616n)).toBe('c249010000000000000000');
    expect(encodeToHex(-18446744073709551617n)).toBe('c349010000000000000000');
  });
});

describe('simple values', () => {
  it('are one byte', () => {
    expect([true, false, null, undefined].map((value) => encodeToHex(value))).toEqual([
      'f5',
      'f4',
      'f6',
      'f7',
    ]);
  });
});

describe('dates', () => {
  it('are float64 seconds under tag 1', () => {
    expect(encodeToHex(new Date(0))).toBe(`c1${float(0)}`);
    expect(encodeToHex(new Date(1363896240500))).toBe('c1fb41d452d9ec200000');
    expect(encodeToHex(new Date(-1))).toBe(`c1${float(-0.001)}`);
    expect(encodeToHex(new Date(2 ** 51))).toBe(`c1${float(2 ** 51 / 1000)}`);
  });

  it('have a tag of their own when they are invalid or far away', () => {
    expect(encodeToHex(new Date(Number.NaN))).toBe(`${tag('08')}f6`);
    expect(encodeToHex(new Date(2 ** 51 + 1))).toBe(`${tag('08')}1b0008000000000001`);
    expect(encodeToHex(new Date(-8.64e15))).toBe(`${tag('08')}3b001eb208c2dbffff`);
  });
});

describe('binary', () => {
  const buffer = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]).buffer;

  it('is a byte string where elements are bytes', () => {
    expect(encodeToHex(Uint8Array.of(1, 2))).toBe('420102');
    expect(encodeToHex(Buffer.from('hi'))).toBe('426869');
    expect(encodeToHex(buffer)).toBe('480102030405060708');
    expect(encodeToHex(new DataView(buffer, 2, 3))).toBe('43030405');
    const shared = new SharedArrayBuffer(2);
    new Uint8Array(shared).set([7, 8]);
    expect(encodeToHex(shared)).toBe('420708');
    expect(encodeToHex(new Uint8Array(0))).toBe('40');
  });

  it('has the little-endian tags of RFC 8746 elsewhere', () => {
    const bytes = '480102030405060708';
    const tagged: [ArrayBufferView, string][] = [
      [new Uint8ClampedArray(buffer), 'd844'],
      [new Uint16Array(buffer), 'd845'],
      [new Uint32Array(buffer), 'd846'],
      [new BigUint64Array(buffer), 'd847'],
      [new Int8Array(buffer), 'd848'],
      [new Int16Array(buffer), 'd84d'],
      [new Int32Array(buffer), 'd84e'],
      [new BigInt64Array(buffer), 'd84f'],
      [new Float32Array(buffer), 'd855'],
      [new Float64Array(buffer), 'd856'],
    ];
    for (const [array, expected] of tagged) expect(encodeToHex(array)).toBe(expected + bytes);
    expect(encodeToHex(new Int16Array(buffer, 2, 1))).toBe('d84d420304');
  });
});

describe('collections', () => {
  it('are definite arrays and maps', () => {
    expect(encodeToHex([])).toBe('80');
    expect(encodeToHex([1, [2]])).toBe('82018102');
    expect(encodeToHex({})).toBe('a0');
    expect(encodeToHex({ a: 1, b: { c: null } })).toBe('a26161016162a16163f6');
    expect(encodeToHex(Object.assign(Object.create(null), { a: 1 }))).toBe('a1616101');
  });

  it('keep the order of keys and take ill-formed ones', () => {
    expect(encodeToHex({ b: 1, a: 2, 1: 3 })).toBe('a3613103616201616102');
    expect(encodeToHex({ '\ud800': 1 })).toBe('a1d9011143eda08001');
    const longest = { [`${'中'.repeat(1023)}\ud800`]: 1 };
    expect(throughBytes(longest)).toEqual(longest);
  });

  it('are tagged where they are a Set or a Map', () => {
    expect(encodeToHex(new Set([1, 'a']))).toBe('d9010282016161');
    expect(
      encodeToHex(
        new Map<unknown, unknown>([
          [{ a: 1 }, 2],
          [3n, 'x'],
        ]),
      ),
    ).toBe('d90103a2a161610102c241036178');
  });

  it('mark the holes of arrays', () => {
    // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested.
    expect(encodeToHex([1, , undefined])).toBe(`8301${tag('07')}f6f7`);
  });

  it('mark what contains them', () => {
    const object: { [key: string]: unknown } = { a: 1 };
    object.self = object;
    expect(encodeToHex(object)).toBe(`a26161016473656c66${tag('03')}f6`);
    const array: unknown[] = [];
    array.push(new Set([array]));
    expect(encodeToHex(array)).toBe(`81d9010281${tag('03')}f6`);
  });

  it('may contain the same object twice where it does not contain itself', () => {
    const twice = { a: 1 };
    expect(encodeToHex([twice, twice])).toBe('82a1616101a1616101');
  });

  it('are stored of a class too, own properties only', () => {
    class Base {
      a = 1;
      #secret = 2;
      get read(): number {
        return this.#secret;
      }
    }
    class Derived extends Base {
      b = 2;
    }
    expect(encodeToHex(new Base())).toBe('a1616101');
    expect(encodeToHex(new Derived())).toBe('a2616101616202');
  });
});

describe('errors', () => {
  it('have name, message, stack, cause, errors and properties', () => {
    const error = Object.assign(new RangeError('m', { cause: 1 }), { stack: 's', code: 2 });
    expect(encodeToHex(error)).toBe(
      `${tag('01')}a5` +
        '646e616d65' +
        '6a52616e67654572726f72' +
        '676d657373616765' +
        '616d' +
        '65737461636b' +
        '6173' +
        '656361757365' +
        '01' +
        '6a70726f70657274696573' +
        'a164636f646502',
    );
  });

  it('are seen in other kinds of error too', () => {
    const old = Object.create(Error.prototype) as Error;
    old.message = 'old';
    for (const error of [old, new DOMException('dom'), new AggregateError([1], 'many')]) {
      const decoded = throughBytes(error) as AggregateError;
      expect(decoded).toBeInstanceOf(Error);
      expect(decoded.message).toBe(error.message);
    }
  });
});

describe('what has no content of its own', () => {
  it('says what it is', () => {
    expect(encodeToHex(function save() {})).toBe(`${tag('05')}6473617665`);
    expect(encodeToHex(() => {})).toBe(`${tag('05')}60`);
    expect(encodeToHex(Symbol('s'))).toBe(`${tag('06')}6173`);
    expect(encodeToHex(Symbol())).toBe(`${tag('06')}60`);
    expect(encodeToHex(Promise.resolve(1))).toBe(`${tag('09')}6750726f6d697365`);
    expect(encodeToHex(new WeakMap())).toBe(`${tag('09')}675765616b4d6170`);
    expect(encodeToHex(/a+/g)).toBe(`${tag('09')}6c526567457870202f612b2f67`);
  });
});

describe('objects that stand for a value', () => {
  it('are stored as that value', () => {
    expect(encodeToHex(new Number(5))).toBe('05');
    expect(encodeToHex(new String('a'))).toBe('6161');
    expect(encodeToHex(new Boolean(false))).toBe('f4');
    expect(encodeToHex(Object(5n))).toBe('c24105');
    expect(encodeToHex(Object(Symbol('s')))).toBe(`${tag('06')}6173`);
  });

  it('are asked by toJSON, once', () => {
    expect(encodeToHex(new URL('http://a/'))).toBe('69687474703a2f2f612f');
    expect(encodeToHex({ toJSON: () => ({ a: 1, toJSON: () => 2 }) })).toBe(
      `a261610166746f4a534f4e${tag('05')}66746f4a534f4e`,
    );
    const self = { a: 1, toJSON: (): unknown => self };
    expect(encodeToBytes(self)[0]).toBe(0xa2);
  });

  it('are not asked where ttlog knows better', () => {
    const toJSON = () => 'asked';
    const known = [new Date(0), new Set([1]), new Map(), [1], new Uint8Array(1), new Error('e')];
    for (const object of known) {
      const before = encodeToHex(object).slice(0, 8);
      expect(encodeToHex(Object.assign(object, { toJSON })).slice(0, 8)).toBe(before);
    }
  });
});
