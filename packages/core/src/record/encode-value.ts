/**
 * How any value becomes exactly one CBOR item within a limit, whatever the value does. How a log
 * call, its shape and its context are stored is not known here.
 *
 * Getters, `toJSON` and proxies run code of the application, which may log and so call `encode`
 * again on the same instance, or be cut off for good by a `vm` timeout. Therefore all state of
 * a call stands in an EncodeRun that the call takes for itself: a nested call finds none and
 * makes a new one, and one that never comes back is replaced by the next call. The memory has to
 * be the call's own as well: scratch, never the ring, which nested calls append to.
 */

import type { ByteViews } from '../memory/byte-views.ts';
import { encodeBinary } from './encode-binary.ts';
import { describeThrown, ErrorEncoder } from './encode-error.ts';
import { EncodeRun } from './encode-run.ts';
import {
  encodeBigInt,
  encodeDate,
  encodeMark,
  encodeNullMark,
  encodeNumber,
  encodeSimple,
  MIN_VALUE_BYTES,
} from './encode-scalar.ts';
import { isCut } from './encode-text.ts';
import { isSafeInteger, min } from './intrinsics.ts';
import type { Limits } from './limits.ts';
import {
  dateMs,
  firstMapEntries,
  firstSetValues,
  ignoreRejection,
  KIND_ARRAY,
  KIND_BINARY,
  KIND_BOXED,
  KIND_DATE,
  KIND_ERROR,
  KIND_MAP,
  KIND_OPAQUE,
  KIND_PLAIN,
  KIND_SET,
  kindOf,
  mapSize,
  opaqueName,
  reflectApply,
  setSize,
  symbolDescription,
  unbox,
} from './object-kind.ts';
import { NO_NODE, type Redaction } from './redaction.ts';
import { TAG_CIRCULAR, TAG_FUNCTION, TAG_OPAQUE, TAG_SET, TAG_SYMBOL, TAG_THREW } from './tags.ts';
import { MAJOR_TAG, MAJOR_TEXT, writeHead } from './write-head.ts';

export { MIN_VALUE_BYTES };

/** A bigint of more bytes is cut away, however long texts may be. */
const MAX_BIGINT_BYTES = 64 * 1024;

/** TAG_THREW over an empty text, for when there is no stack left to say more. */
const BARE_THREW = Uint8Array.from([0, 0, 0, 0, 0, MAJOR_TEXT << 5]);
writeHead(BARE_THREW, 0, MAJOR_TAG, TAG_THREW);

export class ValueEncoder extends ErrorEncoder {
  readonly #bigintBound: bigint;
  #spareRun: EncodeRun | null = null;

  constructor(limits: Limits, redaction: Redaction) {
    super(limits, redaction);
    this.#bigintBound = 1n << BigInt(8 * min(limits.stringBytes, MAX_BIGINT_BYTES));
  }

  /**
   * Writes `value`, a field of an event, as one CBOR item that ends at or before `limit`, which
   * leaves MIN_VALUE_BYTES at least. Returns its end. Never throws.
   */
  encode(
    target: ByteViews,
    position: number,
    limit: number,
    value: unknown,
    redactionNode: number = NO_NODE,
  ): number {
    try {
      if (isPrimitive(value)) {
        const end = this.#writePrimitive(target, position, limit, value);
        if (isCut(target.u8, position)) this.cuts++;
        return end;
      }
      return this.#encodeInRun(target, position, limit, value, redactionNode);
    } catch {
      // Only at the end of the stack, where nothing more can be called.
      for (let i = 0; i < BARE_THREW.length; i++) target.u8[position + i] = BARE_THREW[i];
      return position + BARE_THREW.length;
    }
  }

  protected override writeValue(
    run: EncodeRun,
    position: number,
    limit: number,
    value: unknown,
    depth: number,
    node: number,
  ): number {
    if (isPrimitive(value)) {
      return this.#countCut(
        run,
        position,
        this.#writePrimitive(run.target, position, limit, value),
      );
    }
    try {
      return typeof value === 'function'
        ? this.#writeFunction(run, position, limit, value)
        : this.#writeObject(run, position, limit, value as object, depth, node, true);
    } catch (thrown) {
      return this.writeThrown(run, position, limit, thrown);
    }
  }

  protected override writeThrown(
    run: EncodeRun,
    position: number,
    limit: number,
    thrown: unknown,
  ): number {
    const description = this.cleanLabel(describeThrown(thrown));
    return encodeMark(run.target, position, limit, TAG_THREW, description);
  }

  #encodeInRun(
    target: ByteViews,
    position: number,
    limit: number,
    value: unknown,
    node: number,
  ): number {
    const run = this.#spareRun ?? new EncodeRun(target, this.limits.depth);
    this.#spareRun = null;
    run.begin(target);
    const end = this.writeValue(run, position, limit, value, 1, node);
    run.end();
    this.#spareRun = run;
    return end;
  }

  #writePrimitive(target: ByteViews, position: number, limit: number, value: unknown): number {
    switch (typeof value) {
      case 'string':
        return this.writeText(target, position, limit, value);
      case 'number':
        return encodeNumber(target, position, value);
      case 'bigint':
        return encodeBigInt(target, position, limit, value, this.#bigintBound);
      case 'symbol':
        return this.#writeMark(target, position, limit, TAG_SYMBOL, symbolDescription(value) ?? '');
      default:
        return encodeSimple(target, position, value as boolean | null | undefined);
    }
  }

  #writeObject(
    run: EncodeRun,
    position: number,
    limit: number,
    object: object,
    depth: number,
    node: number,
    honoursToJson: boolean,
  ): number {
    if (run.isInside(object, depth)) return encodeNullMark(run.target, position, TAG_CIRCULAR);
    const kind = kindOf(object);
    if (kind === KIND_PLAIN && honoursToJson) {
      const { toJSON } = object as { toJSON?: unknown };
      if (typeof toJSON === 'function') {
        const result: unknown = reflectApply(toJSON, object, ['']);
        ignoreRejection(result);
        if (typeof result !== 'object' || result === null) {
          return this.writeValue(run, position, limit, result, depth, node);
        }
        return this.#writeObject(run, position, limit, result, depth, node, false);
      }
    }
    switch (kind) {
      case KIND_PLAIN:
        return this.writeProperties(run, position, limit, object, depth, node);
      case KIND_ERROR:
        return this.writeError(run, position, limit, object, depth, node);
      case KIND_ARRAY:
      case KIND_MAP:
      case KIND_SET:
        return this.#writeCollection(run, position, limit, object, kind, depth, node);
      case KIND_DATE:
        return encodeDate(run.target, position, dateMs(object as Date));
      case KIND_BINARY: {
        const end = encodeBinary(run.target, position, limit, object, this.limits.stringBytes);
        return this.#countCut(run, position, end);
      }
      case KIND_BOXED:
        return this.writeValue(run, position, limit, unbox(object), depth, node);
      case KIND_OPAQUE:
        return this.#writeMark(run.target, position, limit, TAG_OPAQUE, opaqueName(object));
    }
  }

  #writeCollection(
    run: EncodeRun,
    position: number,
    limit: number,
    object: object,
    kind: typeof KIND_ARRAY | typeof KIND_MAP | typeof KIND_SET,
    depth: number,
    node: number,
  ): number {
    let size: number;
    if (kind === KIND_MAP) size = mapSize(object as Map<unknown, unknown>);
    else if (kind === KIND_SET) size = setSize(object as Set<unknown>);
    else size = (object as readonly unknown[]).length;
    // A proxy of an array may say anything.
    if (!isSafeInteger(size) || size < 0) size = 0;
    if (!this.hasRoom(position, limit, depth)) return this.writeCutAway(run, position, limit, size);
    run.enter(object, depth);
    if (kind === KIND_MAP) {
      const entries = firstMapEntries(object as Map<unknown, unknown>, this.limits.entries);
      return this.writeMapEntries(run, position, limit, entries, size, depth, node);
    }
    if (kind === KIND_ARRAY) {
      const elements = object as readonly unknown[];
      return this.writeElements(run, position, limit, elements, size, 0, depth, node);
    }
    const values = firstSetValues(object as Set<unknown>, this.limits.entries);
    for (let i = 0; i < values.length; i++) values[i] = this.keepApart(values[i], i, NO_NODE);
    return this.writeElements(run, position, limit, values, size, TAG_SET, depth, node);
  }

  #writeFunction(run: EncodeRun, position: number, limit: number, value: object): number {
    const { name } = value as { name: unknown };
    const label = typeof name === 'string' ? name : '';
    return this.#writeMark(run.target, position, limit, TAG_FUNCTION, label);
  }

  #writeMark(
    target: ByteViews,
    position: number,
    limit: number,
    tag: number,
    label: string,
  ): number {
    return encodeMark(target, position, limit, tag, this.cleanLabel(label));
  }

  #countCut(run: EncodeRun, position: number, end: number): number {
    if (isCut(run.u8, position)) this.cuts++;
    return end;
  }
}

function isPrimitive(value: unknown): boolean {
  return value === null || (typeof value !== 'object' && typeof value !== 'function');
}
