/**
 * Values as the reader gives them, back to CBOR: like any logged value, but uncut, unredacted, and
 * with the marks that stand for what could not be kept. What the items mean is not known here.
 */

import { ByteViews } from '../memory/byte-views.ts';
import { MAX_DEPTH } from '../record/encode-container.ts';
import type { EncodeRun } from '../record/encode-run.ts';
import {
  encodeNullMark,
  encodeNumber,
  encodeSimple,
  MIN_VALUE_BYTES,
  openCut,
} from '../record/encode-scalar.ts';
import { encodeText, isCut, MIN_TEXT_BYTES } from '../record/encode-text.ts';
import { ValueEncoder } from '../record/encode-value.ts';
import type { Limits } from '../record/limits.ts';
import { Mark, type MarkKind } from '../record/marks.ts';
import { Redaction } from '../record/redaction.ts';
import {
  TAG_CIRCULAR,
  TAG_FUNCTION,
  TAG_NOT_EVALUATED,
  TAG_OPAQUE,
  TAG_SYMBOL,
  TAG_THREW,
} from '../record/tags.ts';
import {
  MAJOR_ARRAY,
  MAJOR_MAP,
  MAJOR_TAG,
  MAX_HEAD_BYTES,
  PRIVATE_TAG_BYTES,
  writeHead,
} from '../record/write-head.ts';
import { joinBytes } from './encode-map.ts';

/** As deep as any recorder goes, and no other cap below what a segment may hold. */
const NO_LIMITS: Limits = {
  depth: MAX_DEPTH,
  entries: 1 << 24,
  stringBytes: 1 << 24,
  eventBytes: 1 << 24,
};
const FIRST_ROOM_BYTES = 64 * 1024;
/** What a segment may hold. */
const MAX_ROOM_BYTES = 16 * 1024 * 1024;

const MIN_MARK_BYTES = PRIVATE_TAG_BYTES + MIN_TEXT_BYTES;
/** A cut's own tag and heads, and the least of values. */
const MIN_CUT_BYTES = 2 * MAX_HEAD_BYTES + MIN_VALUE_BYTES;

const TAG_OF_MARK: { readonly [kind in Exclude<MarkKind, 'cut' | 'circular'>]: number } = {
  threw: TAG_THREW,
  function: TAG_FUNCTION,
  symbol: TAG_SYMBOL,
  opaque: TAG_OPAQUE,
  'not-evaluated': TAG_NOT_EVALUATED,
};

/** An item of an array that is CBOR already. */
class EncodedItem {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

export class RecordedValueEncoder extends ValueEncoder {
  #room: ByteViews = new ByteViews(new ArrayBuffer(FIRST_ROOM_BYTES));

  constructor() {
    super(NO_LIMITS, new Redaction(false));
  }

  /** One CBOR item. Only what takes more than a segment is cut. */
  encodeItem(value: unknown): Uint8Array {
    for (;;) {
      const room = this.#room.u8.length;
      this.cuts = 0;
      const end = this.encode(this.#room, 0, room, value);
      if (this.cuts === 0 || room >= MAX_ROOM_BYTES) return this.#room.u8.slice(0, end);
      this.#room = new ByteViews(new ArrayBuffer(room * 4));
    }
  }

  /** An array of any items. Each may be as deep as if it stood alone, as in an event. */
  encodeArray(items: readonly unknown[]): Uint8Array {
    return joinBytes([
      headBytes(MAJOR_ARRAY, items.length),
      ...items.map((item) => (item instanceof EncodedItem ? item.bytes : this.encodeItem(item))),
    ]);
  }

  /** The same for a map, to be an item of an array. */
  encodeMap(map: { readonly [key: string]: unknown }): EncodedItem {
    const parts = [headBytes(MAJOR_MAP, Object.keys(map).length)];
    for (const key of Object.keys(map)) parts.push(this.encodeItem(key), this.encodeItem(map[key]));
    return new EncodedItem(joinBytes(parts));
  }

  protected override writeValue(
    run: EncodeRun,
    position: number,
    limit: number,
    value: unknown,
    depth: number,
    node: number,
  ): number {
    if (!(value instanceof Mark)) {
      return super.writeValue(run, position, limit, value, depth, node);
    }
    const { kind, text } = value;
    if (kind === 'circular') return encodeNullMark(run.target, position, TAG_CIRCULAR);
    if (kind === 'cut') return this.#writeCut(run, position, limit, value, depth, node);
    if (limit - position < MIN_MARK_BYTES) return this.writeCutAway(run, position, limit, null);
    const next = writeHead(run.u8, position, MAJOR_TAG, TAG_OF_MARK[kind]);
    // The decoder takes no tag of ill-formed text inside a mark.
    const label = text.toWellFormed();
    const end = encodeText(run.target, next, limit, label, Number.POSITIVE_INFINITY);
    if (isCut(run.u8, next)) this.cuts++;
    return end;
  }

  #writeCut(
    run: EncodeRun,
    position: number,
    limit: number,
    { value, originalSize }: Mark,
    depth: number,
    node: number,
  ): number {
    if (limit - position < MIN_CUT_BYTES) {
      return this.writeCutAway(run, position, limit, originalSize);
    }
    let next = openCut(run.u8, position);
    next = this.writeValue(run, next, limit - MAX_HEAD_BYTES, value, depth, node);
    if (originalSize === null) return encodeSimple(run.target, next, null);
    return encodeNumber(run.target, next, originalSize);
  }
}

function headBytes(major: number, count: number): Uint8Array {
  const bytes = new Uint8Array(MAX_HEAD_BYTES);
  return bytes.subarray(0, writeHead(bytes, 0, major, count));
}
