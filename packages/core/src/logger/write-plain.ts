/**
 * Plain values (text, numbers, booleans, null, undefined) as CBOR, written in place: what the
 * encoder of all values (record/encode-value.ts) does, for the cases that make up nearly all.
 */

import type { ByteViews } from '../memory/byte-views.ts';
import { encodeText } from '../record/encode-text.ts';
import {
  CBOR_FALSE,
  CBOR_FLOAT64,
  CBOR_NULL,
  CBOR_TRUE,
  CBOR_UNDEFINED,
} from '../record/write-head.ts';
import type { TextMemo } from './text-memo.ts';

/** Returned where a value is not plain, or has no room. */
export const NOT_PLAIN = -2;
/** Returned where the fields are not those of the shape at hand. */
export const OTHER_KEYS = -1;
/** Returned where the event is in the ring. */
export const WRITTEN = 1;

/** Longer text goes the long way, which knows the caps. */
export const MAX_PLAIN_TEXT_UNITS = 256;
/** Whose length is in the head's one byte. */
export const SHORT_TEXT_UNITS = 24;
const MAX_UTF8_BYTES_A_UNIT = 3;
/** Where a cap on text is smaller, nothing is written in place. */
export const MAX_PLAIN_TEXT_BYTES: number = MAX_PLAIN_TEXT_UNITS * MAX_UTF8_BYTES_A_UNIT;
/** With the tag of ill-formed text. */
const MAX_TEXT_HEAD_BYTES = 8;

/**
 * Writes `value` at `position` and returns its end, or NOT_PLAIN. There is room for values that
 * take up to 25 bytes in any case; only longer ones have to look at `limit`.
 */
export function writePlain(
  views: ByteViews,
  position: number,
  limit: number,
  value: unknown,
  memo: TextMemo,
): number {
  const { u8 } = views;
  if (typeof value === 'string') return writeText(views, position, limit, value, memo);
  if (typeof value === 'number') {
    const integer = value | 0;
    if (integer === value && (integer !== 0 || 1 / value > 0)) {
      return integer >= 0
        ? writeUnsigned(u8, position, integer)
        : writeNegative(u8, position, integer);
    }
    if (Number.isSafeInteger(value) && value !== 0) return NOT_PLAIN;
    u8[position] = CBOR_FLOAT64;
    views.view.setFloat64(position + 1, value);
    return position + 9;
  }
  if (typeof value === 'boolean') u8[position] = value ? CBOR_TRUE : CBOR_FALSE;
  else if (value === undefined) u8[position] = CBOR_UNDEFINED;
  else if (value === null) u8[position] = CBOR_NULL;
  else return NOT_PLAIN;
  return position + 1;
}

/** Fewer than 24 ASCII characters, else NOT_PLAIN. */
function writeShortText(views: ByteViews, position: number, text: string, memo: TextMemo): number {
  const { length } = text;
  if (length >= SHORT_TEXT_UNITS) return NOT_PLAIN;
  const { u8 } = views;
  u8[position] = 0x60 | length;
  let p = position + 1;
  let bits = 0;
  for (let i = 0; i < length; i++) {
    const unit = text.charCodeAt(i);
    bits |= unit;
    u8[p++] = unit;
  }
  if (bits >= 0x80) return NOT_PLAIN;
  if (memo.isOpen) memo.remember(views, position, p, text);
  return p;
}

/** As `writePlain`, for text. */
export function writeText(
  views: ByteViews,
  position: number,
  limit: number,
  text: string,
  memo: TextMemo,
): number {
  const end = writeShortText(views, position, text, memo);
  if (end !== NOT_PLAIN) return end;
  const { length } = text;
  const mostBytes = length * MAX_UTF8_BYTES_A_UNIT + MAX_TEXT_HEAD_BYTES;
  if (length > MAX_PLAIN_TEXT_UNITS || position + mostBytes > limit) return NOT_PLAIN;
  return encodeText(views, position, limit, text, limit);
}

/** `value` from 0 to 2^31 - 1. */
export function writeUnsigned(u8: Uint8Array, position: number, value: number): number {
  if (value < 24) {
    u8[position] = value;
    return position + 1;
  }
  if (value < 0x100) {
    u8[position] = 0x18;
    u8[position + 1] = value;
    return position + 2;
  }
  if (value < 0x10000) {
    u8[position] = 0x19;
    u8[position + 1] = value >> 8;
    u8[position + 2] = value;
    return position + 3;
  }
  u8[position] = 0x1a;
  u8[position + 1] = value >>> 24;
  u8[position + 2] = value >>> 16;
  u8[position + 3] = value >>> 8;
  u8[position + 4] = value;
  return position + 5;
}

/** `value` from -2^31 to -1; CBOR has -1 minus it (RFC 8949, 3.1). */
function writeNegative(u8: Uint8Array, position: number, value: number): number {
  const end = writeUnsigned(u8, position, ~value);
  u8[position] |= 0x20;
  return end;
}
