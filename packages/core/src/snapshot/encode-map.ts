/**
 * The maps of a snapshot as CBOR: header, footer, and the preamble of each segment item. cbor-x
 * writes them, and only from copies made here of plain, capped values, since it would write lone
 * surrogates, small bigints and typed arrays in ways that the reader does not take.
 */

import { Encoder, Tag } from 'cbor-x';
import { ByteViews, bufferFrom } from '../memory/byte-views.ts';
import { encodeBigInt, encodeNumber } from '../record/encode-scalar.ts';
import { encodeText } from '../record/encode-text.ts';
import { TAG_NEGATIVE_BIGNUM, TAG_POSITIVE_BIGNUM, TAG_SELF_DESCRIBED } from '../record/tags.ts';
import { MAJOR_MAP, writeHead } from '../record/write-head.ts';
import type { SegmentPreamble, SnapshotFooter, SnapshotHeader } from './recording.ts';

/** A header whose error is CBOR already, written by the encoder of logged values. */
export type EncodedHeader = Omit<SnapshotHeader, 'error'> & { errorCbor: Uint8Array | null };

/** UTF-16 units kept of a text, such as a hostile service name. */
const MAX_TEXT_UNITS = 4096;
/** Levels of nesting kept; the deepest field of a header is at 4. */
const MAX_DEPTH = 8;

const CBOR_NULL = Uint8Array.of(0xf6);
const MAP_HEAD = 0xa0;
/** Maps with up to 23 entries have their length in the first byte. */
const MAX_SHORT_LENGTH = 23;
const ONE_BYTE_LENGTH = 24;

const SCRATCH_BYTES = 512;
/** Nothing that is encoded here runs code of the application, so one is enough. */
const scratch = new ByteViews(new ArrayBuffer(SCRATCH_BYTES));
const MAX_U64 = 1n << 64n;

const encoder = new Encoder({ useRecords: false, variableMapSize: true, tagUint8Array: false });

/** The header map under the tag that marks self-described CBOR. */
export function encodeHeaderMap(header: EncodedHeader): Uint8Array {
  const { errorCbor, ...others } = header;
  const parts: Uint8Array[] = [];
  for (const [key, value] of Object.entries(others)) parts.push(encode(key), encode(value));
  parts.push(encode('error'), errorCbor ?? CBOR_NULL);
  return joinBytes([selfDescribedMapHead(parts.length / 2), ...parts]);
}

export function encodeFooterMap(footer: SnapshotFooter): Uint8Array {
  return encode(footer);
}

/**
 * By hand, since there is one for every segment: cbor-x takes 9 µs for what takes 2 here (Node
 * 20.20).
 */
export function encodePreamble(preamble: SegmentPreamble): Uint8Array {
  const { u8 } = scratch;
  const entries = Object.entries(preamble);
  let position = writeHead(u8, 0, MAJOR_MAP, entries.length);
  for (const [key, value] of entries as [string, number | bigint][]) {
    position = encodeText(scratch, position, SCRATCH_BYTES, key, SCRATCH_BYTES);
    position =
      typeof value === 'bigint'
        ? encodeBigInt(scratch, position, SCRATCH_BYTES, value, MAX_U64)
        : encodeNumber(scratch, position, value);
  }
  return u8.slice(0, position);
}

/** Any map of plain values, capped. */
export function encodeMap(map: { readonly [key: string]: unknown }): Uint8Array {
  return encode(map);
}

export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  let lengthBytes = 0;
  for (const part of parts) lengthBytes += part.length;
  const joined = new Uint8Array(lengthBytes);
  let position = 0;
  for (const part of parts) {
    joined.set(part, position);
    position += part.length;
  }
  return joined;
}

function encode(value: unknown): Uint8Array {
  let plain: unknown = null;
  try {
    plain = toPlain(value, 0);
  } catch {
    // A proxy or a getter. A field less is better than a snapshot less.
  }
  // cbor-x returns a window onto a buffer that it goes on using.
  return Uint8Array.from(encoder.encode(plain));
}

function selfDescribedMapHead(entries: number): Uint8Array {
  const tag = [0xd9, TAG_SELF_DESCRIBED >> 8, TAG_SELF_DESCRIBED & 0xff];
  if (entries <= MAX_SHORT_LENGTH) return Uint8Array.of(...tag, MAP_HEAD | entries);
  return Uint8Array.of(...tag, MAP_HEAD | ONE_BYTE_LENGTH, entries);
}

/** A copy that holds only null, booleans, numbers, well-formed text, bignums, arrays and maps. */
function toPlain(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      return value.slice(0, MAX_TEXT_UNITS).toWellFormed();
    case 'number':
    case 'boolean':
      return value;
    case 'bigint':
      return toBignum(value);
    case 'object':
      if (value === null || depth === MAX_DEPTH) return null;
      if (Array.isArray(value)) return value.map((item) => toPlain(item, depth + 1));
      return toPlainMap(value, depth);
    default:
      return null;
  }
}

function toPlainMap(value: object, depth: number): { [key: string]: unknown } {
  const plain: { [key: string]: unknown } = {};
  for (const [key, item] of Object.entries(value)) {
    // An own `__proto__` would change the copy's prototype instead of becoming an entry.
    if (key === '__proto__' || item === undefined) continue;
    plain[toPlain(key, depth) as string] = toPlain(item, depth + 1);
  }
  return plain;
}

/** Always a bignum, so that the reader gives a bigint back whatever its size. */
function toBignum(value: bigint): Tag {
  const magnitude = value < 0n ? -1n - value : value;
  let hex = magnitude === 0n ? '' : magnitude.toString(16);
  if (hex.length % 2 === 1) hex = `0${hex}`;
  // A copy, since in a `vm` context Buffer may be no Uint8Array to cbor-x, but a list of numbers.
  const bytes = Uint8Array.from(bufferFrom(hex, 'hex'));
  return new Tag(bytes, value < 0n ? TAG_NEGATIVE_BIGNUM : TAG_POSITIVE_BIGNUM);
}
