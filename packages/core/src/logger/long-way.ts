/**
 * How an event is written that the fast path cannot write: values that run the application's
 * code, text that needs a cap, shapes and contexts that the open segment does not know yet.
 *
 * Two steps. First every value is encoded into scratch memory; only here can application code
 * run, and log calls nest. Then, with nothing in between that could, definitions, head and the
 * finished values are appended and committed as one.
 */

import { ByteViews } from '../memory/byte-views.ts';
import { ROW_CUT, ROW_TOO_LARGE } from '../memory/ring-layout.ts';
import { describeThrown } from '../record/encode-error.ts';
import { encodeCutAway, encodeMark } from '../record/encode-scalar.ts';
import { encodeText, isCut } from '../record/encode-text.ts';
import { MIN_VALUE_BYTES, type ValueEncoder } from '../record/encode-value.ts';
import type { Limits } from '../record/limits.ts';
import { OwnMark } from '../record/own-mark.ts';
import { writeMarkedHead } from '../record/printed-mark.ts';
import { KIND_LOG, RECORD_CONTEXT } from '../record/record-layout.ts';
import { REDACTED, REDACTED_TEXT } from '../record/redaction.ts';
import { TAG_THREW } from '../record/tags.ts';
import {
  CBOR_NULL,
  MAJOR_ARRAY,
  MAJOR_BYTES,
  MAJOR_UNSIGNED,
  writeHead,
} from '../record/write-head.ts';
import type { Lane } from '../ring/lane.ts';
import { countInRow, type ThreadSlot } from '../ring/thread-table.ts';
import type { CallShape } from './call-shape.ts';
import type { Context, TraceContext } from './context.ts';
import type { Fields } from './fields.ts';
import type { LogSource } from './log-source.ts';
import type { ShapeOwner } from './shape-table.ts';
import { defineSpan, isSpanAlone } from './span-context.ts';

/** A field that ttlog adds to those of the application. */
export type ExtraField = readonly [key: string, value: unknown];

/** Head of an event at its longest: 3 + 9 + 2 + 9 + 5 bytes, rounded up. */
const MAX_EVENT_HEAD_BYTES = 32;
/** An event and the context it defines may take this part of a segment, so that both fit. */
const SEGMENT_PARTS = 4;
/** Room for the definition of a span without its ids. */
const SPAN_BYTES = 64;
/** Stands for the entries beyond the cap. */
const MORE_KEY = '…';
/** Room for a key and for a value that says that it was cut. */
const MIN_FIELD_BYTES = 2 * MIN_VALUE_BYTES;

/** An event's values in scratch memory, and what names them. */
interface Encoded {
  readonly target: ByteViews;
  readonly keys: readonly string[];
  readonly end: number;
  /** `[logger, message, keys]` where the event has no shape. */
  readonly inline: Uint8Array | null;
  readonly shape: CallShape | null;
}

/** Of the thread's writer, what the long way needs. */
export interface EventLanes extends ShapeOwner {
  readonly thread: ThreadSlot;
  readonly normal: Lane;
  /** Time of the next event, from the base of the lane's open segment. */
  nextDtNs(lane: Lane): number;
}

export class LongWay {
  readonly #writer: EventLanes;
  readonly #encoder: ValueEncoder;
  readonly #entries: number;
  readonly #stringBytes: number;
  /** What one event may have, in a ring of small segments too. */
  readonly eventBytes: number;
  readonly #uidBase: number;
  readonly #onRefused: () => void;
  #hasRefused = false;
  #lastUid = 0;
  /**
   * Taken while in use, so that a nested call makes its own, and a call that a `vm` timeout cut
   * off for good takes only the memory with it.
   */
  #scratch: ByteViews | null = null;

  constructor(writer: EventLanes, encoder: ValueEncoder, limits: Limits, onRefused: () => void) {
    this.#onRefused = onRefused;
    this.#writer = writer;
    this.#encoder = encoder;
    this.#entries = limits.entries;
    this.#stringBytes = limits.stringBytes;
    const capacityBytes = Math.floor(writer.normal.capacityBytes / SEGMENT_PARTS);
    this.eventBytes = Math.min(limits.eventBytes, capacityBytes);
    this.#uidBase = writer.thread.incarnation * 2 ** 32;
  }

  write(
    lane: Lane,
    severity: number,
    source: LogSource,
    context: Context | null,
    message: string,
    fields: Fields | undefined,
    extras: readonly ExtraField[] | null,
  ): void {
    const target = this.#scratch ?? new ByteViews(new ArrayBuffer(this.eventBytes * 2));
    this.#scratch = null;
    const cutsBefore = this.#encoder.cuts;
    this.#prepare(context);
    const encoded = this.#encode(target, lane, source, message, fields, extras);
    const isCut = this.#encoder.cuts !== cutsBefore;
    if (!this.#append(lane, severity, context, encoded)) {
      this.#appendElsewhere(lane, severity, source, context, message, encoded);
    }
    if (isCut) countInRow(lane.memory, lane.thread.row, ROW_CUT);
    this.#scratch = target;
  }

  /** Defines the active span in the open segment, if it is all that has to be defined there. */
  prepareSpan(lane: Lane, context: Context): void {
    if (context.serials[lane.pool] === lane.serial || !isSpanAlone(lane, context)) return;
    if (context.writer !== this.#writer) this.#name(context);
    defineSpan(lane, context);
  }

  /** A warning that finds no segment of its own goes among the thread's other events. */
  #appendElsewhere(
    lane: Lane,
    severity: number,
    source: LogSource,
    context: Context | null,
    message: string,
    encoded: Encoded,
  ): void {
    const { normal } = this.#writer;
    if (lane !== normal) {
      const inline = encoded.inline ?? this.#nameInline(source, message, encoded.keys);
      const shape = inline === null ? this.#nameOnce(source, normal, message, encoded.keys) : null;
      if (this.#append(normal, severity, context, { ...encoded, inline, shape })) {
        normal.commitFor(lane);
        return;
      }
    }
    lane.countRefused();
    if (this.#hasRefused) return;
    this.#hasRefused = true;
    this.#onRefused();
  }

  #encode(
    target: ByteViews,
    lane: Lane,
    source: LogSource,
    message: string,
    fields: Fields | undefined,
    extras: readonly ExtraField[] | null,
  ): Encoded {
    const { redaction } = this.#writer;
    const fieldKeys = fields === undefined ? [] : ownKeys(fields);
    const extraCount = extras?.length ?? 0;
    const keys: string[] = [];
    let position = 0;
    // What ttlog adds comes first, so that however large the fields are, the error is there. The
    // keys count as well: they are written with the event where it has no shape.
    let limit = this.eventBytes - MIN_FIELD_BYTES;
    for (let i = 0; i < extraCount + fieldKeys.length; i++) {
      const isExtra = i < extraCount;
      const [key, value] = isExtra
        ? (extras as readonly ExtraField[])[i]
        : this.#field(fields as Fields, fieldKeys[i - extraCount]);
      const keyBytes = Math.min(key.length * 3, this.#stringBytes) + MIN_VALUE_BYTES;
      const isRoomLeft = limit - position > keyBytes + MIN_VALUE_BYTES;
      if (!isExtra && (keys.length - extraCount >= this.#entries || !isRoomLeft)) {
        keys.push(MORE_KEY);
        const moreLimit = position + MIN_VALUE_BYTES;
        position = encodeCutAway(target, position, moreLimit, fieldKeys.length);
        this.#encoder.cuts++;
        break;
      }
      limit -= keyBytes;
      keys.push(!isExtra && isExtraKey(extras, key) ? `fields.${key}` : key);
      const node = redaction.enter(redaction.root, key);
      const valueLimit = Math.max(limit, position + MIN_VALUE_BYTES);
      position =
        value instanceof OwnMark
          ? encodeMark(
              target,
              position,
              valueLimit,
              value.tag,
              this.#encoder.cleanLabel(value.text),
            )
          : this.#encoder.encode(target, position, valueLimit, value, node);
    }
    const shapes = source.shapesOf(lane.pool, this.#writer);
    const isKnown = shapes.find(message) !== null || shapes.isAwaited(message);
    const known = isKnown ? shapes.admit(message, keys, lane.serial) : null;
    const inline = known === null ? this.#nameInline(source, message, keys) : null;
    const isNamed = known !== null || inline !== null;
    const shape = isNamed ? known : this.#nameOnce(source, lane, message, keys);
    return { target, keys, end: position, inline, shape };
  }

  /** `[logger, message, keys]`; null for the kinds of events that only a definition tells apart. */
  #nameInline(source: LogSource, message: string, keys: readonly string[]): Uint8Array | null {
    return source.kind === KIND_LOG ? this.#encodeInline(source, message, keys) : null;
  }

  /** A shape that no table keeps: it is defined before its one event, and forgotten. */
  #nameOnce(source: LogSource, lane: Lane, message: string, keys: readonly string[]): CallShape {
    return source.shapesOf(lane.pool, this.#writer).makeShape(message, keys);
  }

  /** A field of the application, read only if it may be recorded. */
  #field(fields: Fields, key: string): ExtraField {
    const { redaction } = this.#writer;
    const isRedacted = redaction.enter(redaction.root, key) === REDACTED;
    return [key, isRedacted ? REDACTED_TEXT : readProperty(fields, key)];
  }

  #encodeInline({ inlineStart }: LogSource, message: string, keys: readonly string[]): Uint8Array {
    const cap = this.#stringBytes;
    const bytesOf = (text: string): number => Math.min(text.length * 3, cap) + MIN_VALUE_BYTES;
    let roomBytes = MIN_VALUE_BYTES + inlineStart.length + bytesOf(message);
    for (const key of keys) roomBytes += bytesOf(key);
    const target = new ByteViews(new ArrayBuffer(roomBytes));
    target.u8.set(inlineStart);
    const messageStart = inlineStart.length;
    let position = this.#encoder.writeText(target, messageStart, roomBytes, message);
    if (isCut(target.u8, messageStart)) this.#encoder.cuts++;
    position = writeHead(target.u8, position, MAJOR_ARRAY, keys.length);
    for (let i = 0; i < keys.length; i++) {
      const key = this.#writer.redaction.cleanKey(keys[i], i);
      position = encodeText(target, position, roomBytes, key, cap);
    }
    return target.u8.subarray(0, position);
  }

  /** False where there is no room to be had. Runs no code of the application. */
  #append(lane: Lane, severity: number, context: Context | null, encoded: Encoded): boolean {
    const inlineBytes = encoded.inline?.length ?? 0;
    const fixedBytes = MAX_EVENT_HEAD_BYTES + inlineBytes + encoded.end;
    const neededBytes = (serial: number): number =>
      fixedBytes + shapeBytes(encoded.shape, serial) + contextBytes(context, lane.pool, serial);
    // A `vm` timeout cut a call off between its commit and the numbers of what it defined: from
    // here on this segment's numbers cannot be trusted.
    if (lane.isDefining) lane.seal();
    if (lane.position + neededBytes(lane.serial) > lane.limit) {
      const allBytes = neededBytes(NO_SERIAL);
      if (allBytes > lane.capacityBytes) {
        countInRow(lane.memory, lane.thread.row, ROW_TOO_LARGE);
        return true;
      }
      if (!lane.renew()) return false;
    }
    const { u8 } = lane.memory;
    const { shape } = encoded;
    let p = lane.position;
    const definesShape = shape !== null && shape.serial !== lane.serial;
    if (definesShape) {
      u8.set(shape.definition, p);
      p += shape.definition.length;
    }
    const defined = context === null ? [] : undefinedContexts(context, lane.pool, lane.serial);
    for (const one of defined) {
      const definition = one.definition as Uint8Array;
      u8.set(definition, p);
      p += definition.length;
    }
    const shapeId = definesShape ? lane.shapeCount + 1 + shape.mark : (shape?.id ?? 0);
    const contextId =
      context === null
        ? 0
        : defined.length > 0
          ? lane.contextCount + defined.length
          : context.ids[lane.pool];

    const dt = this.#writer.nextDtNs(lane);
    p = writeHead(u8, p, MAJOR_ARRAY, 4 + encoded.keys.length);
    p = writeHead(u8, p, MAJOR_UNSIGNED, dt);
    p = writeHead(u8, p, MAJOR_UNSIGNED, severity);
    if (encoded.inline !== null) {
      u8.set(encoded.inline, p);
      p += encoded.inline.length;
    } else {
      p = writeMarkedHead(u8, p, MAJOR_UNSIGNED, shapeId);
    }
    p = writeHead(u8, p, MAJOR_UNSIGNED, contextId);
    p = copyBytes(encoded.target.u8, encoded.end, u8, p);
    lane.lastDtNs = dt;
    if (severity > lane.maxSeverity) lane.maxSeverity = severity;
    lane.isDefining = definesShape || defined.length > 0;
    lane.commit(p);

    // Only now: a definition counts as made once a commit covers it.
    if (definesShape) {
      shape.id = ++lane.shapeCount + shape.mark;
      shape.serial = lane.serial;
    }
    for (const one of defined) {
      one.ids[lane.pool] = ++lane.contextCount;
      one.serials[lane.pool] = lane.serial;
    }
    lane.isDefining = false;
    return true;
  }

  /** Encodes the definitions of a context and of its parents, once a writer. */
  #prepare(context: Context | null): void {
    for (let one = context; one !== null && one.writer !== this.#writer; one = one.parent) {
      this.#name(one);
    }
    for (let one = context; one !== null && one.definition === null; one = one.parent) {
      one.definition = this.#encodeContext(one);
    }
  }

  #name(context: Context): void {
    context.writer = this.#writer;
    context.definition = null;
    context.uid = this.#uidBase + ++this.#lastUid;
  }

  #encodeContext(context: Context): Uint8Array {
    // Spans come and go by the thousand, and a page for each is what the collector would pay.
    const limit = context.isSpanOnly ? SPAN_BYTES : Math.floor(this.eventBytes / SEGMENT_PARTS);
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

/** The first `lengthBytes` of `source`; for few bytes a loop is faster than a view and `set`. */
export function copyBytes(
  source: Uint8Array,
  lengthBytes: number,
  target: Uint8Array,
  position: number,
): number {
  if (lengthBytes > 128) target.set(source.subarray(0, lengthBytes), position);
  else for (let i = 0; i < lengthBytes; i++) target[position + i] = source[i];
  return position + lengthBytes;
}

/** No segment has it, so everything has to be defined. */
const NO_SERIAL = -1;

function shapeBytes(shape: CallShape | null, serial: number): number {
  return shape === null || shape.serial === serial ? 0 : shape.definition.length;
}

function contextBytes(context: Context | null, pool: number, serial: number): number {
  let bytes = 0;
  for (let one = context; one !== null; one = one.parent) {
    if (one.serials[pool] !== serial) bytes += one.definition?.length ?? 0;
  }
  return bytes;
}

/** Those of the chain that the open segment does not know, outermost first. */
function undefinedContexts(context: Context, pool: number, serial: number): Context[] {
  const contexts: Context[] = [];
  for (let one: Context | null = context; one !== null; one = one.parent) {
    if (one.serials[pool] !== serial) contexts.unshift(one);
  }
  return contexts;
}

function isExtraKey(extras: readonly ExtraField[] | null, key: string): boolean {
  return extras?.some(([extraKey]) => extraKey === key) ?? false;
}

function ownKeys(fields: Fields): string[] {
  try {
    return Object.keys(fields);
  } catch {
    return [];
  }
}

function readProperty(fields: Fields, key: string): unknown {
  try {
    return fields[key];
  } catch (error) {
    return new OwnMark(TAG_THREW, describeThrown(error));
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
