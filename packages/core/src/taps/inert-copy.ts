/**
 * A copy of a value of the application that can be read without running its code. What `console`
 * prints runs no getter, no `toJSON` and no proxy's trap, so recording it must not either.
 */

import { inspect } from 'node:util';
import types from 'node:util/types';

/** Entries of one object; the limits of a recorder are rarely wider. */
const MAX_ENTRIES = 100;
/** Values in all. */
const MAX_VALUES = 1000;
const MAX_DEPTH = 8;

interface Walk {
  valuesLeft: number;
  readonly around: object[];
}

/** Primitives, dates, bytes and plain errors are what they are; of others the data is copied. */
export function inertCopy(value: unknown): unknown {
  return copy(value, { valuesLeft: MAX_VALUES, around: [] });
}

function copy(value: unknown, walk: Walk): unknown {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return value;
  if (types.isProxy(value)) return '[Proxy]';
  if (typeof value === 'function') return '[Function]';
  if (types.isDate(value) || ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) {
    return Object.getOwnPropertyDescriptor(value, 'toJSON') ? inspect(value) : value;
  }
  if (isExotic(value)) return inspect(value, { customInspect: false, depth: 0 });
  if (walk.around.includes(value)) return '[Circular]';
  if (walk.around.length >= MAX_DEPTH || --walk.valuesLeft < 0) return '[…]';
  walk.around.push(value);
  try {
    if (types.isNativeError(value)) return isPlainError(value) ? value : copyError(value, walk);
    if (Array.isArray(value)) return copyArray(value, walk);
    if (types.isMap(value)) return copyMap(value, walk);
    if (types.isSet(value)) return copySet(value, walk);
    return copyProperties(value, {}, Object.keys(value), walk);
  } finally {
    walk.around.pop();
  }
}

function isExotic(value: object): boolean {
  return (
    types.isRegExp(value) ||
    types.isPromise(value) ||
    types.isBoxedPrimitive(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value) ||
    types.isModuleNamespaceObject(value) ||
    types.isExternal(value)
  );
}

/** Whether reading it runs nothing: own properties are data, and none of them an object. */
function isPlainError(error: object): boolean {
  return Object.entries(Object.getOwnPropertyDescriptors(error)).every(([name, descriptor]) => {
    if (name === 'stack') return true;
    const { value } = descriptor;
    return 'value' in descriptor && (typeof value !== 'object' || value === null);
  });
}

function copyError(error: Error, walk: Walk): Error {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const made = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  const name = dataOf(error, 'name') ?? dataOf(Object.getPrototypeOf(error), 'name');
  const hidden = { name, message: dataOf(error, 'message'), stack: error.stack };
  for (const [key, value] of Object.entries(hidden)) {
    Object.defineProperty(made, key, { value, configurable: true, writable: true });
  }
  for (const key of ['cause', 'errors']) {
    const value = dataOf(error, key);
    if (value === undefined) continue;
    Object.defineProperty(made, key, { value: copy(value, walk), configurable: true });
  }
  const keys = Object.keys(error).filter((key) => !Object.hasOwn(made, key));
  return copyProperties(error, made, keys, walk);
}

function copyProperties<T extends object>(
  source: object,
  target: T,
  keys: readonly string[],
  walk: Walk,
): T {
  for (let i = 0; i < keys.length; i++) {
    const isFull = i >= MAX_ENTRIES || walk.valuesLeft <= 0;
    const key = isFull ? '…' : keys[i];
    const value = isFull ? more(keys.length - i) : copyProperty(source, key, walk);
    // An assignment to `__proto__` would set the prototype.
    Object.defineProperty(target, key, {
      ...{ value, enumerable: true, configurable: true, writable: true },
    });
    if (isFull) break;
  }
  return target;
}

function copyProperty(source: object, key: string, walk: Walk): unknown {
  const descriptor = Object.getOwnPropertyDescriptor(source, key);
  if (descriptor === undefined) return undefined;
  if (!('value' in descriptor)) return '[Getter]';
  return copy(descriptor.value, walk);
}

function copyArray(source: readonly unknown[], walk: Walk): unknown[] {
  const length = Math.min(source.length, MAX_ENTRIES);
  const target: unknown[] = [];
  for (let i = 0; i < length; i++) target.push(copyProperty(source, String(i), walk));
  if (source.length > length) target.push(more(source.length - length));
  return target;
}

function copyMap(source: Map<unknown, unknown>, walk: Walk): Map<unknown, unknown> {
  const target = new Map<unknown, unknown>();
  const size = sizeOf(Map.prototype, source);
  for (const [key, value] of Map.prototype.entries.call(source)) {
    if (target.size >= MAX_ENTRIES) return target.set('…', more(size - MAX_ENTRIES));
    target.set(copy(key, walk), copy(value, walk));
  }
  return target;
}

function copySet(source: Set<unknown>, walk: Walk): Set<unknown> {
  const target = new Set<unknown>();
  const size = sizeOf(Set.prototype, source);
  for (const value of Set.prototype.values.call(source)) {
    if (target.size >= MAX_ENTRIES) return target.add(more(size - MAX_ENTRIES));
    target.add(copy(value, walk));
  }
  return target;
}

/** `size` of a subclass may be a getter of the application's. */
function sizeOf(prototype: object, source: object): number {
  return Reflect.get(prototype, 'size', source) as number;
}

function dataOf(object: object | null, key: string): unknown {
  return object === null ? undefined : Object.getOwnPropertyDescriptor(object, key)?.value;
}

function more(count: number): string {
  return `… ${count} more`;
}
