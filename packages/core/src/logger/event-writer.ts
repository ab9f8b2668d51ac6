/**
 * How a log call becomes a record in the ring: the fast path, which writes plain values of a
 * known shape in place, and the choice of when to take the long way (long-way.ts).
 *
 * Nothing here waits, and nothing is left behind by a call that is cut off half-way: until
 * `commit` the bytes are nobody's, and the next call writes over them. Calls can nest (a getter
 * that logs): a call that finds that another one came in between takes the long way instead.
 */

import { ByteViews } from '../memory/byte-views.ts';
import { POOL_NORMAL, POOL_WARN } from '../memory/ring-layout.ts';
import { encodeText } from '../record/encode-text.ts';
import { ValueEncoder } from '../record/encode-value.ts';
import { SEVERITY } from '../record/level.ts';
import type { Limits } from '../record/limits.ts';
import type { Redaction } from '../record/redaction.ts';
import { CBOR_FALSE, CBOR_TRUE, MAJOR_ARRAY } from '../record/write-head.ts';
import { Lane } from '../ring/lane.ts';
import type { RingMemory } from '../ring/ring-memory.ts';
import type { ThreadSlot } from '../ring/thread-table.ts';
import { copyBytes, type EventLanes } from './append-event.ts';
import {
  type CallShape,
  EVENT_HEAD_RESERVE_BYTES,
  ITEMS_BEFORE_VALUES,
  VALUE_RESERVE_BYTES,
} from './call-shape.ts';
import { ThreadClock } from './clock.ts';
import { compileShape } from './compile-shape.ts';
import type { Context } from './context.ts';
import { type EncodedShape, kindOf, type ShapeWriter, type ValueKind } from './encode-shaped.ts';
import { contextIdIn, writeEventHead, writeEventTime } from './event-head.ts';
import type { Fields } from './fields.ts';
import type { LogSource } from './log-source.ts';
import { type ExtraField, LongWay } from './long-way.ts';
import { Newcomers } from './shape-table.ts';
import {
  MAX_PLAIN_TEXT_BYTES,
  MAX_PLAIN_TEXT_UNITS,
  NOT_PLAIN,
  OTHER_KEYS,
  WRITTEN,
  writePlain,
  writeUnsigned,
} from './write-plain.ts';

const WARN_SEVERITY = SEVERITY.warn;
/** Severity numbers above this take two bytes. */
const MAX_ONE_BYTE_SEVERITY = 23;

/** Calls after which a shape gets code of its own. */
const HOT_USES = 200;

/** Array of four: time, severity, shape, context. */
const EVENT_WITHOUT_VALUES = (MAJOR_ARRAY << 5) | ITEMS_BEFORE_VALUES;
const NO_KEYS = MAJOR_ARRAY << 5;
/** Of the message with tag 273 over it, of the empty keys. */
const INLINE_HEADS_BYTES = 16;

/** One thread's writer into one ring. */
export class EventWriter implements EventLanes, ShapeWriter {
  readonly memory: RingMemory;
  readonly thread: ThreadSlot;
  readonly redaction: Redaction;
  readonly newcomers: Newcomers = new Newcomers();
  readonly normal: Lane;
  readonly warn: Lane;
  readonly clock: ThreadClock = new ThreadClock();
  readonly #longWay: LongWay;
  readonly #encoder: ValueEncoder;
  readonly eventBytes: number;
  readonly plainBytes: number;
  calls = 0;
  /** Taken while in use, since a value may log and so come here again. */
  #scratch: ByteViews | null = null;

  /** `onRefused` is called at the first event that found no segment. */
  constructor(
    memory: RingMemory,
    thread: ThreadSlot,
    limits: Limits,
    redaction: Redaction,
    onRefused: () => void,
  ) {
    this.memory = memory;
    this.thread = thread;
    this.redaction = redaction;
    const clock = this.clock;
    const stamp = () => {
      clock.tick();
      const { ns: baseNs, sinceOriginNs: baseTickNs } = clock;
      return { baseNs, wallMs: clock.wallMsAt(baseNs), baseTickNs };
    };
    this.normal = new Lane(memory, thread, POOL_NORMAL, stamp);
    this.warn = new Lane(memory, thread, POOL_WARN, stamp);
    this.#encoder = new ValueEncoder(limits, redaction);
    this.#longWay = new LongWay(this, this.#encoder, limits, onRefused);
    this.eventBytes = this.#longWay.eventBytes;
    this.plainBytes = limits.stringBytes < MAX_PLAIN_TEXT_BYTES ? 0 : this.eventBytes;
  }

  nextDtNs(lane: Lane): number {
    this.clock.tick();
    return this.clock.sinceNs(lane.baseLow, lane.baseHigh);
  }

  /** Stores an event, or counts it as lost. `fields` is an object whose own keys are the fields. */
  write(
    severity: number,
    source: LogSource,
    context: Context | null,
    message: string,
    fields: Fields | undefined,
  ): void {
    if (source.writer !== this) source.adopt(this);
    const lane = severity >= WARN_SEVERITY ? this.warn : this.normal;
    this.calls++;
    if (context !== null) this.#longWay.prepareSpan(lane, context);
    if (severity <= MAX_ONE_BYTE_SEVERITY) {
      if (this.#writeFast(lane, source, severity, context, message, fields) === WRITTEN) return;
    }
    this.#longWay.write(lane, severity, source, context, message, fields, null);
  }

  /** As `write`, with fields of our own (`err`, `args`) beside those of the application. */
  writeWith(
    severity: number,
    source: LogSource,
    context: Context | null,
    message: string,
    fields: Fields | undefined,
    extras: readonly ExtraField[],
  ): void {
    if (source.writer !== this) source.adopt(this);
    this.calls++;
    const lane = severity >= WARN_SEVERITY ? this.warn : this.normal;
    this.#longWay.write(lane, severity, source, context, message, fields, extras);
  }

  /**
   * The shape of a declared event, with code of its own from the start where that can be had; null
   * where there is no room.
   */
  declareShape(
    source: LogSource,
    pool: number,
    message: string,
    keys: readonly string[],
    kinds: readonly ValueKind[],
  ): CallShape | null {
    if (source.writer !== this) source.adopt(this);
    const lane = pool === POOL_WARN ? this.warn : this.normal;
    const shape = source.shapesOf(pool, this).admit(message, keys, lane.serial);
    if (shape?.isPlain) shape.encode ??= compileShape(shape, lane, this, kinds);
    return shape;
  }

  /** Defines the active span where the next event of this severity goes, if that is enough. */
  prepareSpan(severity: number, context: Context): void {
    this.#longWay.prepareSpan(severity >= WARN_SEVERITY ? this.warn : this.normal, context);
  }

  /** A call that could not be carried out, as when the stack is exhausted. Never throws. */
  countFailed(): void {
    try {
      this.normal.countRefused();
    } catch {
      // Not even that much stack is left.
    }
  }

  /** Seals what is open, so that it stands as this thread's history. */
  seal(): void {
    this.normal.seal();
    this.warn.seal();
  }

  /** WRITTEN, or else nothing is written and the long way has to do it. */
  #writeFast(
    lane: Lane,
    source: LogSource,
    severity: number,
    context: Context | null,
    message: string,
    fields: Fields | undefined,
  ): number {
    const shapes = source.shapesOf(lane.pool, this);
    let shape = shapes.find(message);
    if (shape === null) {
      if (fields !== undefined || shapes.isAwaited(message)) return NOT_PLAIN;
      return this.#commit(
        lane,
        severity,
        this.#encodeInline(lane, source, severity, context, message),
      );
    }
    try {
      do {
        const end = this.#writeShaped(lane, shape, severity, context, fields);
        if (end === WRITTEN && lane === this.normal) source.recentShape = shape;
        if (end !== OTHER_KEYS) return end;
        shape = shape.nextKeys;
      } while (shape !== null);
    } catch {
      // A getter that throws. Nothing is committed; the long way says which field it was.
    }
    return NOT_PLAIN;
  }

  /** WRITTEN; OTHER_KEYS: another shape of this message may fit; NOT_PLAIN: only the long way can. */
  #writeShaped(
    lane: Lane,
    shape: CallShape,
    severity: number,
    context: Context | null,
    fields: Fields | undefined,
  ): number {
    if (fields === undefined) {
      if (shape.keys.length > 0) return OTHER_KEYS;
      return this.#commit(lane, severity, this.#beginShaped(lane, shape, severity, context));
    }
    if (shape.encode !== null) return shape.encode(severity, context, fields);
    if (!shape.isPlain || shape.serial !== lane.serial) return compareKeys(shape, fields);
    return this.#commit(lane, severity, this.#encodeByLoop(lane, shape, severity, context, fields));
  }

  /** Publishes what was written up to `end`, if that is one. */
  #commit(lane: Lane, severity: number, end: number): number {
    if (end < 0) return end;
    if (severity > lane.maxSeverity) lane.maxSeverity = severity;
    lane.commit(end);
    return WRITTEN;
  }

  /** What every shape does until it has code of its own, and where there is none to be had. */
  #encodeByLoop(
    lane: Lane,
    shape: CallShape,
    severity: number,
    context: Context | null,
    fields: Fields,
  ): number {
    const { keys, memos } = shape;
    if (shape.uses++ === HOT_USES) {
      const kinds = keys.map((key) => kindOf(fields[key]));
      shape.encode = compileShape(shape, lane, this, kinds);
    }
    let p = this.#beginShaped(lane, shape, severity, context);
    if (p === NOT_PLAIN) return NOT_PLAIN;
    const views = this.memory.bytes;
    const { u8, view } = views;

    const isSearching = this.redaction.searchesTexts;
    const calls = this.calls;
    const limit = Math.min(lane.limit, lane.position + this.eventBytes);
    const count = keys.length;
    let index = 0;
    for (const key in fields) {
      if (index >= count || key !== keys[index]) return OTHER_KEYS;
      const value = isSearching ? this.cleanPlain(fields[key]) : fields[key];
      // A getter that logs: what stands at our position is now that call's, and if a `vm` timeout
      // has cut it off, it is not even whole.
      if (this.calls !== calls) return logsItself(shape);
      const memo = memos[index];
      // The commonest values here, all others by calls; this loop is what a log call costs.
      if (typeof value === 'string' && value === memo.text) {
        p = memo.write(view, p);
      } else if (value === true) {
        u8[p++] = CBOR_TRUE;
      } else if (value === false) {
        u8[p++] = CBOR_FALSE;
      } else {
        const start = p;
        const valueLimit = limit - (count - index) * VALUE_RESERVE_BYTES;
        p = writePlain(views, start, valueLimit, value, memo);
        if (p === NOT_PLAIN) {
          p = this.encodeValue(start, valueLimit, value, shape, index);
          if (p === NOT_PLAIN) return NOT_PLAIN;
        }
      }
      index++;
    }
    // The keys of a proxy, of which there may be none.
    if (this.calls !== calls) return logsItself(shape);
    return index === count ? p : OTHER_KEYS;
  }

  /** Array head, time, severity, shape and context; NOT_PLAIN where the lane is not ready. */
  #beginShaped(lane: Lane, shape: CallShape, severity: number, context: Context | null): number {
    const isReady =
      shape.isPlain &&
      shape.serial === lane.serial &&
      lane.position + shape.reserveBytes <= lane.limit;
    if (!isReady) return NOT_PLAIN;
    const contextId = context === null ? 0 : contextIdIn(lane, context);
    if (contextId < 0) return NOT_PLAIN;
    const { view } = this.memory.bytes;
    return writeEventHead(view, lane, this.clock, shape.headByte, severity, shape.id, contextId);
  }

  cleanPlain(value: unknown): unknown {
    if (typeof value !== 'string' || value.length > MAX_PLAIN_TEXT_UNITS) return value;
    return this.redaction.cleanText(value);
  }

  /** Any value, by way of scratch memory since it may run code that logs; if it fits whole. */
  encodeValue(
    position: number,
    limit: number,
    value: unknown,
    shape: EncodedShape,
    index: number,
  ): number {
    const calls = this.calls;
    const encoder = this.#encoder;
    const { cuts } = encoder;
    const scratch = this.#scratch ?? new ByteViews(new ArrayBuffer(this.eventBytes));
    this.#scratch = null;
    const lengthBytes = encoder.encode(scratch, 0, this.eventBytes, value, shape.nodes[index]);
    this.#scratch = scratch;
    // What a cap cut is counted, and that is the long way's business.
    if (this.calls !== calls) return logsItself(shape);
    if (encoder.cuts !== cuts || position + lengthBytes > limit) return NOT_PLAIN;
    return copyBytes(scratch.u8, lengthBytes, this.memory.u8, position);
  }

  /** The same for a message without fields that has no shape and may never come again. */
  #encodeInline(
    lane: Lane,
    source: LogSource,
    severity: number,
    context: Context | null,
    wholeMessage: string,
  ): number {
    if (wholeMessage.length > MAX_PLAIN_TEXT_UNITS) return NOT_PLAIN;
    const message = this.redaction.cleanText(wholeMessage);
    const { length } = message;
    const { inlineStart } = source;
    const startBytes = EVENT_HEAD_RESERVE_BYTES + inlineStart.length;
    const roomBytes = startBytes + length * 3 + INLINE_HEADS_BYTES;
    if (roomBytes > this.plainBytes) return NOT_PLAIN;
    if (lane.position + roomBytes > lane.limit) return NOT_PLAIN;
    const contextId = context === null ? 0 : contextIdIn(lane, context);
    if (contextId < 0) return NOT_PLAIN;
    const views = this.memory.bytes;
    const { u8, view } = views;
    let p = writeEventTime(view, lane, this.clock, EVENT_WITHOUT_VALUES);
    u8[p++] = severity;
    for (let i = 0; i < inlineStart.length; i++) u8[p++] = inlineStart[i];
    p = encodeText(views, p, lane.limit, message, lane.limit);
    u8[p++] = NO_KEYS;
    return writeUnsigned(u8, p, contextId);
  }
}

/**
 * Values that log while they are read are read once more by the long way, which is prepared for
 * it; from then on it gets such calls at once.
 */
function logsItself(shape: EncodedShape): number {
  shape.isPlain = false;
  shape.encode = null;
  return NOT_PLAIN;
}

/**
 * For a shape that cannot be written fast now: whether it is the one that the call needs (then
 * the long way will define it), or whether the next of its message is worth a look.
 */
function compareKeys(shape: CallShape, fields: Fields | undefined): number {
  let index = 0;
  for (const key in fields) {
    if (key !== shape.keys[index]) return OTHER_KEYS;
    index++;
  }
  return index === shape.keys.length ? NOT_PLAIN : OTHER_KEYS;
}
