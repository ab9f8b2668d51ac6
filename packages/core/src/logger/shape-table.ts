/**
 * The shapes of one logger in one lane, by message. Bounded in every direction: text that differs
 * at every call never gets in, so high cardinality costs bytes in the ring and no memory.
 */

import type { Redaction } from '../record/redaction.ts';
import { CallShape, encodeDefinition } from './call-shape.ts';

/** A shape with more keys, or with longer text, is written inline with every event. */
const MAX_SHAPE_KEYS = 64;
export const MAX_SHAPE_TEXT_UNITS = 256;
/** Variants of keys that one message may have. */
const MAX_VARIANTS = 8;
/** Buckets, and messages in one bucket: 1,024 in all. A power of two. */
const BUCKET_COUNT = 128;
const MAX_BUCKET_LENGTH = 8;
/** Messages that wait for their second sighting. A power of two. */
const NEWCOMER_COUNT = 256;
const NO_SHAPES: readonly CallShape[] = [];

/** Which messages one writer has seen once; shared by all its tables. */
export class Newcomers {
  readonly #fingerprints = new Int32Array(NEWCOMER_COUNT);

  /**
   * Whether `message` has come before, not too many others ago. Notes it. By kind, since each span
   * comes twice, as a start and as an end.
   */
  hasSeen(message: string, kind: number): boolean {
    // A number and not the text: a slice of a huge text would keep all of it alive.
    const fingerprint = fingerprintOf(message, kind);
    const slot = fingerprint & (NEWCOMER_COUNT - 1);
    if (this.#fingerprints[slot] === fingerprint) return true;
    this.#fingerprints[slot] = fingerprint;
    return false;
  }
}

/** Of a writer, what its shapes depend on. */
export interface ShapeOwner {
  readonly redaction: Redaction;
  readonly newcomers: Newcomers;
  /** Events of more bytes are not written in place, lest they pass a cap; 0: none are. */
  readonly plainBytes: number;
}

export class ShapeTable {
  /** Of the events: KIND_LOG or one of a span. */
  readonly kind: number;
  readonly #logger: string;
  readonly #mark: number;
  readonly #owner: ShapeOwner;
  readonly #buckets: (readonly CallShape[])[] = new Array<readonly CallShape[]>(BUCKET_COUNT).fill(
    NO_SHAPES,
  );
  #fullSinceSerial = -1;
  /** What was found last: the same call site often logs again and again. */
  #last: CallShape | null = null;

  constructor(kind: number, logger: string, mark: number, owner: ShapeOwner) {
    this.kind = kind;
    this.#logger = logger;
    this.#mark = mark;
    this.#owner = owner;
  }

  /** The first of the message's shapes; the others hang at its `nextKeys`. */
  find(message: string): CallShape | null {
    const last = this.#last;
    if (last !== null && last.message === message) return last;
    const bucket = this.#buckets[bucketOf(message)];
    for (let i = 0; i < bucket.length; i++) {
      if (bucket[i].message === message) {
        this.#last = bucket[i];
        return bucket[i];
      }
    }
    return null;
  }

  /**
   * Whether a message that has no shape should get one: it has come before. Text that comes once
   * is written inline.
   */
  isAwaited(message: string): boolean {
    if (message.length > MAX_SHAPE_TEXT_UNITS) return false;
    return this.#owner.newcomers.hasSeen(message, this.kind);
  }

  /**
   * The shape of these keys, made if need be; null where the event is to be written inline.
   * `serial` is that of the lane's open segment.
   */
  admit(message: string, keys: readonly string[], serial: number): CallShape | null {
    const first = this.find(message);
    let variants = 0;
    for (let shape = first; shape !== null; shape = shape.nextKeys) {
      if (shape.hasKeys(keys)) return shape;
      variants++;
    }
    if (variants >= MAX_VARIANTS || !isShort(message, keys)) return null;
    if (first === null && !this.#hasRoom(message, serial)) return null;
    const shape = this.makeShape(message, keys);
    if (first === null) {
      const bucket = bucketOf(message);
      this.#buckets[bucket] = [...this.#buckets[bucket], shape];
    } else {
      shape.nextKeys = first.nextKeys;
      first.nextKeys = shape;
    }
    return shape;
  }

  /** A shape that the table does not keep: to be defined for one event. */
  makeShape(message: string, keys: readonly string[]): CallShape {
    const { redaction, plainBytes } = this.#owner;
    const nodes = keys.map((key) => redaction.enter(redaction.root, key));
    const definition = encodeDefinition(
      this.kind,
      this.#logger,
      redaction.cleanText(message),
      keys.map((key, index) => redaction.cleanKey(key, index)),
    );
    return new CallShape(message, keys.slice(), definition, nodes, plainBytes, this.#mark);
  }

  #hasRoom(message: string, serial: number): boolean {
    const bucket = this.#buckets[bucketOf(message)];
    if (bucket.length < MAX_BUCKET_LENGTH) return true;
    // Full of messages that may all be gone by now: once a segment, the ones in use come again.
    if (this.#fullSinceSerial === serial) return false;
    this.#fullSinceSerial = serial;
    this.#buckets[bucketOf(message)] = NO_SHAPES;
    this.#last = null;
    return true;
  }
}

/** Cheaper than the hash of a text that was just put together: a `Map` costs 40 ns more there. */
function bucketOf(message: string): number {
  const { length } = message;
  if (length === 0) return 0;
  const units =
    message.charCodeAt(0) * 7 +
    message.charCodeAt(length >> 1) * 131 +
    message.charCodeAt(length - 1) * 17;
  return (units + length * 31) & (BUCKET_COUNT - 1);
}

/** Never 0. FNV-1a, 32 bits. */
function fingerprintOf(message: string, kind: number): number {
  let hash = 0x811c9dc5 + kind;
  for (let i = 0; i < message.length; i++) {
    hash = Math.imul(hash ^ message.charCodeAt(i), 0x01000193);
  }
  return hash | 1;
}

function isShort(message: string, keys: readonly string[]): boolean {
  if (message.length > MAX_SHAPE_TEXT_UNITS || keys.length > MAX_SHAPE_KEYS) return false;
  for (const key of keys) if (key.length > MAX_SHAPE_TEXT_UNITS) return false;
  return true;
}
