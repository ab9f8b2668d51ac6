// Errors and rarities of every kind, with too little stack, and after intrinsics were patched.

import { types } from 'node:util';
import { constants, createContext, runInContext, runInThisContext } from 'node:vm';
import { afterEach, describe, expect, it } from 'vitest';
import { ByteViews } from '../../src/memory/byte-views.ts';
import { itemEnd } from '../../src/memory/cbor-item.ts';
import { ValueDecoder } from '../../src/record/decode-value.ts';
import { Mark } from '../../src/record/marks.ts';
import {
  checkStillRecords,
  decode,
  encode,
  encoder,
  fail,
  opaque,
  ROOM_BYTES,
  record,
  target,
  threw,
  withGetter,
} from './hostile.ts';

afterEach(checkStillRecords);

describe('errors', () => {
  it('whose parts are getters that throw or are no texts come with the others', () => {
    for (const part of ['name', 'message', 'stack', 'cause', 'errors']) {
      const error = withGetter(new Error('whole'), part, () => fail('no part')) as Error;
      const decoded = record(error) as Error;
      expect(decoded).toBeInstanceOf(Error);
      expect(String(decoded[part as 'name']), part).toContain('TypeError: no part');
    }
    const odd = Object.assign(new Error('m'), { name: 5, message: { a: 1 }, stack: null });
    const decoded = record(odd) as Error;
    expect([decoded.name, decoded.message, decoded.stack]).toEqual([5, { a: 1 }, null]);
  });

  it('of another realm, frozen, with private fields or hostile classes are errors', () => {
    const foreign = runInContext('new RangeError("foreign")', createContext({})) as Error;
    expect(foreign instanceof Error).toBe(false);
    expect(record(foreign)).toEqual(new RangeError('foreign'));
    expect(record(Object.freeze(new Error('frozen')))).toEqual(new Error('frozen'));
    class Private extends Error {
      #hidden = 1;
      shown = 2;
      get hidden(): number {
        return this.#hidden;
      }
    }
    expect(Object.entries(record(new Private('p')) as object)).toEqual([['shown', 2]]);
    class Hostile extends Error {
      static override [Symbol.hasInstance](): boolean {
        fail();
      }
      get [Symbol.toStringTag](): string {
        return fail();
      }
    }
    expect((record(new Hostile('h')) as Error).message).toBe('h');
  });

  it('survive an Error.prepareStackTrace that throws or returns anything', () => {
    const original = Error.prepareStackTrace;
    try {
      Error.prepareStackTrace = () => fail('prepared');
      const end = encode(new Error('prepared badly'));
      Error.prepareStackTrace = original;
      const decoded = decode(end) as Error;
      expect([decoded.message, decoded.stack]).toEqual([
        'prepared badly',
        '[threw TypeError: prepared]',
      ]);
      Error.prepareStackTrace = (_, sites) => sites;
      const sitesEnd = encode(new Error('call sites'));
      Error.prepareStackTrace = original;
      expect((decode(sitesEnd) as Error).message).toBe('call sites');
    } finally {
      Error.prepareStackTrace = original;
    }
  });
});

describe('little stack', () => {
  it('leaves a whole item, wherever it ends', () => {
    const value = { a: [{ b: new Error('e') }], toString: 1 };
    const target = new ByteViews(new ArrayBuffer(ROOM_BYTES));
    // What was never called has to be compiled, for which V8 wants 40 KB of stack.
    for (let i = 0; i < 10; i++) encoder.encode(target, 0, ROOM_BYTES, value);
    const ends: number[] = [];
    const items: Uint8Array[] = [];
    let refused = 0;
    const dive = (): void => {
      dive.depth++;
      try {
        dive();
      } catch {
        // Deepest first: from here the stack grows back, a frame at a time.
      }
      if (items.length + refused >= 400) return;
      let end = 0;
      try {
        end = encoder.encode(target, 0, ROOM_BYTES, value);
      } catch {
        refused++;
        return;
      }
      ends[items.length] = end;
      items[items.length] = target.u8.slice(0, end);
    };
    dive.depth = 0;
    dive();
    // Not even the call itself fits into the last frames; from then on each yields an item.
    expect(refused).toBeLessThan(100);
    const decoded = items.map((item, i) => {
      expect(itemEnd(item, 0, ends[i])).toBe(ends[i]);
      return new ValueDecoder(item).read();
    });
    expect(decoded).toContainEqual(expect.objectContaining({ kind: 'threw' }));
    expect(decoded.at(-1)).toMatchObject({ toString: 1 });
  });
});

describe('odd values', () => {
  it('have something to show', async () => {
    function* generator(): Generator<number> {
      yield 1;
    }
    function args(..._: unknown[]): unknown {
      // biome-ignore lint/complexity/noArguments: it is what is tested.
      return arguments;
    }
    expect(record(args(1, 'b'))).toEqual({ 0: 1, 1: 'b' });
    expect(record(generator())).toEqual(opaque('Generator'));
    expect(record(new Map([[1, 2]]).entries())).toEqual(opaque('Map Iterator'));
    expect(record([new WeakSet(), new WeakMap(), Promise.resolve()])).toEqual([
      opaque('WeakSet'),
      opaque('WeakMap'),
      opaque('Promise'),
    ]);
    // Vitest has a stand-in of its own for the modules that it imports itself.
    const namespace: unknown = await runInThisContext('import("node:path")', {
      importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    });
    expect(types.isModuleNamespaceObject(namespace)).toBe(true);
    expect(record(namespace)).toMatchObject({ sep: '/', join: new Mark('function', 'join') });
    expect(record(new Date(Number.NaN))).toEqual(new Date(Number.NaN));
    const names = Object.fromEntries(['', 'then', 'constructor', 'hasOwnProperty'].entries());
    expect(record(names)).toEqual(names);
    const named = Object.defineProperty(() => {}, 'name', { get: () => fail() });
    expect(record(named)).toEqual(threw('TypeError: boom'));
    expect(record(Object.defineProperty(() => {}, 'name', { value: 5 }))).toEqual(
      new Mark('function', ''),
    );
    class Private {
      #field = 1;
      get shown(): number {
        return this.#field;
      }
    }
    expect(record(new Private())).toEqual({});
    expect(record(globalThis)).toBeDefined();
    expect(record(process)).toBeDefined();
    expect(record([Object.create(Date.prototype), Object.create(Map.prototype)])).toHaveLength(2);
    expect(record([Object.setPrototypeOf(new Date(1), null), 'after'])).toHaveLength(2);
  });

  it('with an async toJSON that fails leave no unhandled rejection behind', async () => {
    const rejections: unknown[] = [];
    const listener = (reason: unknown): void => void rejections.push(reason);
    process.on('unhandledRejection', listener);
    try {
      expect(record({ toJSON: async () => fail() })).toEqual(opaque('Promise'));
      await new Promise((resolve) => setTimeout(resolve, 10));
    } finally {
      process.off('unhandledRejection', listener);
    }
    expect(rejections).toEqual([]);
  });
});

describe('patched intrinsics', () => {
  it('have no say', () => {
    const value = {
      list: [1, 'a', { b: null }],
      map: new Map<unknown, unknown>([[1, new Set([2])]]),
      date: new Date(5),
      bytes: Uint16Array.of(1, 2),
      error: new Error('patched'),
      boxed: new Number(1),
      regexp: /x/g,
      url: new URL('http://a/'),
      function: fail,
      big: 123n,
      text: 'ü'.repeat(100),
      ill: '\ud800',
    };
    const before = target.u8.slice(0, encode(value));
    const end = encodePatched(value, [
      ...[Array.prototype, Map.prototype, Set.prototype, Date.prototype, Number.prototype],
      ...[RegExp.prototype, Promise.prototype, JSON, Atomics, Object, Reflect, Number, Math],
    ]);
    expect(target.u8.slice(0, end)).toEqual(before);
  });
});

/** Encodes while every method of `owners` throws. */
function encodePatched(value: unknown, owners: object[]): number {
  const { getOwnPropertyDescriptor, defineProperty } = Object;
  const patches: { owner: object; key: PropertyKey; original: PropertyDescriptor }[] = [];
  for (const owner of owners) {
    for (const key of Reflect.ownKeys(owner)) {
      const original = getOwnPropertyDescriptor(owner, key) as PropertyDescriptor;
      if (typeof original.value !== 'function' || key === 'constructor') continue;
      patches.push({ owner, key, original });
    }
  }
  for (let i = 0; i < patches.length; i++) {
    const { owner, key } = patches[i];
    defineProperty(owner, key, { value: fail, configurable: true });
  }
  try {
    return encode(value);
  } finally {
    for (let i = 0; i < patches.length; i++) {
      const { owner, key, original } = patches[i];
      defineProperty(owner, key, original);
    }
  }
}
