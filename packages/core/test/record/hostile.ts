// Values that try to break the encoder, one after another through the same encoder: whatever one
// of them does, exactly one whole item comes of it, and the next value is recorded as ever.

import { ByteViews } from '../../src/memory/byte-views.ts';
import { itemEnd } from '../../src/memory/cbor-item.ts';
import { ValueDecoder } from '../../src/record/decode-value.ts';
import { ValueEncoder } from '../../src/record/encode-value.ts';
import { DEFAULT_LIMITS } from '../../src/record/limits.ts';
import { Mark } from '../../src/record/marks.ts';
import { Redaction } from '../../src/record/redaction.ts';

export const ROOM_BYTES: number = DEFAULT_LIMITS.eventBytes;
export const encoder: ValueEncoder = new ValueEncoder(DEFAULT_LIMITS, new Redaction());
export const target: ByteViews = new ByteViews(new SharedArrayBuffer(ROOM_BYTES));

/** Encodes, with nothing else of ours running, so that anything may be patched meanwhile. */
export function encode(value: unknown): number {
  return encoder.encode(target, 0, ROOM_BYTES, value);
}

/** What a reader makes of the item that ends at `end`. */
export function decode(end: number): unknown {
  if (itemEnd(target.u8, 0, end) !== end) throw new Error('not exactly one item');
  return new ValueDecoder(target.u8, 0, end).read();
}

export function record(value: unknown): unknown {
  return decode(encode(value));
}

/** Throws unless an ordinary value still goes through. */
export function checkStillRecords(): void {
  const read = record({ a: [1, 'text', new Error('e')] }) as { a: [number, string, Error] };
  if (read.a[0] !== 1 || read.a[1] !== 'text' || read.a[2].message !== 'e') {
    throw new Error('the encoder is broken');
  }
}

export function fail(message = 'boom'): never {
  throw new TypeError(message);
}

/** A getter as a property that is asked for. */
export function withGetter(object: object, key: string, get: () => unknown): object {
  return Object.defineProperty(object, key, { get, enumerable: true, configurable: true });
}

export function threw(text: string): Mark {
  return new Mark('threw', text);
}

export function cut(value: unknown, originalSize: number | null): Mark {
  return new Mark('cut', '', value, originalSize);
}

export function opaque(text: string): Mark {
  return new Mark('opaque', text);
}

export const CIRCULAR: Mark = new Mark('circular');
