/**
 * How a string becomes CBOR text: a fast path for short ASCII, `utf8Write` for the rest, WTF-8
 * under its tag where surrogates stand alone, and a cut where there are too many bytes.
 */

import type { ByteViews } from '../memory/byte-views.ts';
import { max, min, uncurry } from './intrinsics.ts';
import { TAG_CUT, TAG_WTF8 } from './tags.ts';
import {
  CBOR_NULL,
  headLength,
  MAJOR_ARRAY,
  MAJOR_BYTES,
  MAJOR_TAG,
  MAJOR_TEXT,
  MAJOR_UNSIGNED,
  PRIVATE_TAG_BYTES,
  writeHead,
} from './write-head.ts';

/** `encodeText` needs this much room to say at least that a text was cut. */
export const MIN_TEXT_BYTES: number = PRIVATE_TAG_BYTES + 3;

/** Up to this length a loop over characters is faster than the call of `utf8Write`. */
const SHORT_TEXT_LENGTH = 24;
const WTF8_TAG_BYTES = 3;
/**
 * Of a longer text nothing is kept. V8 cannot read the beginning of a text that was joined from
 * parts without copying all of it into one piece: 40 ms and 100 MB for 10^8 characters (Node 20),
 * which may be more memory than the application has left.
 */
export const MAX_READ_LENGTH: number = 1 << 27;
/** Of the name of a function, the message of what was thrown. */
const MAX_LABEL_BYTES = 256;

/** In every runtime with Node's Buffer, though in no type definition. */
interface Utf8Target {
  utf8Write(text: string, offset: number, lengthBytes: number): number;
}

// As they were when ttlog was loaded, whatever the application does to prototypes later.
const utf8ByteLength = Buffer.byteLength;
const isWellFormed = uncurry(String.prototype.isWellFormed);
const toWellFormed = uncurry(String.prototype.toWellFormed);

/**
 * Writes `text` as one CBOR item that ends at or before `limit`, which leaves MIN_TEXT_BYTES at
 * least, and returns its end. What has more than `maxBytes` bytes of UTF-8, or does not fit, is
 * cut between code points and marked (see `isCut`). Of a long text only the beginning is read.
 */
export function encodeText(
  target: ByteViews,
  position: number,
  limit: number,
  text: string,
  maxBytes: number,
): number {
  const length = text.length;
  if (length < SHORT_TEXT_LENGTH && length < limit - position && length <= maxBytes) {
    const u8 = target.u8;
    let next = position + 1;
    let index = 0;
    for (; index < length; index++) {
      const unit = text.charCodeAt(index);
      if (unit > 0x7f) break;
      u8[next++] = unit;
    }
    if (index === length) {
      u8[position] = (MAJOR_TEXT << 5) | length;
      return next;
    }
  }
  return encodeLongText(target, position, limit, text, maxBytes);
}

/** Whether the item that was just written at `position` is a TAG_CUT. */
export function isCut(u8: Uint8Array, position: number): boolean {
  return u8[position] === ((MAJOR_TAG << 5) | 26) && u8[position + 4] === (TAG_CUT & 0xff);
}

/**
 * Writes a text that stands inside a mark: well-formed in any case, short, and shortened without
 * a mark of its own. Needs one byte of room.
 */
export function encodeLabel(
  target: ByteViews,
  position: number,
  limit: number,
  text: string,
  maxBytes: number = MAX_LABEL_BYTES,
): number {
  const available = limit - position;
  const room = min(maxBytes, available - headLength(available));
  const kept = text.slice(0, fittingLength(text, room));
  return writePlain(target, position, isWellFormed(kept) ? kept : toWellFormed(kept));
}

function encodeLongText(
  target: ByteViews,
  position: number,
  limit: number,
  text: string,
  maxBytes: number,
): number {
  const length = text.length;
  // A unit of UTF-16 takes one byte at least, so a longer text need not be looked at.
  if (length <= maxBytes && length < limit - position) {
    const wellFormed = isWellFormed(text);
    // And three bytes at most; only near a cap does it have to be counted.
    let bytes = length * 3;
    const overhead = wellFormed ? 0 : WTF8_TAG_BYTES;
    if (bytes > maxBytes || overhead + headLength(bytes) + bytes > limit - position) {
      bytes = utf8ByteLength(text);
    }
    if (bytes <= maxBytes && overhead + headLength(bytes) + bytes <= limit - position) {
      return wellFormed ? writePlain(target, position, text) : writeWtf8(target, position, text);
    }
  }
  return encodeCutText(target, position, limit, text, length, maxBytes);
}

/** `[the beginning of what is left of it, length of all]` under TAG_CUT. */
export function encodeCutText(
  target: ByteViews,
  position: number,
  limit: number,
  text: string,
  length: number,
  maxBytes: number,
): number {
  const u8 = target.u8;
  let next = writeHead(u8, position, MAJOR_TAG, TAG_CUT);
  next = writeHead(u8, next, MAJOR_ARRAY, 2);
  const sizeBytes = headLength(length);
  if (limit - next < 1 + sizeBytes || length > MAX_READ_LENGTH) {
    u8[next++] = CBOR_NULL;
    if (limit - next >= sizeBytes) return writeHead(u8, next, MAJOR_UNSIGNED, length);
    u8[next++] = CBOR_NULL;
    return next;
  }
  const room = limit - next - sizeBytes - WTF8_TAG_BYTES;
  const keptBytes = max(min(maxBytes, room - headLength(max(room, 0))), 0);
  const kept = text.slice(0, fittingLength(text, keptBytes));
  next = isWellFormed(kept) ? writePlain(target, next, kept) : writeWtf8(target, next, kept);
  return writeHead(u8, next, MAJOR_UNSIGNED, length);
}

/** How many units of `text` make whole code points of at most `maxBytes` bytes together. */
function fittingLength(text: string, maxBytes: number): number {
  const length = min(text.length, maxBytes);
  let bytes = 0;
  let index = 0;
  while (index < length) {
    const unit = text.charCodeAt(index);
    let size = unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
    const isPair = isHighSurrogate(unit) && isLowSurrogate(text.charCodeAt(index + 1));
    if (isPair) size = 4;
    if (bytes + size > maxBytes) break;
    bytes += size;
    index += isPair ? 2 : 1;
  }
  return index;
}

/** A well-formed text for which there is room, whatever it has of it. */
function writePlain(target: ByteViews, position: number, text: string): number {
  const u8 = target.u8;
  // The head is first placed as for ASCII; more bytes than characters may need a longer one.
  const assumedBytes = headLength(text.length);
  const start = position + assumedBytes;
  const text8 = target.text as Buffer & Utf8Target;
  const written = text8.utf8Write(text, start, text8.length - start);
  const headBytes = headLength(written);
  if (headBytes !== assumedBytes) {
    u8.copyWithin(position + headBytes, start, start + written);
  }
  return writeHead(u8, position, MAJOR_TEXT, written) + written;
}

/** As UTF-8, but a surrogate that stands alone is encoded like any other unit. */
function writeWtf8(target: ByteViews, position: number, text: string): number {
  const u8 = target.u8;
  let next = writeHead(u8, position, MAJOR_TAG, TAG_WTF8);
  next = writeHead(u8, next, MAJOR_BYTES, utf8ByteLength(text));
  for (let index = 0; index < text.length; index++) {
    const code = text.codePointAt(index) as number;
    if (code < 0x80) {
      u8[next++] = code;
      continue;
    }
    if (code < 0x800) {
      u8[next++] = 0xc0 | (code >> 6);
    } else {
      if (code < 0x10000) {
        u8[next++] = 0xe0 | (code >> 12);
      } else {
        index++;
        u8[next++] = 0xf0 | (code >> 18);
        u8[next++] = 0x80 | ((code >> 12) & 0x3f);
      }
      u8[next++] = 0x80 | ((code >> 6) & 0x3f);
    }
    u8[next++] = 0x80 | (code & 0x3f);
  }
  return next;
}

function isHighSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}

function isLowSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00;
}
