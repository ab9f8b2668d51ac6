/**
 * One block of LZ4 sequences to bytes, for input that anyone may have made: every length and
 * offset is checked before it is used. Frames are lz4-frame.ts's affair.
 */

import { Lz4Error } from './lz4-error.ts';

const MIN_MATCH_BYTES = 4;
/** In the token: more bytes of the length follow. */
const LENGTH_FOLLOWS = 15;
/** Below this a loop is faster than entering `set` or `copyWithin` (0.1 us, Node 20.20). */
const NATIVE_COPY_BYTES = 48;

/**
 * Decodes the block source[start, end) into `target` from `targetStart` on, not beyond
 * `targetEnd`, and returns where it ended. Matches reach back to `windowStart` at most. With
 * `isPrefix` a block that holds more than there is room for is no error: the rest is left out.
 */
export function decodeLz4Block(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  targetStart: number,
  targetEnd: number,
  windowStart: number,
  isPrefix: boolean,
): number {
  let at = start;
  let out = targetStart;
  for (;;) {
    if (at >= end) throw new Lz4Error('a block ends before its last literals');
    const token = source[at++];
    let literals = token >> 4;
    if (literals === LENGTH_FOLLOWS) {
      let more: number;
      do {
        if (at >= end) throw new Lz4Error('a block ends in the middle of a length');
        more = source[at++];
        literals += more;
      } while (more === 255);
    }
    if (literals > end - at) throw new Lz4Error('literals run past the end of their block');
    if (literals > targetEnd - out) {
      if (!isPrefix) throw new Lz4Error('a block holds more than it should');
      literals = targetEnd - out;
    }
    copyLiterals(source, at, target, out, literals);
    at += literals;
    out += literals;
    if (at === end || (isPrefix && out === targetEnd)) return out;

    if (end - at < 2) throw new Lz4Error('a block ends in the middle of an offset');
    const offset = source[at] | (source[at + 1] << 8);
    at += 2;
    if (offset === 0 || offset > out - windowStart) {
      throw new Lz4Error('a match begins before the data');
    }
    let match = token & 0x0f;
    if (match === LENGTH_FOLLOWS) {
      let more: number;
      do {
        if (at >= end) throw new Lz4Error('a block ends in the middle of a length');
        more = source[at++];
        match += more;
      } while (more === 255);
    }
    match += MIN_MATCH_BYTES;
    if (match > targetEnd - out) {
      if (!isPrefix) throw new Lz4Error('a block holds more than it should');
      match = targetEnd - out;
    }
    copyMatch(target, out, offset, match);
    out += match;
    if (isPrefix && out === targetEnd) return out;
  }
}

function copyLiterals(
  source: Uint8Array,
  at: number,
  target: Uint8Array,
  out: number,
  length: number,
): void {
  if (length > NATIVE_COPY_BYTES) {
    target.set(source.subarray(at, at + length), out);
  } else {
    for (let i = 0; i < length; i++) target[out + i] = source[at + i];
  }
}

/** A match may overlap what it writes: then its first `offset` bytes repeat. */
function copyMatch(target: Uint8Array, out: number, offset: number, length: number): void {
  const from = out - offset;
  if (length <= NATIVE_COPY_BYTES) {
    for (let i = 0; i < length; i++) target[out + i] = target[from + i];
    return;
  }
  // What is there doubles with each copy, so short offsets take few copies too.
  let copied = 0;
  while (copied < length) {
    const step = Math.min(offset + copied, length - copied);
    target.copyWithin(out + copied, from, from + step);
    copied += step;
  }
}
