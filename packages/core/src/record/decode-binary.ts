/**
 * Binary content to values: bignums, typed arrays and half-precision floats. What the bytes are
 * comes from the tag before them, which decode-value.ts reads.
 */

import { DecodeError } from './decode-error.ts';
import {
  TAG_FLOAT32_LE,
  TAG_FLOAT64_LE,
  TAG_INT8,
  TAG_INT16_LE,
  TAG_INT32_LE,
  TAG_INT64_LE,
  TAG_UINT8_CLAMPED,
  TAG_UINT16_LE,
  TAG_UINT32_LE,
  TAG_UINT64_LE,
} from './tags.ts';

/** Caps the one conversion whose time grows faster than its input. */
const MAX_BIGNUM_BYTES = 64 * 1024;
/** A number holds so many exactly. */
const MAX_SHORT_BYTES = 6;

type TypedArrayClass = new (buffer: ArrayBuffer) => ArrayBufferView;

const TYPED_ARRAYS: ReadonlyMap<number, readonly [TypedArrayClass, elementBytes: number]> = new Map<
  number,
  readonly [TypedArrayClass, number]
>([
  [TAG_UINT8_CLAMPED, [Uint8ClampedArray, 1]],
  [TAG_UINT16_LE, [Uint16Array, 2]],
  [TAG_UINT32_LE, [Uint32Array, 4]],
  [TAG_UINT64_LE, [BigUint64Array, 8]],
  [TAG_INT8, [Int8Array, 1]],
  [TAG_INT16_LE, [Int16Array, 2]],
  [TAG_INT32_LE, [Int32Array, 4]],
  [TAG_INT64_LE, [BigInt64Array, 8]],
  [TAG_FLOAT32_LE, [Float32Array, 4]],
  [TAG_FLOAT64_LE, [Float64Array, 8]],
]);

/** Whether the tag says that a byte string is a typed array. */
export function isTypedArrayTag(tag: number): boolean {
  return TYPED_ARRAYS.has(tag);
}

/** A typed array of its own memory, so that it is aligned and keeps no segment alive. */
export function decodeTypedArray(tag: number, bytes: Uint8Array, offset: number): ArrayBufferView {
  const [TypedArray, elementBytes] = TYPED_ARRAYS.get(tag)!;
  if (bytes.length % elementBytes !== 0) {
    throw new DecodeError('a typed array ends in the middle of an element', offset);
  }
  return new TypedArray(bytes.buffer as ArrayBuffer);
}

/** The number n of tag 2, big-endian. By way of hexadecimal, which BigInt reads in linear time. */
export function decodeBignum(bytes: Uint8Array, offset: number): bigint {
  if (bytes.length > MAX_BIGNUM_BYTES) {
    throw new DecodeError(`a bigint of ${bytes.length} bytes is refused`, offset);
  }
  if (bytes.length <= MAX_SHORT_BYTES) {
    // Thousands stand at the beginnings of a recording's segments.
    let value = 0;
    for (const byte of bytes) value = value * 256 + byte;
    return BigInt(value);
  }
  return BigInt(`0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`);
}

/** IEEE 754 binary16. */
export function decodeFloat16(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}
