/**
 * How values without parts become CBOR: numbers, bigints, dates, and the marks for what cannot
 * be stored. The caller leaves MIN_VALUE_BYTES of room; none of these looks at an object.
 */

import type { ByteViews } from '../memory/byte-views.ts';
import { encodeLabel } from './encode-text.ts';
import { abs, isSafeInteger } from './intrinsics.ts';
import {
  TAG_CUT,
  TAG_EPOCH_DATE,
  TAG_NEGATIVE_BIGNUM,
  TAG_POSITIVE_BIGNUM,
  TAG_WIDE_DATE,
} from './tags.ts';
import {
  CBOR_FALSE,
  CBOR_FLOAT64,
  CBOR_NULL,
  CBOR_TRUE,
  CBOR_UNDEFINED,
  headLength,
  MAJOR_ARRAY,
  MAJOR_BYTES,
  MAJOR_NEGATIVE,
  MAJOR_TAG,
  MAJOR_UNSIGNED,
  PRIVATE_TAG_BYTES,
  writeHead,
} from './write-head.ts';

/** Holds any number, any date, `[Redacted]`, and the mark that a value was cut away. */
export const MIN_VALUE_BYTES = 14;

/** Dates beyond are not exact to the millisecond as float64 seconds. */
const MAX_EPOCH_DATE_MS = 2 ** 51;

/** The text `[Redacted]`. */
const REDACTED_ITEM = Uint8Array.from(Buffer.from('\x6a[Redacted]', 'latin1'));

export function encodeSimple(
  target: ByteViews,
  position: number,
  value: boolean | null | undefined,
): number {
  let simple = value ? CBOR_TRUE : CBOR_FALSE;
  if (value === null) simple = CBOR_NULL;
  else if (value === undefined) simple = CBOR_UNDEFINED;
  target.u8[position] = simple;
  return position + 1;
}

export function encodeNumber(target: ByteViews, position: number, value: number): number {
  const u8 = target.u8;
  const isNegativeZero = value === 0 && 1 / value < 0;
  if (isSafeInteger(value) && !isNegativeZero) {
    if (value >= 0) return writeHead(u8, position, MAJOR_UNSIGNED, value);
    return writeHead(u8, position, MAJOR_NEGATIVE, -1 - value);
  }
  return encodeFloat(target, position, value);
}

function encodeFloat(target: ByteViews, position: number, value: number): number {
  target.u8[position] = CBOR_FLOAT64;
  target.view.setFloat64(position + 1, value);
  return position + 9;
}

/** Epoch milliseconds, or NaN for an invalid date. */
export function encodeDate(target: ByteViews, position: number, ms: number): number {
  const u8 = target.u8;
  if (abs(ms) <= MAX_EPOCH_DATE_MS) {
    return encodeFloat(target, writeHead(u8, position, MAJOR_TAG, TAG_EPOCH_DATE), ms / 1000);
  }
  const next = writeHead(u8, position, MAJOR_TAG, TAG_WIDE_DATE);
  if (isSafeInteger(ms)) return encodeNumber(target, next, ms);
  u8[next] = CBOR_NULL;
  return next + 1;
}

/** Under tag 2 or 3 whatever its size; cut away where it has no room or reaches `bound`. */
export function encodeBigInt(
  target: ByteViews,
  position: number,
  limit: number,
  value: bigint,
  bound: bigint,
): number {
  // Compares lengths first, so a huge bigint is neither copied nor converted.
  if (value >= bound || value < -bound) return encodeCutAway(target, position, limit, null);
  // Nanoseconds since 1970 are such: eight bytes, with no need of digits.
  if (value >= EIGHT_BYTES && value < NINE_BYTES && limit - position >= 10) {
    target.u8[position] = POSITIVE_BIGNUM_HEAD;
    target.u8[position + 1] = EIGHT_BYTE_STRING_HEAD;
    target.view.setBigUint64(position + 2, value);
    return position + 10;
  }
  const isNegative = value < 0n;
  const magnitude = isNegative ? ~value : value;
  const digits = magnitude === 0n ? '' : magnitude.toString(16);
  const lengthBytes = (digits.length + 1) >> 1;
  if (1 + headLength(lengthBytes) + lengthBytes > limit - position) {
    return encodeCutAway(target, position, limit, lengthBytes);
  }
  const u8 = target.u8;
  const tag = isNegative ? TAG_NEGATIVE_BIGNUM : TAG_POSITIVE_BIGNUM;
  let next = writeHead(u8, position, MAJOR_TAG, tag);
  next = writeHead(u8, next, MAJOR_BYTES, lengthBytes);
  let digit = 0;
  if ((digits.length & 1) === 1) u8[next++] = hexDigit(digits.charCodeAt(digit++));
  while (digit < digits.length) {
    const high = hexDigit(digits.charCodeAt(digit));
    u8[next++] = (high << 4) | hexDigit(digits.charCodeAt(digit + 1));
    digit += 2;
  }
  return next;
}

const EIGHT_BYTES = 1n << 56n;
const NINE_BYTES = 1n << 64n;
const POSITIVE_BIGNUM_HEAD = (MAJOR_TAG << 5) | TAG_POSITIVE_BIGNUM;
const EIGHT_BYTE_STRING_HEAD = (MAJOR_BYTES << 5) | 8;

/** Of a lower-case hexadecimal digit: letters are nine further on than their low four bits say. */
function hexDigit(unit: number): number {
  return unit < 0x40 ? unit & 0xf : (unit & 0xf) + 9;
}

/** A private tag over a text that says what stood here. */
export function encodeMark(
  target: ByteViews,
  position: number,
  limit: number,
  tag: number,
  label: string,
): number {
  const next = writeHead(target.u8, position, MAJOR_TAG, tag);
  return encodeLabel(target, next, limit, label);
}

/** A private tag over null: a hole, a cycle. */
export function encodeNullMark(target: ByteViews, position: number, tag: number): number {
  const next = writeHead(target.u8, position, MAJOR_TAG, tag);
  target.u8[next] = CBOR_NULL;
  return next + 1;
}

export function encodeRedacted(target: ByteViews, position: number): number {
  target.u8.set(REDACTED_ITEM, position);
  return position + REDACTED_ITEM.length;
}

/** Begins `[what is kept, original size]`; the caller writes both. */
export function openCut(u8: Uint8Array, position: number): number {
  return writeHead(u8, writeHead(u8, position, MAJOR_TAG, TAG_CUT), MAJOR_ARRAY, 2);
}

/** A value of which nothing is kept, with its size where that is known and has room. */
export function encodeCutAway(
  target: ByteViews,
  position: number,
  limit: number,
  size: number | null,
): number {
  const u8 = target.u8;
  const next = openCut(u8, position);
  u8[next] = CBOR_NULL;
  if (size !== null && headLength(size) < limit - next) {
    return writeHead(u8, next + 1, MAJOR_UNSIGNED, size);
  }
  u8[next + 1] = CBOR_NULL;
  return next + 2;
}

/** What `openCut` and the size after it take. */
export function cutBytes(size: number): number {
  return PRIVATE_TAG_BYTES + 1 + headLength(size);
}
