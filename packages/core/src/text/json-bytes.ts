/**
 * Recorded values as JSON without a value in between: numbers and plain text go from CBOR to the
 * line byte by byte, and only what is neither is decoded first.
 */

import { itemEnd } from '../memory/cbor-item.ts';
import type { EventHead } from '../record/event-head.ts';
import { jsonValue } from './json-value.ts';
import { asciiBytes, type LineBytes } from './line-bytes.ts';

const TRUE = asciiBytes('true');
const FALSE = asciiBytes('false');
const NULL = asciiBytes('null');

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Appends the value at `start`, and returns where the next one begins. All of the event has to be
 * there; what its bytes mean may be anything. Throws where the value is damaged.
 */
export function addJsonValue(head: EventHead, start: number, target: LineBytes): number {
  const { bytes } = head;
  const first = bytes[start];
  const info = first & 0x1f;
  if (first < 0x1b) return addSmallInteger(bytes, start, target);
  if (first >= 0x60 && first < 0x7a) {
    const textStart = info < 24 ? start + 1 : start + (info === 24 ? 2 : 3);
    const length =
      info < 24 ? info : info === 24 ? bytes[start + 1] : bytes[start + 1] * 256 + bytes[start + 2];
    if (addPlainText(bytes, textStart, length, target)) return textStart + length;
  } else if (first >= 0xf4 && first <= 0xf7) {
    target.copy(first === 0xf5 ? TRUE : first === 0xf4 ? FALSE : NULL);
    return start + 1;
  }
  target.text(jsonValue(head.valueAt(start)));
  return itemEnd(bytes, start, bytes.length);
}

/** One of up to 32 bits. */
function addSmallInteger(bytes: Uint8Array, start: number, target: LineBytes): number {
  const info = bytes[start];
  if (info < 24) {
    target.integer(info);
    return start + 1;
  }
  const end = start + 1 + (1 << (info - 24));
  let value = 0;
  for (let i = start + 1; i < end; i++) value = value * 256 + bytes[i];
  target.integer(value);
  return end;
}

/** False, and nothing appended, where it is not printable ASCII that JSON takes as it is. */
function addPlainText(
  source: Uint8Array,
  start: number,
  length: number,
  target: LineBytes,
): boolean {
  target.reserve(length + 2);
  const { bytes } = target;
  let at = target.length;
  bytes[at++] = QUOTE;
  for (let i = start; i < start + length; i++) {
    const byte = source[i];
    if (byte < 0x20 || byte > 0x7e || byte === QUOTE || byte === BACKSLASH) return false;
    bytes[at++] = byte;
  }
  bytes[at++] = QUOTE;
  target.length = at;
  return true;
}
