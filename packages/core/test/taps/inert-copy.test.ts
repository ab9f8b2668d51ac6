// Copies of the application's values: what they keep, that reading them runs nothing, how far they go.

import { describe, expect, test } from 'vitest';
import { inertCopy } from '../../src/taps/inert-copy.ts';

const fail = (): never => {
  throw new Error('code of the application was run');
};

describe('a copy', () => {
  test('of data is the data', () => {
    const data = {
      ...{ text: 'a', number: -0, big: 1n, none: null, missing: undefined, yes: true },
      ...{
        date: new Date(5),
        bytes: new Uint8Array([1]),
        list: [1, [2]],
        map: new Map([[1, { a: 1 }]]),
      },
      ...{ set: new Set(['x']), nested: { deep: { deeper: 1 } } },
    };
    expect(inertCopy(data)).toEqual(data);
    expect(inertCopy(data)).not.toBe(data);
  });

  test('runs no getter, no toJSON, no trap and no iterator', () => {
    class Hostile extends Map {
      override get size(): number {
        return fail();
      }
      override [Symbol.iterator] = fail;
      override entries = fail;
    }
    const hostile = {
      toJSON: fail,
      get getter() {
        return fail();
      },
      proxy: new Proxy({}, { get: fail, ownKeys: fail, getOwnPropertyDescriptor: fail }),
      list: Object.defineProperty([0], 0, { get: fail }),
      map: new Hostile().set(1, 2),
      date: Object.assign(new Date(0), { toJSON: fail }),
      custom: { [Symbol.for('nodejs.util.inspect.custom')]: fail, [Symbol.toPrimitive]: fail },
      pattern: Object.assign(/x/, { toString: fail }),
      function: Object.defineProperty(() => fail(), 'name', { get: fail }),
      error: Object.defineProperty(new Error('kept'), 'extra', { get: fail, enumerable: true }),
    };
    expect(inertCopy(hostile)).toEqual({
      ...{ toJSON: '[Function]', getter: '[Getter]', proxy: '[Proxy]', list: ['[Getter]'] },
      ...{
        map: new Map([[1, 2]]),
        date: expect.any(String),
        custom: {},
        pattern: expect.stringContaining('/x/'),
      },
      ...{ function: '[Function]', error: expect.objectContaining({ extra: '[Getter]' }) },
    });
  });

  test('ends where an object holds itself', () => {
    const list: unknown[] = [];
    const around = { list };
    list.push(around);
    expect(inertCopy(around)).toEqual({ list: ['[Circular]'] });
  });

  test('says how much it leaves out', () => {
    const entries = Array.from({ length: 250 }, (_, index) => [`key ${index}`, index] as const);
    expect(Object.keys(inertCopy(Object.fromEntries(entries)) as object)).toHaveLength(101);
    expect(inertCopy(Object.fromEntries(entries))).toMatchObject({ '…': '… 150 more' });
    expect((inertCopy(entries) as unknown[]).at(-1)).toBe('… 150 more');
    expect((inertCopy(new Map(entries)) as Map<string, string>).get('…')).toBe('… 150 more');
    expect(inertCopy(new Set(entries.map(([key]) => key)))).toContain('… 150 more');
  });

  test('of a huge graph is small', () => {
    let huge: unknown = 'leaf';
    for (let depth = 0; depth < 50; depth++) huge = { a: huge, b: huge, c: [huge, huge] };
    expect(JSON.stringify(inertCopy(huge)).length).toBeLessThan(100_000);
  });

  test('keeps a key that would set the prototype, as a key', () => {
    const copy = inertCopy(JSON.parse('{"__proto__":{"polluted":1}}')) as object;
    expect(Object.keys(copy)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect('polluted' in copy).toBe(false);
  });

  test('of an error is one, with its parts', () => {
    const plain = new TypeError('plain');
    expect(inertCopy(plain)).toBe(plain);
    const error = new RangeError('outer', { cause: new Error('inner') });
    const copy = inertCopy(Object.assign(error, { config: { list: [1] } })) as typeof error;
    expect(copy).not.toBe(error);
    expect(copy).toMatchObject({ message: 'outer', name: 'RangeError', config: { list: [1] } });
    expect(copy.stack).toBe(error.stack);
    expect((copy.cause as Error).message).toBe('inner');
    expect(Object.keys(copy)).toEqual(['config']);
  });
});
