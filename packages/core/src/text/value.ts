/**
 * How a recorded value reads on one line, types kept apart: `"5"` is text, `5` a number, `5n` a
 * bigint. Errors appear by name and message; `error-text.ts` writes them in full. All text is
 * printable when it leaves.
 */

import { Mark } from '../record/marks.ts';
import { printable, quoted } from './escape.ts';

/** Deeper values end in `…`; recorded ones are far less deep, crafted ones may not be. */
const MAX_DEPTH = 64;
/** Bytes of a binary value that are shown. */
const SHOWN_BYTES = 32;

/** Text that needs no quotes and cannot be taken for another type. */
const BARE = /^[A-Za-z_/.#@%$&*+:~^!?|\\-][\w/.#@%$&*+:;~^!?|\\()<>-]*$/;
const WORDS_OF_OTHER_TYPES = /^(?:true|false|null|undefined|NaN|-?Infinity|-[\d.].*|\.\d.*)$/;
const BARE_KEY = /^[\w$.-]+$/;

/** The value of `key=value`. */
export function valueText(value: unknown): string {
  if (typeof value === 'string') {
    return BARE.test(value) && !WORDS_OF_OTHER_TYPES.test(value) ? value : quoted(value);
  }
  return nestedText(value, 0);
}

/** The key of `key=value`. */
export function keyText(key: string): string {
  return BARE_KEY.test(key) ? key : quoted(key);
}

/** An object that is nothing but its properties, by the quickest test there is. */
export function isPlainObject(value: object): value is { [key: string]: unknown } {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

export function isTypedArray(
  value: unknown,
): value is ArrayLike<number | bigint> & ArrayBufferView {
  return ArrayBuffer.isView(value) && !(value instanceof DataView);
}

/** `TypeError: message`, from a value that may not be a whole Error. */
export function errorTitle(error: Error): string {
  const name = typeof error.name === 'string' && error.name !== '' ? error.name : 'Error';
  const message = typeof error.message === 'string' ? error.message : '';
  return message === '' ? name : `${name}: ${message}`;
}

function nestedText(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${value}n`;
    case 'object':
      return value === null ? 'null' : objectText(value, depth);
    default:
      return printable(String(value));
  }
}

function objectText(value: object, depth: number): string {
  if (depth >= MAX_DEPTH) return '…';
  if (isPlainObject(value)) return plainObjectText(value, depth);
  if (value instanceof Mark) return markText(value, depth);
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? '(invalid date)' : value.toISOString();
  }
  if (value instanceof Error) return `[${printable(errorTitle(value))}]`;
  if (Array.isArray(value)) return arrayText(value, depth);
  if (value instanceof Map) {
    const entries = [...value].map(
      ([key, item]) => `${nestedText(key, depth + 1)} => ${nestedText(item, depth + 1)}`,
    );
    return `Map{${entries.join(', ')}}`;
  }
  if (value instanceof Set) {
    return `Set{${[...value].map((item) => nestedText(item, depth + 1)).join(', ')}}`;
  }
  return isTypedArray(value) ? typedArrayText(value) : `[${printable(value.constructor.name)}]`;
}

function plainObjectText(object: { [key: string]: unknown }, depth: number): string {
  let text = '';
  for (const key of Object.keys(object)) {
    text += `${text === '' ? '{' : ', '}${keyText(key)}: ${nestedText(object[key], depth + 1)}`;
  }
  return text === '' ? '{}' : `${text}}`;
}

function arrayText(array: readonly unknown[], depth: number): string {
  let text = '[';
  for (let index = 0; index < array.length; index++) {
    if (index > 0) text += ', ';
    text += index in array ? nestedText(array[index], depth + 1) : '(hole)';
  }
  return `${text}]`;
}

function typedArrayText(array: ArrayLike<number | bigint> & ArrayBufferView): string {
  const name = array.constructor.name;
  const { length } = array;
  const more = length > SHOWN_BYTES ? '…' : '';
  if (array instanceof Uint8Array) {
    const shown = array.subarray(0, SHOWN_BYTES);
    return `${name}(${length})${length === 0 ? '' : ` 0x${Buffer.from(shown).toString('hex')}${more}`}`;
  }
  const shown = Array.from({ length: Math.min(length, SHOWN_BYTES) }, (_, index) => array[index]);
  return `${name}(${length}) [${shown.join(', ')}${more}]`;
}

/** A cut value shows what was kept; a mark of its own says what it stands for. */
function markText(mark: Mark, depth: number): string {
  if (mark.kind !== 'cut' || typeof mark.value === 'string') return printable(mark.toString());
  return nestedText(mark.value, depth + 1) + cutNote(mark);
}

/** `[cut, 1000 in all]`. */
export function cutNote(mark: Mark): string {
  return `[cut${mark.originalSize === null ? '' : `, ${mark.originalSize} in all`}]`;
}
