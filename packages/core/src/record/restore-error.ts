/**
 * Makes a real Error of the map that TAG_ERROR stands before. Its class is one of the language's
 * own; a name of the application's becomes an own property.
 */

import { Mark } from './marks.ts';
import { getOwn, isPlainObject, type PlainObject, REST_KEY } from './own-property.ts';

const CLASSES: ReadonlyMap<string, ErrorConstructor> = new Map<string, ErrorConstructor>([
  ['Error', Error],
  ['TypeError', TypeError],
  ['RangeError', RangeError],
  ['SyntaxError', SyntaxError],
  ['ReferenceError', ReferenceError],
  ['EvalError', EvalError],
  ['URIError', URIError],
]);

/** The error that `map` describes; whatever is missing there is missing here. */
export function restoreError(map: PlainObject): Error {
  const name = getOwn(map, 'name');
  const error = createError(typeof name === 'string' ? name : 'Error');
  defineHidden(error, 'stack', textOf(getOwn(map, 'stack')));
  if (Object.hasOwn(map, 'message')) defineHidden(error, 'message', textOf(map.message));
  if (Object.hasOwn(map, 'name') && name !== error.name) defineHidden(error, 'name', textOf(name));
  if (Object.hasOwn(map, 'cause')) defineHidden(error, 'cause', map.cause);
  if (Object.hasOwn(map, 'errors')) defineHidden(error, 'errors', map.errors);
  restoreProperties(error, getOwn(map, 'properties'));
  return error;
}

function restoreProperties(error: Error, properties: unknown): void {
  const kept = properties instanceof Mark ? properties.value : properties;
  if (isPlainObject(kept)) {
    for (const key of Object.keys(kept)) defineVisible(error, key, kept[key]);
  }
  if (properties instanceof Mark) {
    defineVisible(error, REST_KEY, new Mark(properties.kind, '', null, properties.originalSize));
  }
}

/** Without capturing the stack of the reader, which would be slow and is about to be replaced. */
function createError(name: string): Error {
  const limit = Error.stackTraceLimit;
  setStackTraceLimit(0);
  try {
    if (name === 'AggregateError') return new AggregateError([]);
    return new (CLASSES.get(name) ?? Error)();
  } finally {
    setStackTraceLimit(limit);
  }
}

function setStackTraceLimit(limit: number): void {
  try {
    Error.stackTraceLimit = limit;
  } catch {
    // Under --frozen-intrinsics the stack is captured; that costs time and changes nothing.
  }
}

/** A text that was cut says so where an Error must have a string. */
function textOf(value: unknown): unknown {
  return value instanceof Mark ? value.toString() : value;
}

function defineHidden(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, {
    value,
    writable: true,
    enumerable: false,
    configurable: true,
  });
}

function defineVisible(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}
