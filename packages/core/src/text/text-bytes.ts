/**
 * Recorded values as a person reads them, without a value in between where they are numbers or plain
 * text: the counterpart of json-bytes.ts, by the rules of value.ts.
 */

import { itemEnd } from '../memory/cbor-item.ts';
import type { EventHead } from '../record/event-head.ts';
import { addJsonValue } from './json-bytes.ts';
import type { LineBytes } from './line-bytes.ts';
import { valueText } from './value.ts';

const QUOTE = 0x22;
const FIRST_SIMPLE = 0xe0;
const UNDEFINED = 0xf7;

/** What a byte may be in a text: beside others in quotes, ... */
const QUOTABLE = 1;
/** ... the first or a later one without quotes, ... */
const BARE_FIRST = 2;
const BARE_LATER = 4;
/** ... the first of a number or of a word as `true`, the longest of which is `undefined`. */
const OTHER_TYPE_FIRST = 8;
const LONGEST_WORD = 9;

const CLASSES: Uint8Array = classesOfBytes();

/**
 * Appends the value at `start` as `valueText` shows it, and returns where the next one begins. All of
 * the event has to be there. Throws where the value is damaged.
 */
export function addTextValue(head: EventHead, start: number, target: LineBytes): number {
  const { bytes } = head;
  const first = bytes[start];
  // Integers, true, false and null read like JSON.
  const isLikeJson = first < 0x40 || (first >= FIRST_SIMPLE && first < UNDEFINED);
  if (isLikeJson) return addJsonValue(head, start, target);
  if (first >= 0x60 && first < 0x79) {
    const info = first & 0x1f;
    const textStart = info < 24 ? start + 1 : start + 2;
    const length = info < 24 ? info : bytes[start + 1];
    if (addPlainText(bytes, textStart, length, target)) return textStart + length;
  }
  target.text(valueText(head.valueAt(start)));
  return itemEnd(bytes, start, bytes.length);
}

/** False, and nothing appended, where something has to be escaped, or may look like another type. */
function addPlainText(
  source: Uint8Array,
  start: number,
  length: number,
  target: LineBytes,
): boolean {
  const firstClass = length === 0 ? 0 : CLASSES[source[start]];
  if ((firstClass & OTHER_TYPE_FIRST) !== 0 && (length <= LONGEST_WORD || isSign(source[start]))) {
    return false;
  }
  target.reserve(length + 2);
  const { bytes } = target;
  let common = firstClass & QUOTABLE;
  if ((firstClass & BARE_FIRST) !== 0) common |= BARE_LATER;
  let at = target.length;
  for (let i = start; i < start + length; i++) {
    // The first may not be what a later one may.
    if (i > start) common &= CLASSES[source[i]];
    bytes[at++] = source[i];
  }
  if ((common & BARE_LATER) !== 0) {
    target.length = at;
    return true;
  }
  if ((common & QUOTABLE) === 0) return false;
  bytes.copyWithin(target.length + 1, target.length, at);
  bytes[target.length] = QUOTE;
  bytes[at + 1] = QUOTE;
  target.length = at + 2;
  return true;
}

function isSign(byte: number): boolean {
  return byte === 0x2d || byte === 0x2e;
}

/** By the expressions of value.ts. Bytes beyond ASCII are nothing. */
function classesOfBytes(): Uint8Array {
  const classes = new Uint8Array(256);
  for (let byte = 0x20; byte < 0x7f; byte++) {
    const text = String.fromCharCode(byte);
    const isLetter = /[A-Za-z_]/.test(text);
    if (text !== '"' && text !== '\\') classes[byte] |= QUOTABLE;
    if (isLetter || '/.#@%$&*+:~^!?|\\-'.includes(text)) classes[byte] |= BARE_FIRST;
    if (/\w/.test(text) || '/.#@%$&*+:;~^!?|\\()<>-'.includes(text)) classes[byte] |= BARE_LATER;
    if ('tfnuNI-.'.includes(text)) classes[byte] |= OTHER_TYPE_FIRST;
  }
  return classes;
}
