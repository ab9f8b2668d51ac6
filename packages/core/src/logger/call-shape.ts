/**
 * Call shapes: what stays the same at a call site (logger, message, keys), written once a segment
 * and then referred to by number. The tables are bounded; text that differs at every call never
 * gets in, so high cardinality costs bytes in the ring and no memory.
 */

import { ByteViews } from '../memory/byte-views.ts';
import { encodeText } from '../record/encode-text.ts';
import { KIND_LOG } from '../record/record-layout.ts';
import { REDACTED, type Redaction } from '../record/redaction.ts';
import { MAJOR_ARRAY, writeHead } from '../record/write-head.ts';

/** A shape with more keys, or with longer text, is written inline with every event. */
const MAX_SHAPE_KEYS = 64;
const MAX_TEXT_UNITS = 256;
/** Variants of keys that one message may have. */
const MAX_VARIANTS = 8;
/** Messages that a table holds, and those that wait for their second sighting. */
const MAX_MESSAGES = 1024;
const MAX_NEWCOMERS = 256;
/** Array head, time, severity, shape and context: 1 + 9 + 2 + 5 + 5, rounded up. */
const EVENT_HEAD_RESERVE_BYTES = 24;
/** A float64 or a text of fewer than 24 ASCII characters fits; longer text checks for itself. */
export const VALUE_RESERVE_BYTES = 25;
/** Events of more items need a head of more than one byte. */
const MAX_ONE_BYTE_COUNT = 23;
const ITEMS_BEFORE_VALUES = 4;

export class CallShape {
  readonly keys: readonly string[];
  /** The record that defines it: `["shape", kind, logger, message, keys]`. */
  readonly definition: Uint8Array;
  /** Head of an event array of this shape, or 0 where one byte does not hold it. */
  readonly headByte: number;
  /** Room in which an event of plain values is certain to fit, longer texts aside. */
  readonly reserveBytes: number;
  /** False once the shape was seen with values that only the long way can write. */
  isPlain: boolean;
  /** Another set of keys of the same message. */
  next: CallShape | null = null;
  /** The lane's segment in which it is defined as number `id`. */
  serial = 0;
  id = 0;

  constructor(logger: string, message: string, keys: readonly string[], isPlain: boolean) {
    this.keys = keys;
    this.definition = encodeDefinition(logger, message, keys);
    const count = ITEMS_BEFORE_VALUES + keys.length;
    this.headByte = count <= MAX_ONE_BYTE_COUNT ? (MAJOR_ARRAY << 5) | count : 0;
    this.reserveBytes = EVENT_HEAD_RESERVE_BYTES + keys.length * VALUE_RESERVE_BYTES;
    this.isPlain = isPlain && this.headByte !== 0;
  }

  hasKeys(keys: readonly string[]): boolean {
    if (keys.length !== this.keys.length) return false;
    for (let i = 0; i < keys.length; i++) if (keys[i] !== this.keys[i]) return false;
    return true;
  }
}

/** The shapes of one logger in one lane, by message. */
export class ShapeTable {
  readonly #logger: string;
  readonly #redaction: Redaction;
  readonly #shapes = new Map<string, CallShape>();
  readonly #newcomers = new Set<string>();
  #fullSinceSerial = -1;

  constructor(logger: string, redaction: Redaction) {
    this.#logger = logger;
    this.#redaction = redaction;
  }

  /** The first of the message's shapes; the others hang at its `next`. */
  find(message: string): CallShape | undefined {
    return this.#shapes.get(message);
  }

  /**
   * The shape of these keys, made if need be; null where the event is to be written inline: text
   * seen for the first time, or a full table. `serial` is that of the lane's open segment.
   */
  admit(message: string, keys: readonly string[], serial: number): CallShape | null {
    const first = this.#shapes.get(message);
    let variants = 0;
    for (let shape = first ?? null; shape !== null; shape = shape.next) {
      if (shape.hasKeys(keys)) return shape;
      variants++;
    }
    if (variants >= MAX_VARIANTS || !isShort(message, keys)) return null;
    if (first === undefined && !this.#isKnown(message, serial)) return null;
    const redaction = this.#redaction;
    const isPlain = keys.every((key) => redaction.enter(redaction.root, key) !== REDACTED);
    const shape = new CallShape(this.#logger, message, keys.slice(), isPlain);
    if (first === undefined) {
      this.#shapes.set(message, shape);
    } else {
      shape.next = first.next;
      first.next = shape;
    }
    return shape;
  }

  /** Whether the message has come before and there is a place for it. */
  #isKnown(message: string, serial: number): boolean {
    if (!this.#newcomers.delete(message)) {
      if (this.#newcomers.size >= MAX_NEWCOMERS) this.#newcomers.clear();
      this.#newcomers.add(message);
      return false;
    }
    if (this.#shapes.size >= MAX_MESSAGES) {
      // Full of messages that may all be gone by now: once a segment, the ones in use come again.
      if (this.#fullSinceSerial === serial) return false;
      this.#fullSinceSerial = serial;
      this.#shapes.clear();
    }
    return true;
  }
}

function isShort(message: string, keys: readonly string[]): boolean {
  if (message.length > MAX_TEXT_UNITS || keys.length > MAX_SHAPE_KEYS) return false;
  for (const key of keys) if (key.length > MAX_TEXT_UNITS) return false;
  return true;
}

function encodeDefinition(logger: string, message: string, keys: readonly string[]): Uint8Array {
  const texts = ['shape', logger, message, ...keys];
  const roomBytes = texts.reduce((sum, text) => sum + text.length * 3 + 16, 32);
  const target = new ByteViews(new ArrayBuffer(roomBytes));
  const text = (position: number, value: string): number =>
    encodeText(target, position, roomBytes, value, roomBytes);
  let position = writeHead(target.u8, 0, MAJOR_ARRAY, 5);
  position = text(position, 'shape');
  target.u8[position++] = KIND_LOG;
  position = text(position, logger);
  position = text(position, message);
  position = writeHead(target.u8, position, MAJOR_ARRAY, keys.length);
  for (const key of keys) position = text(position, key);
  return target.u8.slice(0, position);
}
