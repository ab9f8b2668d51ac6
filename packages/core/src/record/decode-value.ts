/**
 * CBOR to values, for bytes that anyone may have made: strict, iterative, bounded. Takes what
 * ttlog writes, which is definite lengths and the tags of tags.ts, and refuses all else. What a
 * record is made of is decode-segment.ts's affair.
 */

import { decodeBignum, decodeTypedArray, isTypedArrayTag } from './decode-binary.ts';
import { DecodeError } from './decode-error.ts';
import {
  BECOMES_ARRAY,
  BECOMES_CUT,
  BECOMES_ERROR,
  BECOMES_MAP,
  BECOMES_OBJECT,
  BECOMES_SET,
  Frame,
  HOLE,
} from './decode-frame.ts';
import {
  HeadReader,
  MAJOR_ARRAY,
  MAJOR_BYTES,
  MAJOR_MAP,
  MAJOR_NEGATIVE,
  MAJOR_TAG,
  MAJOR_TEXT,
  MAJOR_UNSIGNED,
} from './decode-head.ts';
import { decodeWtf8 } from './decode-text.ts';
import { Mark, type MarkKind } from './marks.ts';
import {
  TAG_CIRCULAR,
  TAG_CUT,
  TAG_EPOCH_DATE,
  TAG_ERROR,
  TAG_FUNCTION,
  TAG_HOLE,
  TAG_MAP,
  TAG_NEGATIVE_BIGNUM,
  TAG_NOT_EVALUATED,
  TAG_OPAQUE,
  TAG_POSITIVE_BIGNUM,
  TAG_SET,
  TAG_SYMBOL,
  TAG_THREW,
  TAG_WIDE_DATE,
  TAG_WTF8,
} from './tags.ts';

/** Containers in containers; the writer's own cap is far below. */
const MAX_DEPTH = 64;
/**
 * What one value may make the decoder allocate, in units of some 16 bytes, beside texts and
 * binary, which are as long as their bytes. Twenty bytes of file could otherwise claim gigabytes.
 */
export const DEFAULT_BUDGET: number = 1 << 22;
/** By what a container becomes: array, Set, cut, object, Error, Map. */
const CONTAINER_COSTS: readonly number[] = [2, 16, 6, 4, 32, 16];
const ELEMENT_COST = 1;
/** A key, its place in the object, and growth by doubling. */
const ENTRY_COST = 8;

/** Result of `readItem` that is no value: a container has begun. */
const BEGUN: symbol = Symbol('begun');

const TEXT_MARKS: ReadonlyMap<number, MarkKind> = new Map<number, MarkKind>([
  [TAG_THREW, 'threw'],
  [TAG_FUNCTION, 'function'],
  [TAG_SYMBOL, 'symbol'],
  [TAG_OPAQUE, 'opaque'],
  [TAG_NOT_EVALUATED, 'not-evaluated'],
]);

/**
 * Reads one CBOR item after another. Throws DecodeError, and nothing else, at what is not ours;
 * then `position` has to be set before it reads on.
 */
export class ValueDecoder extends HeadReader {
  /** What may still be allocated; whoever reads many values sets it anew for each. */
  budget: number = DEFAULT_BUDGET;

  private readonly frames: Frame[] = [];
  private depth = 0;

  /** The next item as a value. */
  read(): unknown {
    const start = this.position;
    this.depth = 0;
    const value = this.readItem();
    if (value === BEGUN) return this.readContainer();
    if (value === HOLE) throw new DecodeError('a hole is not in an array', start);
    return value;
  }

  /** The next item, which has to be a text; one that was cut says so at its end. */
  readText(): string {
    const start = this.position;
    if (this.peekMajor() === MAJOR_TEXT) {
      this.position = start + 1;
      return this.readTextBody(this.bytes[start] & 0x1f, start);
    }
    const value = this.peekMajor() === MAJOR_TAG ? this.read() : undefined;
    if (typeof value === 'string') return value;
    if (value instanceof Mark && value.kind === 'cut') return value.toString();
    throw new DecodeError('a text is missing', start);
  }

  /** Frames instead of recursion, so that no input is too deep for the stack. */
  private readContainer(): unknown {
    for (;;) {
      const frame = this.frames[this.depth - 1];
      if (frame.remaining > 0) {
        frame.remaining--;
        const start = this.position;
        const value = this.readItem();
        if (value !== BEGUN) frame.add(value, start);
        continue;
      }
      const value = frame.finish();
      this.depth--;
      if (this.depth === 0) return value;
      this.frames[this.depth - 1].add(value, frame.offset);
    }
  }

  private readItem(): unknown {
    const start = this.position;
    if (start >= this.end) throw this.runsPastEnd(start);
    const head = this.bytes[start];
    const info = head & 0x1f;
    this.position = start + 1;
    switch (head >> 5) {
      case MAJOR_UNSIGNED:
        return info < 24 ? info : this.readInteger(info, false, start);
      case MAJOR_NEGATIVE:
        return this.readInteger(info, true, start);
      case MAJOR_BYTES:
        return this.readBytesBody(info, start);
      case MAJOR_TEXT:
        return this.readTextBody(info, start);
      case MAJOR_ARRAY:
        return this.begin(BECOMES_ARRAY, info, start);
      case MAJOR_MAP:
        return this.begin(BECOMES_OBJECT, info, start);
      case MAJOR_TAG:
        return this.readTagged(this.readArgument(info), start);
      default:
        return this.readSimple(info, start);
    }
  }

  private readTagged(tag: number, start: number): unknown {
    switch (tag) {
      case TAG_POSITIVE_BIGNUM:
        return decodeBignum(this.readBytes(), start);
      case TAG_NEGATIVE_BIGNUM:
        return -1n - decodeBignum(this.readBytes(), start);
      case TAG_EPOCH_DATE:
      case TAG_WIDE_DATE:
        return this.readDate(tag, start);
      case TAG_WTF8:
        return this.readWtf8();
      case TAG_HOLE:
        this.readNull();
        return HOLE;
      case TAG_CIRCULAR:
        this.readNull();
        return new Mark('circular');
      case TAG_SET:
        return this.beginTagged(BECOMES_SET, MAJOR_ARRAY);
      case TAG_CUT:
        return this.beginTagged(BECOMES_CUT, MAJOR_ARRAY);
      case TAG_MAP:
        return this.beginTagged(BECOMES_MAP, MAJOR_MAP);
      case TAG_ERROR:
        return this.beginTagged(BECOMES_ERROR, MAJOR_MAP);
    }
    if (isTypedArrayTag(tag)) return decodeTypedArray(tag, this.readBytes(), start);
    const kind = TEXT_MARKS.get(tag);
    if (kind !== undefined) return new Mark(kind, this.readTextOfMark());
    throw new DecodeError(`tag ${tag} is not one of ours`, start);
  }

  private readDate(tag: number, start: number): Date {
    const major = this.peekMajor();
    const canNest = major === MAJOR_ARRAY || major === MAJOR_MAP || major === MAJOR_TAG;
    const value = canNest ? undefined : this.readItem();
    if (tag === TAG_WIDE_DATE && value === null) return new Date(NaN);
    if (typeof value !== 'number') throw new DecodeError('a date has no number', start);
    return new Date(tag === TAG_EPOCH_DATE ? Math.round(value * 1000) : value);
  }

  private readWtf8(): string {
    const bytes = this.readBytes();
    return decodeWtf8(bytes, 0, bytes.length);
  }

  private readTextOfMark(): string {
    const start = this.position;
    if (this.peekMajor() === MAJOR_TEXT) return this.readText();
    if (this.peekMajor() !== MAJOR_TAG || this.readTag() !== TAG_WTF8) {
      throw new DecodeError('a mark has no text', start);
    }
    return this.readWtf8();
  }

  private beginTagged(kind: number, major: number): symbol {
    const start = this.position;
    if (this.peekMajor() !== major) {
      throw new DecodeError('a tag stands before the wrong kind of container', start);
    }
    this.position = start + 1;
    return this.begin(kind, this.bytes[start] & 0x1f, start);
  }

  private begin(kind: number, info: number, start: number): symbol {
    const hasKeys = kind >= BECOMES_OBJECT;
    const count = this.readArgument(info);
    const items = hasKeys ? count * 2 : count;
    // Every item takes a byte at least, so a count beyond the bytes left cannot be true.
    if (items > this.end - this.position) throw this.runsPastEnd(start);
    if (kind === BECOMES_CUT && count !== 2) throw new DecodeError('a cut is not a pair', start);
    this.budget -= CONTAINER_COSTS[kind] + count * (hasKeys ? ENTRY_COST : ELEMENT_COST);
    if (this.budget < 0) throw new DecodeError('a value would take too much memory', start);
    if (this.depth === MAX_DEPTH) throw new DecodeError('a value is nested too deep', start);
    if (this.depth === this.frames.length) this.frames.push(new Frame());
    this.frames[this.depth++].begin(kind, items, start);
    return BEGUN;
  }
}
