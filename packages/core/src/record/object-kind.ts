/**
 * What an object is, by its inner slots and not by what it says of itself, and what those slots
 * hold. All intrinsics are taken when ttlog is loaded, so neither an overridden method nor a
 * patched prototype has a say; only proxies can still run code of the application here.
 */

import types from 'node:util/types';
import { uncurry, uncurryGetter } from './intrinsics.ts';

export const KIND_PLAIN = 0;
export const KIND_ARRAY = 1;
export const KIND_ERROR = 2;
export const KIND_DATE = 3;
export const KIND_MAP = 4;
export const KIND_SET = 5;
/** Typed arrays, DataView, Buffer, ArrayBuffer and SharedArrayBuffer. */
export const KIND_BINARY = 6;
/** `new Number(1)` and its like. */
export const KIND_BOXED = 7;
/** Without content that could be read: see `opaqueName`. */
export const KIND_OPAQUE = 8;

export type ObjectKind = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

export const objectKeys: (object: object) => string[] = Object.keys;
export const hasOwn: (object: object, key: PropertyKey) => boolean = Object.hasOwn;
export const reflectApply: typeof Reflect.apply = Reflect.apply;
export const symbolDescription: (symbol: symbol) => string | undefined = uncurryGetter(
  Symbol.prototype,
  'description',
);
export const dateMs: (date: Date) => number = uncurry(Date.prototype.getTime);
export const mapSize: (map: Map<unknown, unknown>) => number = uncurryGetter(Map.prototype, 'size');
export const setSize: (set: Set<unknown>) => number = uncurryGetter(Set.prototype, 'size');

const { isArray } = Array;
const { isView } = ArrayBuffer;
const { getPrototypeOf } = Object;
const objectPrototype = Object.prototype;
/** Those that stand right below Object.prototype and whose objects have inner slots. */
const slotPrototypes: ReadonlySet<object> = new Set<object>(
  [
    ...[Error, Date, Map, Set, WeakMap, WeakSet, Promise, RegExp, DataView, ArrayBuffer],
    ...[SharedArrayBuffer, Number, String, Boolean, BigInt, Symbol],
  ].map((builtIn) => builtIn.prototype),
);
const isSlotPrototype = uncurry(Set.prototype.has) as (
  set: ReadonlySet<object>,
  prototype: object,
) => boolean;
const isInChain = uncurry(Object.prototype.isPrototypeOf);
const errorPrototype = Error.prototype;
const regExpText = uncurry(RegExp.prototype.toString);
const promiseThen = uncurry(Promise.prototype.then);

const mapEntries: (map: Map<unknown, unknown>) => object = uncurry(Map.prototype.entries);
const mapNext: (iterator: object) => IteratorResult<[unknown, unknown]> = uncurry(
  new Map().entries().next as () => IteratorResult<[unknown, unknown]>,
);
const setValues: (set: Set<unknown>) => object = uncurry(Set.prototype.values);
const setNext: (iterator: object) => IteratorResult<unknown> = uncurry(
  new Set().values().next as () => IteratorResult<unknown>,
);

const isBoxed = types.isBoxedPrimitive;
const numberOf = uncurry(Number.prototype.valueOf);
const stringOf = uncurry(String.prototype.valueOf);
const booleanOf = uncurry(Boolean.prototype.valueOf);
const bigintOf = uncurry(BigInt.prototype.valueOf);
const symbolOf = uncurry(Symbol.prototype.valueOf);

/** Throws for a revoked proxy, and whatever the trap of another proxy throws. */
export function kindOf(object: object): ObjectKind {
  if (isArray(object)) return KIND_ARRAY;
  const prototype = getPrototypeOf(object);
  if (prototype === objectPrototype || prototype === null) return KIND_PLAIN;
  // An instance of a class of the application's, which needs none of the tests below (0.1 us).
  if (
    getPrototypeOf(prototype) === objectPrototype &&
    !isSlotPrototype(slotPrototypes, prototype)
  ) {
    return KIND_PLAIN;
  }
  if (isView(object)) return KIND_BINARY;
  if (types.isNativeError(object)) return KIND_ERROR;
  if (types.isDate(object)) return KIND_DATE;
  if (types.isMap(object)) return KIND_MAP;
  if (types.isSet(object)) return KIND_SET;
  if (types.isAnyArrayBuffer(object)) return KIND_BINARY;
  if (isBoxed(object)) return KIND_BOXED;
  if (opaqueName(object) !== '') return KIND_OPAQUE;
  // DOMException, and errors made with `Object.create(Error.prototype)`.
  return isInChain(errorPrototype, object) ? KIND_ERROR : KIND_PLAIN;
}

/** What the mark of an opaque object says; empty for any other object. */
export function opaqueName(object: object): string {
  if (types.isPromise(object)) return 'Promise';
  if (types.isRegExp(object)) return `RegExp ${regExpText(object)}`;
  if (types.isWeakMap(object)) return 'WeakMap';
  if (types.isWeakSet(object)) return 'WeakSet';
  if (types.isGeneratorObject(object)) return 'Generator';
  if (types.isMapIterator(object)) return 'Map Iterator';
  if (types.isSetIterator(object)) return 'Set Iterator';
  return types.isExternal(object) ? 'External' : '';
}

/** The primitive inside a boxed one. */
export function unbox(object: object): unknown {
  if (types.isNumberObject(object)) return numberOf(object);
  if (types.isStringObject(object)) return stringOf(object);
  if (types.isBooleanObject(object)) return booleanOf(object);
  if (types.isBigIntObject(object)) return bigintOf(object as never);
  return symbolOf(object as never);
}

/** The first `count` entries: key, value, key, value. */
export function firstMapEntries(map: Map<unknown, unknown>, count: number): unknown[] {
  const entries: unknown[] = [];
  const iterator = mapEntries(map);
  for (let i = 0; i < count; i++) {
    const step = mapNext(iterator);
    if (step.done) break;
    entries[i * 2] = step.value[0];
    entries[i * 2 + 1] = step.value[1];
  }
  return entries;
}

/** The first `count` elements. */
export function firstSetValues(set: Set<unknown>, count: number): unknown[] {
  const values: unknown[] = [];
  const iterator = setValues(set);
  for (let i = 0; i < count; i++) {
    const step = setNext(iterator);
    if (step.done) break;
    values[i] = step.value;
  }
  return values;
}

/**
 * Takes note of a promise that the application never gets to see, so that its rejection does
 * not count as unhandled and end the process.
 */
export function ignoreRejection(value: unknown): void {
  if (types.isPromise(value)) promiseThen(value as Promise<unknown>, undefined, () => {});
}
