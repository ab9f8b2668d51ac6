// Values whose own code throws, lies, changes things or logs while they are recorded.

import { createContext, runInContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { ByteViews } from '../../src/memory/byte-views.ts';
import { ValueDecoder } from '../../src/record/decode-value.ts';
import type { Mark } from '../../src/record/marks.ts';
import {
  CIRCULAR,
  checkStillRecords,
  encoder,
  fail,
  ROOM_BYTES,
  record,
  threw,
  withGetter,
} from './hostile.ts';

afterEach(checkStillRecords);

describe('code of the application that throws', () => {
  it('is marked where it threw, and the rest is kept', () => {
    const getter = withGetter({ a: 1 }, 'b', () => fail());
    expect(record({ getter, c: 2 })).toEqual({
      getter: { a: 1, b: threw('TypeError: boom') },
      c: 2,
    });
    expect(record([getter])).toEqual([{ a: 1, b: threw('TypeError: boom') }]);
    expect(record({ toJSON: () => fail() })).toEqual(threw('TypeError: boom'));
    expect(record([withGetter({}, 'toJSON', () => fail())])).toEqual([threw('TypeError: boom')]);
  });

  it('may throw anything', () => {
    const thrown = (value: unknown): string => {
      const mark = record(withGetter({}, 'x', () => { throw value; })) as { x: Mark }; // biome-ignore format: short
      expect(mark.x.kind).toBe('threw');
      return mark.x.text;
    };
    expect(thrown('text')).toBe('text');
    expect(thrown(undefined)).toBe('undefined');
    expect(thrown(Symbol('s'))).toBe('Symbol(s)');
    expect(thrown(5n)).toBe('5');
    expect(thrown(() => {})).toBe('a function');
    expect(thrown({})).toBe('');
    expect(thrown({ message: 1, name: {} })).toBe('');
    expect(thrown(Object.create(null))).toBe('');
    expect(thrown(withGetter({}, 'message', () => fail()))).toBe('');
    expect(thrown(new Proxy({}, { get: () => fail() }))).toBe('');
    expect(thrown('\ud800')).toBe('\ufffd');
    expect(thrown(new Error('x'.repeat(1_000_000))).length).toBeLessThan(257);
  });
});

describe('proxies', () => {
  const traps = ['get', 'ownKeys', 'getOwnPropertyDescriptor', 'getPrototypeOf', 'has'] as const;

  it('that are revoked are said to have thrown', () => {
    const revoked = (shape: object): object => {
      const { proxy, revoke } = Proxy.revocable(shape, {});
      revoke();
      return proxy;
    };
    for (const shape of [{}, [], new Map(), new Date()]) {
      expect((record({ a: revoked(shape), b: 1 }) as { a: Mark; b: number }).a.kind).toBe('threw');
    }
    expect((record(revoked(() => {})) as Mark).kind).toBe('threw');
  });

  it('that throw in a trap harm only their own place', () => {
    for (const shape of [{ a: 1 }, [1], new Error('e'), new Map([[1, 2]]), () => {}]) {
      for (const trap of traps) {
        const proxy = new Proxy(shape, { [trap]: () => fail(trap) });
        expect(record([proxy, 'after']), trap).toEqual([expect.anything(), 'after']);
      }
    }
  });

  it('that lie about keys, lengths and values change nothing', () => {
    const keys = Array.from({ length: 1000 }, (_, i) => `k${i}`);
    const lying = new Proxy(
      {},
      {
        ownKeys: () => keys,
        getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true, value: 1 }),
      },
    );
    const { value, originalSize } = record(lying) as Mark;
    expect(Object.keys(value as object)).toEqual(keys.slice(0, 100));
    expect(originalSize).toBe(1000);
    for (const length of [-1, 1.5, 2 ** 60, Number.NaN, 'many', {}, Symbol('s'), undefined]) {
      const get = (array: unknown[], key: string | symbol): unknown =>
        key === 'length' ? length : Reflect.get(array, key);
      expect(record([new Proxy([1, 2], { get }), 'after'])).toEqual([[], 'after']);
    }
    const endless: object = new Proxy({}, { ownKeys: () => ['a'], get: () => endless });
    record(endless);
    const fresh = (): object => new Proxy({ a: 1 }, { get: (_, key) => key === 'a' && fresh() });
    record(fresh());
  });
});

describe('objects that contain themselves', () => {
  it('are marked where they come again', () => {
    const object: { [key: string]: unknown } = { list: [] };
    object.list = [object, { deep: object }];
    expect(record(object)).toEqual({ list: [CIRCULAR, { deep: CIRCULAR }] });
    const map = new Map<unknown, unknown>();
    map.set(map, new Set([map]));
    expect(record(map)).toEqual(new Map([[CIRCULAR, new Set([CIRCULAR])]]));
    const error: Error & { self?: unknown } = new Error('e');
    error.cause = error;
    error.self = [error];
    const decoded = record(error) as typeof error;
    expect([decoded.cause, decoded.self]).toEqual([CIRCULAR, [CIRCULAR]]);
  });

  it('may do so by toJSON, which is not followed for ever', () => {
    const self = { a: 1, toJSON: (): unknown => self };
    expect(record(self)).toMatchObject({ a: 1 });
    const parent = { child: { toJSON: (): unknown => parent } };
    expect(record(parent)).toEqual({ child: CIRCULAR });
    let calls = 0;
    class Endless {
      toJSON(): unknown {
        calls++;
        return [new Endless(), new Endless(), new Endless(), new Endless()];
      }
    }
    record(new Endless());
    expect(calls).toBeLessThan(20_000);
  });
});

describe('collections of a subclass that lies', () => {
  it('are read as they are', () => {
    class LyingMap extends Map<unknown, unknown> {
      override get size(): number {
        return fail();
      }
      override entries(): never {
        return fail();
      }
      override [Symbol.iterator](): never {
        return fail();
      }
    }
    class LyingSet extends Set<unknown> {
      override get size(): number {
        return 1_000_000;
      }
      override values(): never {
        return fail();
      }
    }
    expect(record(new LyingMap([[1, 2]]))).toEqual(new Map([[1, 2]]));
    expect(record(new LyingSet([1]))).toEqual(new Set([1]));
    class LyingDate extends Date {
      override getTime(): number {
        return fail();
      }
    }
    expect(record(new LyingDate(5))).toEqual(new Date(5));
  });
});

describe('values that change while they are read', () => {
  it('are still one whole item', () => {
    const shrinking: { [key: string]: unknown } = {};
    withGetter(shrinking, 'a', () => {
      for (const key of Object.keys(shrinking)) delete shrinking[key];
      return 'gone';
    });
    Object.assign(shrinking, { b: 1, c: 2 });
    expect(record(shrinking)).toEqual({ a: 'gone', b: undefined, c: undefined });

    const array: unknown[] = [];
    array.push({ toJSON: () => (array.length = 1) }, 2, 3);
    expect(record(array)).toHaveLength(3);

    const map = new Map<unknown, unknown>();
    map.set('a', { toJSON: () => map.clear() }).set('b', 2);
    expect(record(map)).toEqual(new Map<unknown, unknown>([['a', undefined], ['b', 2]])); // biome-ignore format: pairs
    const set = new Set<unknown>();
    set.add({ toJSON: () => set.add(set.size) }).add('last');
    expect((record(set) as Set<unknown>).size).toBe(2);
  });
});

describe('a value that logs', () => {
  it('gets a nested call that is as good as the outer one', () => {
    const inner = new ByteViews(new ArrayBuffer(ROOM_BYTES));
    let innerEnd = 0;
    const log = (): string => {
      innerEnd = encoder.encode(inner, 0, ROOM_BYTES, { nested: [{ a: 1 }, { deep: [1] }] });
      return 'logged';
    };
    const outer = { a: 1, list: [{ toJSON: log }, 2] };
    expect(record(outer)).toEqual({ a: 1, list: ['logged', 2] });
    expect(new ValueDecoder(inner.u8, 0, innerEnd).read()).toEqual({
      nested: [{ a: 1 }, { deep: [1] }],
    });
  });

  it('and never returns may be cut off by a vm timeout, again and again', () => {
    const context = createContext({ log: (value: unknown) => record(value) });
    for (let i = 0; i < 3; i++) {
      const script = 'log({ a: [{ get b() { for (;;); } }] })';
      expect(() => runInContext(script, context, { timeout: 20 })).toThrow('timed out');
      expect(record({ i })).toEqual({ i });
    }
  });
});
