/**
 * How an event is written that the fast path cannot write: values that run the application's
 * code, text that needs a cap, shapes and contexts that the open segment does not know yet.
 *
 * Two steps. First every value is encoded into scratch memory; only here can application code
 * run, and log calls nest. Then, with nothing in between that could, all of it is appended
 * (append-event.ts).
 */

import { ByteViews } from '../memory/byte-views.ts';
import { ROW_CUT } from '../memory/ring-layout.ts';
import { describeThrown } from '../record/encode-error.ts';
import { encodeCutAway, encodeMark } from '../record/encode-scalar.ts';
import { encodeText, isCut } from '../record/encode-text.ts';
import { MIN_VALUE_BYTES, type ValueEncoder } from '../record/encode-value.ts';
import type { Limits } from '../record/limits.ts';
import { OwnMark } from '../record/own-mark.ts';
import { KIND_LOG } from '../record/record-layout.ts';
import { REDACTED, REDACTED_TEXT } from '../record/redaction.ts';
import { TAG_THREW } from '../record/tags.ts';
import { MAJOR_ARRAY, writeHead } from '../record/write-head.ts';
import type { Lane } from '../ring/lane.ts';
import { countInRow } from '../ring/thread-table.ts';
import { appendEvent, type EncodedEvent, type EventLanes } from './append-event.ts';
import type { CallShape } from './call-shape.ts';
import type { Context } from './context.ts';
import { ContextDefinitions } from './context-definitions.ts';
import type { Fields } from './fields.ts';
import type { LogSource } from './log-source.ts';
import { defineSpan, isSpanAlone } from './span-context.ts';

/** A field that ttlog adds to those of the application. */
export type ExtraField = readonly [key: string, value: unknown];

/** An event and the context it defines may take this part of a segment, so that both fit. */
const SEGMENT_PARTS = 4;
/** Stands for the entries beyond the cap. */
const MORE_KEY = '…';
/** Room for a key and for a value that says that it was cut. */
const MIN_FIELD_BYTES = 2 * MIN_VALUE_BYTES;

export class LongWay {
  readonly #writer: EventLanes;
  readonly #encoder: ValueEncoder;
  readonly #contexts: ContextDefinitions;
  readonly #entries: number;
  readonly #stringBytes: number;
  /** What one event may have, in a ring of small segments too. */
  readonly eventBytes: number;
  readonly #onRefused: () => void;
  #hasRefused = false;
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
    const contextBytes = Math.floor(this.eventBytes / SEGMENT_PARTS);
    this.#contexts = new ContextDefinitions(writer, encoder, contextBytes);
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
    this.#contexts.prepare(context);
    const encoded = this.#encode(target, lane, source, message, fields, extras);
    const isCut = this.#encoder.cuts !== cutsBefore;
    if (!appendEvent(this.#writer, lane, severity, context, encoded)) {
      this.#appendElsewhere(lane, severity, source, context, message, encoded);
    }
    if (isCut) countInRow(lane.memory, lane.thread.row, ROW_CUT);
    this.#scratch = target;
  }

  /** Defines the active span in the open segment, if it is all that has to be defined there. */
  prepareSpan(lane: Lane, context: Context): void {
    if (context.serials[lane.pool] === lane.serial || !isSpanAlone(lane, context)) return;
    if (context.writer !== this.#writer) this.#contexts.name(context);
    defineSpan(lane, context);
  }

  /** A warning that finds no segment of its own goes among the thread's other events. */
  #appendElsewhere(
    lane: Lane,
    severity: number,
    source: LogSource,
    context: Context | null,
    message: string,
    encoded: EncodedEvent,
  ): void {
    const { normal } = this.#writer;
    if (lane !== normal) {
      const inline = encoded.inline ?? this.#nameInline(source, message, encoded.keys);
      const shape = inline === null ? this.#nameOnce(source, normal, message, encoded.keys) : null;
      if (appendEvent(this.#writer, normal, severity, context, { ...encoded, inline, shape })) {
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
  ): EncodedEvent {
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
        ? this.#extra((extras as readonly ExtraField[])[i])
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
      position = OwnMark.isMark(value)
        ? encodeMark(target, position, valueLimit, value.tag, this.#encoder.cleanLabel(value.text))
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
    return [key, this.#isRedacted(key) ? REDACTED_TEXT : readProperty(fields, key)];
  }

  /** A field that ttlog adds holds values of the application, which a path may name as well. */
  #extra(extra: ExtraField): ExtraField {
    const [key] = extra;
    return this.#isRedacted(key) ? [key, REDACTED_TEXT] : extra;
  }

  #isRedacted(key: string): boolean {
    const { redaction } = this.#writer;
    return redaction.enter(redaction.root, key) === REDACTED;
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
