/**
 * How a log call becomes a record in the ring: the fast path, which writes plain values of a
 * known shape in place, and the choice of when to take the long way (long-way.ts).
 *
 * Nothing here waits, and nothing is left behind by a call that is cut off half-way: until
 * `commit` the bytes are nobody's, and the next call writes over them. Calls can nest (a getter
 * that logs): a call that finds that another one came in between takes the long way instead.
 */

import { POOL_NORMAL, POOL_WARN } from '../memory/ring-layout.ts';
import { encodeText } from '../record/encode-text.ts';
import { ValueEncoder } from '../record/encode-value.ts';
import { SEVERITY } from '../record/level.ts';
import type { Limits } from '../record/limits.ts';
import type { Redaction } from '../record/redaction.ts';
import {
  CBOR_FALSE,
  CBOR_FLOAT64,
  CBOR_NULL,
  CBOR_TRUE,
  CBOR_UNDEFINED,
} from '../record/write-head.ts';
import { Lane } from '../ring/lane.ts';
import type { RingMemory } from '../ring/ring-memory.ts';
import type { ThreadSlot } from '../ring/thread-table.ts';
import { type CallShape, VALUE_RESERVE_BYTES } from './call-shape.ts';
import { readBothClocks, ThreadClock } from './clock.ts';
import type { Context } from './context.ts';
import type { Fields, LogSource } from './log-source.ts';
import { type EventLanes, type ExtraField, LongWay } from './long-way.ts';

const WARN_SEVERITY = SEVERITY.warn;
/** Severity numbers above this take two bytes. */
const MAX_ONE_BYTE_SEVERITY = 23;
const SHORT_TEXT_LENGTH = 24;

/** What `#encodeFast` returns where it wrote nothing that counts. */
const OTHER_KEYS = -1;
const NOT_PLAIN = -2;

/** One thread's writer into one ring. */
export class EventWriter implements EventLanes {
  readonly memory: RingMemory;
  readonly thread: ThreadSlot;
  readonly redaction: Redaction;
  readonly normal: Lane;
  readonly warn: Lane;
  readonly #clock: ThreadClock = new ThreadClock();
  readonly #longWay: LongWay;
  #lastTickNs = 0;
  /** Log calls so far: tells a call whether another one has come in between. */
  #calls = 0;

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
    const stamp = () => {
      const baseTickNs = this.#clock.sinceOriginNs();
      const { wallMs } = readBothClocks();
      return { baseNs: this.#clock.originNs + BigInt(baseTickNs), wallMs, baseTickNs };
    };
    this.normal = new Lane(memory, thread, POOL_NORMAL, stamp);
    this.warn = new Lane(memory, thread, POOL_WARN, stamp);
    this.#longWay = new LongWay(this, new ValueEncoder(limits, redaction), limits, onRefused);
  }

  /** Time of the next event: later than every earlier one of this thread, by 1 ns if need be. */
  nextTickNs(): number {
    const tickNs = this.#clock.sinceOriginNs();
    const last = this.#lastTickNs;
    this.#lastTickNs = tickNs > last ? tickNs : last + 1;
    return this.#lastTickNs;
  }

  /** Stores an event, or counts it as lost. `fields` is an object whose own keys are the fields. */
  write(
    severity: number,
    source: LogSource,
    context: Context | null,
    message: string,
    fields: Fields | undefined,
  ): void {
    if (source.writer !== this) source.adopt(this, this.redaction);
    const lane = severity >= WARN_SEVERITY ? this.warn : this.normal;
    this.#calls++;
    try {
      let shape: CallShape | null = source.shapesOf(lane.pool).find(message) ?? null;
      while (shape !== null) {
        const end = this.#encodeFast(lane, shape, severity, context, fields);
        if (end > 0) {
          if (severity > lane.maxSeverity) lane.maxSeverity = severity;
          lane.commit(end);
          return;
        }
        if (end === NOT_PLAIN) break;
        shape = shape.next;
      }
    } catch {
      // A getter that throws. Nothing is committed; the long way says which field it was.
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
    if (source.writer !== this) source.adopt(this, this.redaction);
    this.#calls++;
    const lane = severity >= WARN_SEVERITY ? this.warn : this.normal;
    this.#longWay.write(lane, severity, source, context, message, fields, extras);
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

  /**
   * Writes the event at the lane's position and returns its end, without committing it. Else
   * OTHER_KEYS: another shape of this message may fit; or NOT_PLAIN: only the long way can.
   */
  #encodeFast(
    lane: Lane,
    shape: CallShape,
    severity: number,
    context: Context | null,
    fields: Fields | undefined,
  ): number {
    if (!shape.isPlain || shape.serial !== lane.serial) return fieldsMismatch(shape, fields);
    let contextId = 0;
    if (context !== null) {
      if (context.serials[lane.pool] !== lane.serial) return NOT_PLAIN;
      contextId = context.ids[lane.pool];
    }
    const call = this.#calls;
    let p = lane.position;
    const limit = lane.limit;
    if (p + shape.reserveBytes > limit || severity > MAX_ONE_BYTE_SEVERITY) return NOT_PLAIN;
    const { u8, view } = this.memory.bytes;
    const dt = this.nextTickNs() - lane.baseTickNs;
    lane.lastDtNs = dt;
    u8[p] = shape.headByte;
    if (dt < 0x100000000) {
      const low = dt >>> 0;
      u8[p + 1] = 0x1a;
      u8[p + 2] = low >>> 24;
      u8[p + 3] = low >>> 16;
      u8[p + 4] = low >>> 8;
      u8[p + 5] = low;
      p += 6;
    } else {
      u8[p + 1] = 0x1b;
      view.setUint32(p + 2, dt / 0x100000000);
      view.setUint32(p + 6, dt >>> 0);
      p += 10;
    }
    u8[p++] = severity;
    p = writeUnsigned(u8, p, shape.id);
    p = writeUnsigned(u8, p, contextId);
    if (fields === undefined) return shape.keys.length === 0 ? p : OTHER_KEYS;

    const keys = shape.keys;
    const count = keys.length;
    let index = 0;
    for (const key in fields) {
      if (index >= count || key !== keys[index]) return OTHER_KEYS;
      index++;
      const value = fields[key];
      // A getter that logs: what stands at our position is now that call's, and if a `vm` timeout
      // has cut it off, it is not even whole.
      if (this.#calls !== call) return NOT_PLAIN;
      if (typeof value === 'string') {
        const length = value.length;
        if (length < SHORT_TEXT_LENGTH) {
          let q = p + 1;
          let unit = 0;
          for (let i = 0; i < length; i++) {
            unit = value.charCodeAt(i);
            if (unit > 0x7f) break;
            u8[q++] = unit;
          }
          if (unit <= 0x7f) {
            u8[p] = 0x60 | length;
            p = q;
            continue;
          }
        }
        // A unit of UTF-16 becomes three bytes at most; a cap on text is the long way's business.
        const reserve = (count - index + 1) * VALUE_RESERVE_BYTES;
        if (length > MAX_FAST_TEXT_LENGTH || p + length * 3 + reserve > limit) return NOT_PLAIN;
        p = encodeText(this.memory.bytes, p, limit, value, limit);
      } else if (typeof value === 'number') {
        const integer = value | 0;
        if (integer === value && (integer !== 0 || 1 / value > 0)) {
          p = integer >= 0 ? writeUnsigned(u8, p, integer) : writeNegative(u8, p, ~integer);
        } else if (Number.isSafeInteger(value) && value !== 0) {
          return NOT_PLAIN;
        } else {
          u8[p] = CBOR_FLOAT64;
          view.setFloat64(p + 1, value);
          p += 9;
        }
      } else if (typeof value === 'boolean') {
        u8[p++] = value ? CBOR_TRUE : CBOR_FALSE;
      } else if (value === undefined) {
        u8[p++] = CBOR_UNDEFINED;
      } else if (value === null) {
        u8[p++] = CBOR_NULL;
      } else {
        return NOT_PLAIN;
      }
    }
    return index === count ? p : OTHER_KEYS;
  }
}

/** Longer text goes the long way, which knows the caps. */
const MAX_FAST_TEXT_LENGTH = 256;

/**
 * For a shape that cannot be written fast now: whether it is the one that the call needs (then
 * the long way will define it), or whether the next of its message is worth a look.
 */
function fieldsMismatch(shape: CallShape, fields: Fields | undefined): number {
  let index = 0;
  for (const key in fields) {
    if (key !== shape.keys[index]) return OTHER_KEYS;
    index++;
  }
  return index === shape.keys.length ? NOT_PLAIN : OTHER_KEYS;
}

function writeUnsigned(u8: Uint8Array, p: number, value: number): number {
  if (value < 24) {
    u8[p] = value;
    return p + 1;
  }
  if (value < 0x100) {
    u8[p] = 0x18;
    u8[p + 1] = value;
    return p + 2;
  }
  if (value < 0x10000) {
    u8[p] = 0x19;
    u8[p + 1] = value >> 8;
    u8[p + 2] = value;
    return p + 3;
  }
  u8[p] = 0x1a;
  u8[p + 1] = value >>> 24;
  u8[p + 2] = value >>> 16;
  u8[p + 3] = value >>> 8;
  u8[p + 4] = value;
  return p + 5;
}

/** `value` is -1 minus the number (RFC 8949, 3.1). */
function writeNegative(u8: Uint8Array, p: number, value: number): number {
  const start = p;
  const end = writeUnsigned(u8, p, value);
  u8[start] |= 0x20;
  return end;
}
