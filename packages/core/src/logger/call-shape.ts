/**
 * A call shape: what stays the same at a call site (logger, message, keys). Its definition is
 * written once a segment, and events refer to it by number.
 */

import { ByteViews } from '../memory/byte-views.ts';
import { encodeText } from '../record/encode-text.ts';
import { REDACTED } from '../record/redaction.ts';
import { MAJOR_ARRAY, writeHead } from '../record/write-head.ts';
import type { EncodeShaped } from './encode-shaped.ts';
import { TextMemo } from './text-memo.ts';

/** Array head, time, severity, shape (marked) and context: 1 + 9 + 2 + 9 + 5, rounded up. */
export const EVENT_HEAD_RESERVE_BYTES = 28;
/** A float64 or a text of fewer than 24 ASCII characters fits; longer text checks for itself. */
export const VALUE_RESERVE_BYTES = 25;
export const ITEMS_BEFORE_VALUES = 4;
/** Arrays of more items need a head of more than one byte. */
export const MAX_ONE_BYTE_COUNT = 23;

export class CallShape {
  /** Message and keys as the call has them, by which it is known again. */
  readonly message: string;
  readonly keys: readonly string[];
  /** The record that defines it: `["shape", kind, logger, message, keys]`. */
  readonly definition: Uint8Array;
  /** Head of an event array of this shape, or 0 where one byte does not hold it. */
  readonly headByte: number;
  /** Room in which an event of plain values is certain to fit, longer texts aside. */
  readonly reserveBytes: number;
  /**
   * False where only the long way can write such events: redacted keys, too many keys, values that
   * log while they are read.
   */
  isPlain: boolean;
  /** For each field, its place in the redaction paths. */
  readonly nodes: readonly number[];
  /** For each field, the text that it had last. */
  readonly memos: readonly TextMemo[];
  /** Another set of keys of the same message. */
  nextKeys: CallShape | null = null;
  /** Calls so far, until the shape is compiled. */
  uses = 0;
  /** Code of its own, once it is hot. */
  encode: EncodeShaped | null = null;
  /** Added to its numbers: see record/printed-mark.ts. */
  readonly mark: number;
  /** The lane's segment in which it is defined as number `id`. */
  serial = 0;
  /** With its mark. */
  id = 0;

  constructor(
    message: string,
    keys: readonly string[],
    definition: Uint8Array,
    nodes: readonly number[],
    plainBytes: number,
    mark: number,
  ) {
    this.mark = mark;
    this.message = message;
    this.keys = keys;
    this.definition = definition;
    const count = ITEMS_BEFORE_VALUES + keys.length;
    this.headByte = count <= MAX_ONE_BYTE_COUNT ? (MAJOR_ARRAY << 5) | count : 0;
    this.reserveBytes = EVENT_HEAD_RESERVE_BYTES + keys.length * VALUE_RESERVE_BYTES;
    this.nodes = nodes;
    this.isPlain =
      !nodes.includes(REDACTED) && this.headByte !== 0 && this.reserveBytes <= plainBytes;
    this.memos = keys.map(() => new TextMemo());
  }

  hasKeys(keys: readonly string[]): boolean {
    if (keys.length !== this.keys.length) return false;
    for (let i = 0; i < keys.length; i++) if (keys[i] !== this.keys[i]) return false;
    return true;
  }
}

/** The record that defines a shape with these texts, which have no secrets in them any more. */
export function encodeDefinition(
  kind: number,
  logger: string,
  message: string,
  keys: readonly string[],
): Uint8Array {
  const texts = ['shape', logger, message, ...keys];
  const roomBytes = texts.reduce((sum, text) => sum + text.length * 3 + 16, 32);
  const target = new ByteViews(new ArrayBuffer(roomBytes));
  const text = (position: number, value: string): number =>
    encodeText(target, position, roomBytes, value, roomBytes);
  let position = writeHead(target.u8, 0, MAJOR_ARRAY, 5);
  position = text(position, 'shape');
  target.u8[position++] = kind;
  position = text(position, logger);
  position = text(position, message);
  position = writeHead(target.u8, position, MAJOR_ARRAY, keys.length);
  for (const key of keys) position = text(position, key);
  return target.u8.slice(0, position);
}
