/**
 * The heads of CBOR items (RFC 8949, 3): major type, argument, and the strings and floats that
 * follow at once. Definite lengths only, nothing past the end. Containers and tags are
 * decode-value.ts's affair.
 */

import { itemEnd, MALFORMED } from '../memory/cbor-item.ts';
import { decodeFloat16 } from './decode-binary.ts';
import { DecodeError } from './decode-error.ts';
import { decodeUtf8, type TextBytes } from './decode-text.ts';

export const MAJOR_UNSIGNED = 0;
export const MAJOR_NEGATIVE = 1;
export const MAJOR_BYTES = 2;
export const MAJOR_TEXT = 3;
export const MAJOR_ARRAY = 4;
export const MAJOR_MAP = 5;
export const MAJOR_TAG = 6;
export const MAJOR_SIMPLE = 7;

const CBOR_NULL = 0xf6;

/** Walks over heads. Every method throws DecodeError where the bytes are not what it reads. */
export class HeadReader {
  /** Where the next item begins. */
  position: number;
  /** Nothing is read from here on; may be raised where bytes are still to come. */
  end: number;
  /** Whether integers beyond 2^53 - 1 come as bigint, as a header has them, or are refused. */
  allowsWideIntegers = false;

  protected readonly bytes: Uint8Array;
  private readonly text: TextBytes;
  private readonly view: DataView;

  constructor(untrustedBytes: Uint8Array, start = 0, end: number = untrustedBytes.length) {
    const { buffer, byteOffset, length } = untrustedBytes;
    // Never a Buffer, whose `slice` shares memory.
    this.bytes = new Uint8Array(buffer, byteOffset, length);
    this.text = Buffer.from(buffer as ArrayBuffer, byteOffset, length) as TextBytes;
    this.view = new DataView(buffer, byteOffset, length);
    this.position = start;
    this.end = end;
  }

  /** Major type of the next item, -1 at the end. */
  peekMajor(): number {
    return this.position < this.end ? this.bytes[this.position] >> 5 : -1;
  }

  /** Goes past the next item, whatever it means. */
  skip(): void {
    const start = this.position;
    const next = itemEnd(this.bytes, start, this.end);
    if (next === MALFORMED) throw new DecodeError('an item is not well-formed CBOR', start);
    this.position = next;
  }

  /** The next item, which has to be an unsigned integer up to 2^53 - 1. */
  readUnsigned(): number {
    const start = this.position;
    if (start < this.end) {
      const head = this.bytes[start];
      this.position = start + 1;
      if (head < 24) return head;
      if (head >> 5 === MAJOR_UNSIGNED) {
        const value = this.readArgument(head & 0x1f);
        if (value <= Number.MAX_SAFE_INTEGER) return value;
      }
    }
    throw new DecodeError('an unsigned integer is missing', start);
  }

  /** Items of the array whose head is next: not more than bytes are left. */
  readArrayHead(): number {
    const start = this.position;
    if (this.peekMajor() !== MAJOR_ARRAY) throw new DecodeError('an array is missing', start);
    this.position = start + 1;
    const count = this.readArgument(this.bytes[start] & 0x1f);
    if (count > this.end - this.position) throw this.runsPastEnd(start);
    return count;
  }

  /** The tag that is next. */
  protected readTag(): number {
    const start = this.position;
    if (this.peekMajor() !== MAJOR_TAG) throw new DecodeError('a tag is missing', start);
    this.position = start + 1;
    return this.readArgument(this.bytes[start] & 0x1f);
  }

  /** A copy of the byte string that is next. */
  protected readBytes(): Uint8Array {
    const start = this.position;
    if (this.peekMajor() !== MAJOR_BYTES) throw new DecodeError('bytes are missing', start);
    this.position = start + 1;
    return this.readBytesBody(this.bytes[start] & 0x1f, start);
  }

  protected readNull(): void {
    const start = this.position;
    if (start >= this.end || this.bytes[start] !== CBOR_NULL) {
      throw new DecodeError('a null is missing', start);
    }
    this.position = start + 1;
  }

  // The methods below follow the first byte of a head, of which `info` are the lower five bits
  // and `start` the offset.

  protected readInteger(info: number, isNegative: boolean, start: number): number | bigint {
    const argument = this.readArgument(info);
    const value = isNegative ? -1 - argument : argument;
    if (Number.isSafeInteger(value)) return value;
    if (!this.allowsWideIntegers) throw new DecodeError('an integer exceeds 2^53 - 1', start);
    const wide = this.view.getBigUint64(this.position - 8);
    return isNegative ? -1n - wide : wide;
  }

  protected readBytesBody(info: number, start: number): Uint8Array {
    const length = this.readLength(info, start);
    this.position += length;
    return this.bytes.slice(this.position - length, this.position);
  }

  protected readTextBody(info: number, start: number): string {
    const length = this.readLength(info, start);
    this.position += length;
    return decodeUtf8(this.text, this.position - length, length);
  }

  /** Major type 7: the simple values that ttlog writes, and floats. */
  protected readSimple(info: number, start: number): unknown {
    const at = this.position;
    switch (info) {
      case 20:
        return false;
      case 21:
        return true;
      case 22:
        return null;
      case 23:
        return undefined;
      case 25:
        this.take(2, start);
        return decodeFloat16(this.view.getUint16(at));
      case 26:
        this.take(4, start);
        return this.view.getFloat32(at);
      case 27:
        this.take(8, start);
        return this.view.getFloat64(at);
      default:
        throw new DecodeError('a simple value or a break is not one of ours', start);
    }
  }

  /** The argument of the head. Beyond 2^53 it is not exact. */
  protected readArgument(info: number): number {
    if (info < 24) return info;
    const at = this.position;
    if (info > 27) throw new DecodeError('an indefinite or reserved length is refused', at - 1);
    this.take(1 << (info - 24), at - 1);
    if (info === 24) return this.bytes[at];
    if (info === 25) return this.view.getUint16(at);
    if (info === 26) return this.view.getUint32(at);
    return this.view.getUint32(at) * 2 ** 32 + this.view.getUint32(at + 4);
  }

  protected runsPastEnd(start: number): DecodeError {
    return new DecodeError('an item runs past the end', start);
  }

  /** Length of a string, all of which has to be there. */
  private readLength(info: number, start: number): number {
    const length = this.readArgument(info);
    if (length > this.end - this.position) throw this.runsPastEnd(start);
    return length;
  }

  private take(length: number, start: number): void {
    if (length > this.end - this.position) throw this.runsPastEnd(start);
    this.position += length;
  }
}
