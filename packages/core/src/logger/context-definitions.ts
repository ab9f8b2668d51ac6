/**
 * The records that define a context: its number, its bindings and the ids of its span, encoded once a
 * writer. Bindings may run code of the application, so that this is done before anything is appended.
 */

import { ByteViews } from '../memory/byte-views.ts';
import { encodeText } from '../record/encode-text.ts';
import type { ValueEncoder } from '../record/encode-value.ts';
import { RECORD_CONTEXT } from '../record/record-layout.ts';
import {
  CBOR_NULL,
  MAJOR_ARRAY,
  MAJOR_BYTES,
  MAJOR_UNSIGNED,
  writeHead,
} from '../record/write-head.ts';
import type { EventLanes } from './append-event.ts';
import type { Context, TraceContext } from './context.ts';

/** Room for the definition of a span without its ids. */
const SPAN_BYTES = 64;

export class ContextDefinitions {
  readonly #writer: EventLanes;
  readonly #encoder: ValueEncoder;
  readonly #maxBytes: number;
  readonly #uidBase: number;
  #lastUid = 0;

  constructor(writer: EventLanes, encoder: ValueEncoder, maxBytes: number) {
    this.#writer = writer;
    this.#encoder = encoder;
    this.#maxBytes = maxBytes;
    this.#uidBase = writer.thread.incarnation * 2 ** 32;
  }

  /** Encodes the definitions of a context and of its parents, once a writer. */
  prepare(context: Context | null): void {
    for (let one = context; one !== null && one.writer !== this.#writer; one = one.parent) {
      this.name(one);
    }
    for (let one = context; one !== null && one.definition === null; one = one.parent) {
      one.definition = this.#encodeContext(one);
    }
  }

  /** Gives the context a number of this writer. */
  name(context: Context): void {
    context.writer = this.#writer;
    context.definition = null;
    context.uid = this.#uidBase + ++this.#lastUid;
  }

  #encodeContext(context: Context): Uint8Array {
    // Spans come and go by the thousand, and a page for each is what the collector would pay.
    const limit = context.isSpanOnly ? SPAN_BYTES : this.#maxBytes;
    const target = new ByteViews(new ArrayBuffer(limit + 128));
    const { u8 } = target;
    let p = writeHead(u8, 0, MAJOR_ARRAY, 7);
    p = encodeText(target, p, limit, RECORD_CONTEXT, limit);
    p = writeHead(u8, p, MAJOR_UNSIGNED, context.uid);
    p = writeHead(u8, p, MAJOR_UNSIGNED, context.parent?.uid ?? 0);
    const { redaction } = this.#writer;
    p = this.#encoder.encode(target, p, limit, context.bindings, redaction.root);
    p = writeId(u8, p, context.trace?.traceId, 16);
    p = writeId(u8, p, context.trace?.spanId, 8);
    p = writeHead(u8, p, MAJOR_UNSIGNED, (context.trace as TraceContext | null)?.flags ?? 0);
    return u8.slice(0, p);
  }
}

/** `id` as hex digits or bytes; null where it is missing or of another length. */
function writeId(
  u8: Uint8Array,
  position: number,
  id: string | Uint8Array | undefined,
  lengthBytes: number,
): number {
  // `Buffer` takes U+0130 for a 0.
  const isHex = typeof id !== 'string' || isHexText(id);
  const bytes = typeof id === 'string' ? Buffer.from(id, 'hex') : id;
  if (bytes === undefined || bytes.length !== lengthBytes || !isHex) {
    u8[position] = CBOR_NULL;
    return position + 1;
  }
  const start = writeHead(u8, position, MAJOR_BYTES, lengthBytes);
  u8.set(bytes, start);
  return start + lengthBytes;
}

/** Without a regular expression, whose match the application could see (`RegExp.lastMatch`). */
function isHexText(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const isDigit = unit >= 0x30 && unit <= 0x39;
    // Sets the bit that tells lower case from upper case.
    const letter = unit | 0x20;
    if (!isDigit && !(letter >= 0x61 && letter <= 0x66)) return false;
  }
  return true;
}
