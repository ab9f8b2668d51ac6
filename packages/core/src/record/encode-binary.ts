/**
 * How typed arrays and buffers become CBOR: byte strings, under a tag of RFC 8746 where the
 * elements are more than bytes. Big-endian machines are not supported.
 */

import type { ByteViews } from '../memory/byte-views.ts';
import { cutBytes, encodeCutAway, openCut } from './encode-scalar.ts';
import { max, min, uncurryGetter } from './intrinsics.ts';
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
import { headLength, MAJOR_BYTES, MAJOR_TAG, MAJOR_UNSIGNED, writeHead } from './write-head.ts';

interface ElementKind {
  readonly tag: number;
  readonly elementBytes: number;
}

/** By the name that the inner slot of a typed array gives. */
const ELEMENT_KINDS: { readonly [name: string]: ElementKind } = {
  __proto__: null as never,
  Uint8ClampedArray: { tag: TAG_UINT8_CLAMPED, elementBytes: 1 },
  Uint16Array: { tag: TAG_UINT16_LE, elementBytes: 2 },
  Uint32Array: { tag: TAG_UINT32_LE, elementBytes: 4 },
  BigUint64Array: { tag: TAG_UINT64_LE, elementBytes: 8 },
  Int8Array: { tag: TAG_INT8, elementBytes: 1 },
  Int16Array: { tag: TAG_INT16_LE, elementBytes: 2 },
  Int32Array: { tag: TAG_INT32_LE, elementBytes: 4 },
  BigInt64Array: { tag: TAG_INT64_LE, elementBytes: 8 },
  Float32Array: { tag: TAG_FLOAT32_LE, elementBytes: 4 },
  Float64Array: { tag: TAG_FLOAT64_LE, elementBytes: 8 },
};
/** Uint8Array, buffers, and kinds of typed array that have no tag. */
const PLAIN_BYTES: ElementKind = { tag: 0, elementBytes: 1 };
/** All of these tags lie between 24 and 255. */
const ELEMENT_TAG_BYTES = 2;

const TypedArray = Object.getPrototypeOf(Uint8Array) as { prototype: Uint8Array };
// Typed arrays may be subclassed, with getters that lie or throw; these read the inner slots.
const elementName: (self: object) => string | undefined = uncurryGetter(
  TypedArray.prototype,
  Symbol.toStringTag,
);
const typedBuffer: (self: object) => ArrayBufferLike = uncurryGetter(
  TypedArray.prototype,
  'buffer',
);
const typedOffset: (self: object) => number = uncurryGetter(TypedArray.prototype, 'byteOffset');
const typedLength: (self: object) => number = uncurryGetter(TypedArray.prototype, 'byteLength');
const viewBuffer: (self: object) => ArrayBufferLike = uncurryGetter(DataView.prototype, 'buffer');
const viewOffset: (self: object) => number = uncurryGetter(DataView.prototype, 'byteOffset');
const viewLength: (self: object) => number = uncurryGetter(DataView.prototype, 'byteLength');
const { isView } = ArrayBuffer;

/**
 * Writes a typed array, DataView, ArrayBuffer or SharedArrayBuffer, of which at most `maxBytes`
 * are kept. Throws for a DataView over a detached buffer; typed arrays over one are empty.
 */
export function encodeBinary(
  target: ByteViews,
  position: number,
  limit: number,
  binary: object,
  maxBytes: number,
): number {
  const name = elementName(binary);
  const { tag, elementBytes } = (name !== undefined && ELEMENT_KINDS[name]) || PLAIN_BYTES;
  const bytes = bytesOf(binary, name !== undefined);
  const size = bytes.byteLength;
  const tagBytes = tag === 0 ? 0 : ELEMENT_TAG_BYTES;
  const room = limit - position - tagBytes;
  if (size <= maxBytes && headLength(size) + size <= room) {
    return writeBytes(target.u8, position, tag, bytes);
  }
  const roomWhenCut = room - cutBytes(size);
  const mostBytes = min(maxBytes, roomWhenCut - headLength(max(roomWhenCut, 0)));
  if (mostBytes < elementBytes) return encodeCutAway(target, position, limit, size);
  const kept = bytes.subarray(0, mostBytes - (mostBytes % elementBytes));
  const next = writeBytes(target.u8, openCut(target.u8, position), tag, kept);
  return writeHead(target.u8, next, MAJOR_UNSIGNED, size);
}

function bytesOf(binary: object, isTyped: boolean): Uint8Array {
  if (isTyped) {
    const length = typedLength(binary);
    // Out of bounds or detached; asking for the buffer's bytes would throw.
    if (length === 0) return new Uint8Array(0);
    return new Uint8Array(typedBuffer(binary), typedOffset(binary), length);
  }
  if (isView(binary)) {
    return new Uint8Array(viewBuffer(binary), viewOffset(binary), viewLength(binary));
  }
  return new Uint8Array(binary as ArrayBuffer);
}

function writeBytes(u8: Uint8Array, position: number, tag: number, bytes: Uint8Array): number {
  let next = tag === 0 ? position : writeHead(u8, position, MAJOR_TAG, tag);
  next = writeHead(u8, next, MAJOR_BYTES, bytes.byteLength);
  u8.set(bytes, next);
  return next + bytes.byteLength;
}
