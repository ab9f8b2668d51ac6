/**
 * All loggers of one name and kind in one thread, and what the writer has learned of their calls.
 */

import { ByteViews } from '../memory/byte-views.ts';
import { POOL_WARN } from '../memory/ring-layout.ts';
import { encodeText } from '../record/encode-text.ts';
import { markOf, type PrintedTo, writeMarkedHead } from '../record/printed-mark.ts';
import { KIND_LOG } from '../record/record-layout.ts';
import { MAJOR_ARRAY } from '../record/write-head.ts';
import type { CallShape } from './call-shape.ts';
import { type ShapeOwner, ShapeTable } from './shape-table.ts';

export type { Fields } from './encode-shaped.ts';

/** A name stands in every definition, so it cannot be of any length. */
const MAX_NAME_UNITS = 256;
/** Logger, message, keys. */
const INLINE_ITEMS = 3;

export class LogSource {
  /** KIND_LOG, or that of a span's start or end. */
  readonly kind: number;
  readonly name: string;
  /** What the program has printed itself is marked: see record/printed-mark.ts. */
  readonly mark: number;
  /** How inline shapes begin: `[logger,` of `[logger, message, keys]`. */
  readonly inlineStart: Uint8Array;
  /** Whose calls the tables describe; another writer's redaction may differ. */
  writer: object | null = null;
  /** What the last call below warn was written as: the same call site often logs again and again. */
  recentShape: CallShape | null = null;
  #normalShapes: ShapeTable | null = null;
  #warnShapes: ShapeTable | null = null;

  constructor(name: string, kind: number = KIND_LOG, printedTo: PrintedTo | null = null) {
    this.kind = kind;
    this.mark = markOf(printedTo);
    this.name = name.length > MAX_NAME_UNITS ? `${name.slice(0, MAX_NAME_UNITS)}…` : name;
    this.inlineStart = encodeStart(this.name, this.mark);
  }

  /** Begins anew for another writer. */
  adopt(writer: ShapeOwner): void {
    this.writer = writer;
    this.recentShape = null;
    this.#normalShapes = null;
    this.#warnShapes = null;
  }

  /** Each lane has its own, since what is defined in one is not in the other. */
  shapesOf(pool: number, writer: ShapeOwner): ShapeTable {
    const shapes = pool === POOL_WARN ? this.#warnShapes : this.#normalShapes;
    return shapes ?? this.#makeTable(pool, writer);
  }

  #makeTable(pool: number, writer: ShapeOwner): ShapeTable {
    const shapes = new ShapeTable(this.kind, this.name, this.mark, writer);
    if (pool === POOL_WARN) this.#warnShapes = shapes;
    else this.#normalShapes = shapes;
    return shapes;
  }
}

function encodeStart(name: string, mark: number): Uint8Array {
  const roomBytes = (name.length + 8) * 3;
  const target = new ByteViews(new ArrayBuffer(roomBytes));
  const position = writeMarkedHead(target.u8, 0, MAJOR_ARRAY, INLINE_ITEMS + mark);
  return target.u8.slice(0, encodeText(target, position, roomBytes, name, roomBytes));
}
