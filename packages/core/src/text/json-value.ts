/**
 * A recorded value as JSON. What JSON has no type for becomes the nearest thing that other tools
 * read: bigints decimal strings, dates ISO strings, NaN and infinities strings, errors objects as
 * pino writes them, undefined and holes null.
 */

import { Mark } from '../record/marks.ts';
import { jsonString } from './escape.ts';
import { cutNote, isPlainObject, isTypedArray } from './value.ts';

/** Deeper values end in `"…"`; recorded ones are far less deep, crafted ones may not be. */
const MAX_DEPTH = 64;

/** JSON text, never undefined, with nothing but printable characters. */
export function jsonValue(value: unknown, depth = 0): string {
  switch (typeof value) {
    case 'string':
      return jsonString(value);
    case 'number':
      if (!Number.isFinite(value)) return `"${value}"`;
      return Object.is(value, -0) ? '-0' : String(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'bigint':
      return `"${value}"`;
    case 'undefined':
      return 'null';
    case 'object':
      return value === null ? 'null' : jsonObject(value, depth);
    default:
      return jsonString(String(value));
  }
}

function jsonObject(value: object, depth: number): string {
  if (depth >= MAX_DEPTH) return '"…"';
  if (isPlainObject(value)) return jsonPlainObject(value, depth);
  if (Array.isArray(value)) return jsonList(value, depth);
  if (value instanceof Mark) return jsonMark(value, depth);
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? '"(invalid date)"' : `"${value.toISOString()}"`;
  }
  if (value instanceof Error) return jsonError(value, depth);
  if (value instanceof Set) return jsonList([...value], depth);
  if (value instanceof Map) return jsonMap(value, depth);
  return isTypedArray(value) ? jsonTypedArray(value) : jsonString(`[${value.constructor.name}]`);
}

function jsonPlainObject(object: { [key: string]: unknown }, depth: number): string {
  let text = '';
  for (const key of Object.keys(object)) {
    text += `${text === '' ? '{' : ','}${jsonString(key)}:${jsonValue(object[key], depth + 1)}`;
  }
  return text === '' ? '{}' : `${text}}`;
}

function jsonEntries(entries: readonly (readonly [string, unknown])[], depth: number): string[] {
  return entries.map(([key, item]) => `${jsonString(key)}:${jsonValue(item, depth + 1)}`);
}

function jsonList(items: readonly unknown[], depth: number): string {
  let text = '[';
  for (let index = 0; index < items.length; index++) {
    if (index > 0) text += ',';
    text += jsonValue(items[index], depth + 1);
  }
  return `${text}]`;
}

/** An object where all keys are text, else a list of pairs. */
function jsonMap(map: ReadonlyMap<unknown, unknown>, depth: number): string {
  const entries = [...map];
  const isByText = entries.every(
    (entry): entry is [string, unknown] => typeof entry[0] === 'string',
  );
  return isByText ? `{${jsonEntries(entries, depth).join(',')}}` : jsonList(entries, depth);
}

/** Bytes as base64, numbers as a list. */
function jsonTypedArray(array: ArrayLike<number | bigint> & ArrayBufferView): string {
  if (array instanceof Uint8Array) {
    const base64 = Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');
    return `{"type":"Uint8Array","base64":"${base64}"}`;
  }
  return `[${Array.from(array, (item) => jsonValue(item)).join(',')}]`;
}

const NAMED_IN_ERRORS = new Set(['name', 'message', 'stack', 'cause', 'errors']);
const KEYS_OF_ERRORS = new Set(['type', 'message', 'stack', 'cause', 'errors']);

/** `type`, `message`, `stack`, then own properties; one that is in the way is `properties.type`. */
function jsonError(error: Error, depth: number): string {
  const entries: [string, unknown][] = [
    ['type', error.name],
    ['message', error.message],
    ['stack', error.stack],
  ];
  if (Object.hasOwn(error, 'cause')) entries.push(['cause', error.cause]);
  const collected = (error as { errors?: unknown }).errors;
  if (Array.isArray(collected)) entries.push(['errors', collected]);
  for (const [key, item] of Object.entries(error)) {
    if (NAMED_IN_ERRORS.has(key)) continue;
    entries.push([KEYS_OF_ERRORS.has(key) ? `properties.${key}` : key, item]);
  }
  return `{${jsonEntries(entries, depth).join(',')}}`;
}

/** What a cap cut keeps its shape, and says at its end that it was cut. */
function jsonMark(mark: Mark, depth: number): string {
  const { kind, value } = mark;
  if (kind !== 'cut' || typeof value === 'string') return jsonString(mark.toString());
  const note = jsonString(cutNote(mark));
  const kept = jsonValue(value, depth + 1);
  const isShape = kept.startsWith('{') || kept.startsWith('[');
  if (!isShape) return note;
  const isEmpty = kept.length === 2;
  const separator = isEmpty ? '' : ',';
  const entry = kept.startsWith('{') ? `${note}:true` : note;
  return kept.slice(0, -1) + separator + entry + kept.slice(-1);
}
