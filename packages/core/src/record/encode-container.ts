/**
 * How values that contain others become CBOR: objects, arrays, Maps and Sets. A head carries the
 * count of what follows, so room for all entries is set aside before the first is written; where
 * even that is lacking, or a cap is reached, fewer are written and the whole is marked as cut.
 * What a single value is, is left to the class that extends this one.
 */

import type { ByteViews } from '../memory/byte-views.ts';
import type { EncodeRun } from './encode-run.ts';
import {
  cutBytes,
  encodeCutAway,
  encodeNullMark,
  encodeRedacted,
  MIN_VALUE_BYTES,
  openCut,
} from './encode-scalar.ts';
import { encodeCutText, encodeText, MAX_READ_LENGTH } from './encode-text.ts';
import { floor, max, min } from './intrinsics.ts';
import type { Limits } from './limits.ts';
import { hasOwn, objectKeys } from './object-kind.ts';
import { REDACTED, REDACTED_TEXT, type Redaction } from './redaction.ts';
import { TAG_HOLE, TAG_MAP } from './tags.ts';
import {
  headLength,
  MAJOR_ARRAY,
  MAJOR_MAP,
  MAJOR_TAG,
  MAJOR_UNSIGNED,
  writeHead,
} from './write-head.ts';

/** With less room a container is cut away unread. Also what keeps a wide value from costing much. */
const MIN_CONTAINER_BYTES = 32;
/**
 * Whatever the limits say. The decoder takes 64 containers in one another, and a level is three
 * of them at most: an error, a cut, the map of its properties.
 */
export const MAX_DEPTH = 20;
/**
 * After so many keys in one value no more objects are read. There is no way to ask for the first
 * keys only, and a million take 0.3 s (Node 20), so one such object may appear once, not in each
 * element of an array.
 */
const MAX_KEYS_READ = 100_000;
/** TAG_SET or TAG_MAP. */
const COLLECTION_TAG_BYTES = 3;
/** An entry with a longer key is left out: shortened, the key could become equal to another. */
const MAX_KEY_LENGTH = 1024;
/** Searched beyond the cap of a text, lest a secret that it cuts is not known for one. */
const LOOK_AHEAD_UNITS = 2048;
/** More than a mark holds. */
const MAX_LABEL_UNITS = 512;
/** From this length on a label may be the beginning of a longer text. */
export const MAX_WHOLE_LABEL_UNITS = 200;
/** What a key takes besides three bytes a unit: its head, and the tag of ill-formed text. */
const KEY_OVERHEAD_BYTES = 6;

export abstract class ContainerEncoder {
  /** How many values have been cut. */
  cuts = 0;
  protected readonly limits: Limits;
  protected readonly redaction: Redaction;

  constructor(limits: Limits, redaction: Redaction) {
    this.limits = { ...limits, depth: min(limits.depth, MAX_DEPTH) };
    this.redaction = redaction;
  }

  /** A text of the application's without the secrets in it. */
  writeText(target: ByteViews, position: number, limit: number, text: string): number {
    const { redaction } = this;
    const { stringBytes } = this.limits;
    const seenUnits = stringBytes + LOOK_AHEAD_UNITS;
    if (!redaction.searchesTexts || text.length > MAX_READ_LENGTH) {
      return encodeText(target, position, limit, text, stringBytes);
    }
    if (text.length <= seenUnits) {
      return encodeText(target, position, limit, redaction.cleanText(text), stringBytes);
    }
    const seen = text.slice(0, seenUnits);
    const cleaned = redaction.cleanText(seen, true);
    return cleaned === seen
      ? encodeText(target, position, limit, text, stringBytes)
      : encodeCutText(target, position, limit, cleaned, text.length, stringBytes);
  }

  /** A text of the application's that is to stand inside a mark, without the secrets in it. */
  cleanLabel(text: string): string {
    const seen = text.length > MAX_LABEL_UNITS ? text.slice(0, MAX_LABEL_UNITS) : text;
    return this.redaction.cleanText(seen, text.length >= MAX_WHOLE_LABEL_UNITS);
  }

  /** Writes any value at `position`; `depth` and `node` are its own. */
  protected abstract writeValue(
    run: EncodeRun,
    position: number,
    limit: number,
    value: unknown,
    depth: number,
    node: number,
  ): number;

  /** Writes that `thrown` came instead of a value. */
  protected abstract writeThrown(
    run: EncodeRun,
    position: number,
    limit: number,
    thrown: unknown,
  ): number;

  /** Enumerable own properties. */
  protected writeProperties(
    run: EncodeRun,
    position: number,
    limit: number,
    object: object,
    depth: number,
    node: number,
  ): number {
    if (!this.hasRoom(position, limit, depth) || run.keysRead > MAX_KEYS_READ) {
      return this.writeCutAway(run, position, limit, null);
    }
    const keys = objectKeys(object);
    run.keysRead += keys.length;
    run.enter(object, depth);
    return this.writeEntries(run, position, limit, object, keys, depth, node);
  }

  /** Array, or what was taken out of a Set, whose size is then `total`. `tag` is 0 for none. */
  protected writeElements(
    run: EncodeRun,
    position: number,
    limit: number,
    elements: readonly unknown[],
    total: number,
    tag: number,
    depth: number,
    node: number,
  ): number {
    const room = limit - position - (tag === 0 ? 0 : COLLECTION_TAG_BYTES);
    const kept = this.#fittingCount(total, room, MIN_VALUE_BYTES);
    const isShortened = kept < total;
    const end = isShortened ? limit - headLength(total) : limit;
    let next = isShortened ? this.#openCut(run, position) : position;
    if (tag !== 0) next = writeHead(run.u8, next, MAJOR_TAG, tag);
    next = writeHead(run.u8, next, MAJOR_ARRAY, kept);
    for (let i = 0; i < kept; i++) {
      const child = this.redaction.enterIndex(node, i);
      const reserved = (kept - 1 - i) * MIN_VALUE_BYTES;
      next = this.writeProperty(run, next, end - reserved, elements, i, depth + 1, child);
    }
    return isShortened ? writeHead(run.u8, next, MAJOR_UNSIGNED, total) : next;
  }

  /** Of `entries` the first ones that a Map of `total` has: key, value, key, value. */
  protected writeMapEntries(
    run: EncodeRun,
    position: number,
    limit: number,
    entries: readonly unknown[],
    total: number,
    depth: number,
    node: number,
  ): number {
    const room = limit - position - COLLECTION_TAG_BYTES;
    const kept = this.#fittingCount(total, room, 2 * MIN_VALUE_BYTES);
    const isShortened = kept < total;
    const end = isShortened ? limit - headLength(total) : limit;
    let next = isShortened ? this.#openCut(run, position) : position;
    next = writeHead(run.u8, next, MAJOR_TAG, TAG_MAP);
    next = writeHead(run.u8, next, MAJOR_MAP, kept);
    for (let i = 0; i < kept; i++) {
      const valueLimit = end - (kept - 1 - i) * 2 * MIN_VALUE_BYTES;
      const child = this.redaction.enterKey(node, entries[i * 2]);
      const key = this.keepApart(entries[i * 2], i, child);
      next = this.writeValue(run, next, valueLimit - MIN_VALUE_BYTES, key, depth + 1, child);
      if (child === REDACTED) next = encodeRedacted(run.target, next);
      else next = this.writeValue(run, next, valueLimit, entries[i * 2 + 1], depth + 1, child);
    }
    return isShortened ? writeHead(run.u8, next, MAJOR_UNSIGNED, total) : next;
  }

  /** A Map's key or a Set's element as it is stored, so that redaction makes no two of them equal. */
  protected keepApart(value: unknown, index: number, node: number): unknown {
    const isRead = typeof value === 'object' && value !== null;
    if (isRead && node === REDACTED) return `${REDACTED_TEXT} ${index}`;
    if (typeof value !== 'string') return value;
    // A longer one is marked as cut, and no mark equals another.
    const isWhole = value.length <= this.limits.stringBytes + LOOK_AHEAD_UNITS;
    return isWhole ? this.redaction.cleanKey(value, index) : value;
  }

  /** Whether a container may stand here. */
  protected hasRoom(position: number, limit: number, depth: number): boolean {
    return depth <= this.limits.depth && limit - position >= MIN_CONTAINER_BYTES;
  }

  protected writeCutAway(
    run: EncodeRun,
    position: number,
    limit: number,
    size: number | null,
  ): number {
    this.cuts++;
    return encodeCutAway(run.target, position, limit, size);
  }

  /** A map of the properties `keys`, which is the caller's to change. */
  protected writeEntries(
    run: EncodeRun,
    position: number,
    limit: number,
    object: object,
    keys: string[],
    depth: number,
    node: number,
  ): number {
    const total = keys.length;
    const room = limit - position - cutBytes(total) - headLength(total);
    if (room < 0) return this.writeCutAway(run, position, limit, total);
    let reserved = this.#keepFitting(keys, room);
    const kept = keys.length;
    const isShortened = kept < total;
    const end = isShortened ? limit - headLength(total) : limit;
    let next = isShortened ? this.#openCut(run, position) : position;
    next = writeHead(run.u8, next, MAJOR_MAP, kept);
    for (let i = 0; i < kept; i++) {
      const key = keys[i];
      const keyLimit = next + keyBytes(key);
      reserved -= keyBytes(key) + MIN_VALUE_BYTES;
      const name = this.redaction.cleanKey(key, i);
      next = encodeText(run.target, next, keyLimit, name, Number.POSITIVE_INFINITY);
      const child = this.redaction.enter(node, key);
      next = this.writeProperty(run, next, end - reserved, object, key, depth + 1, child);
    }
    return isShortened ? writeHead(run.u8, next, MAJOR_UNSIGNED, total) : next;
  }

  protected writeProperty(
    run: EncodeRun,
    position: number,
    limit: number,
    object: object,
    key: string | number,
    depth: number,
    node: number,
  ): number {
    if (node === REDACTED) return encodeRedacted(run.target, position);
    let value: unknown;
    let isHole = false;
    try {
      value = (object as { [key: string | number]: unknown })[key];
      isHole = value === undefined && typeof key === 'number' && !hasOwn(object, key);
    } catch (thrown) {
      return this.writeThrown(run, position, limit, thrown);
    }
    if (isHole) return encodeNullMark(run.target, position, TAG_HOLE);
    return this.writeValue(run, position, limit, value, depth, node);
  }

  /**
   * Leaves in `keys` those that are kept: at most as many as the cap, as long as each with the
   * least of values has a place in `room`. Returns the bytes that they take of it.
   */
  #keepFitting(keys: string[], room: number): number {
    const { entries } = this.limits;
    let reserved = 0;
    let kept = 0;
    for (let i = 0; i < keys.length && kept < entries; i++) {
      const key = keys[i];
      const bytes = keyBytes(key) + MIN_VALUE_BYTES;
      if (reserved + MIN_VALUE_BYTES > room) break;
      if (key.length > MAX_KEY_LENGTH || reserved + bytes > room) continue;
      reserved += bytes;
      keys[kept++] = key;
    }
    keys.length = kept;
    return reserved;
  }

  /** How many of `total` entries of `entryBytes` at least are kept. */
  #fittingCount(total: number, room: number, entryBytes: number): number {
    const most = min(total, this.limits.entries);
    if (most === total && headLength(total) + total * entryBytes <= room) return total;
    const rest = room - cutBytes(total) - headLength(most);
    return max(min(most, floor(rest / entryBytes)), 0);
  }

  #openCut(run: EncodeRun, position: number): number {
    this.cuts++;
    return openCut(run.u8, position);
  }
}

/** The most that a key takes. */
function keyBytes(key: string): number {
  return key.length * 3 + KEY_OVERHEAD_BYTES;
}
