/**
 * A container whose items are still being read, and what it becomes when all are there. The
 * decoder keeps a stack of these in place of recursion.
 */

import { DecodeError } from './decode-error.ts';
import { Mark } from './marks.ts';
import { type PlainObject, setOwn } from './own-property.ts';
import { restoreError } from './restore-error.ts';

export const BECOMES_ARRAY = 0;
export const BECOMES_SET = 1;
export const BECOMES_CUT = 2;
/** From here on the items are keys and values in turn. */
export const BECOMES_OBJECT = 3;
export const BECOMES_ERROR = 4;
export const BECOMES_MAP = 5;

/** Stands for a hole of a sparse array until the array takes it. */
export const HOLE: symbol = Symbol('hole');

const NO_ITEMS: unknown[] = [];
const NO_OBJECT: PlainObject = {};
const NO_MAP = new Map<unknown, unknown>();

export class Frame {
  /** Items to come; keys count. */
  remaining = 0;
  /** Where the container begins. */
  offset = 0;

  private kind = BECOMES_ARRAY;
  private items: unknown[] = NO_ITEMS;
  private object: PlainObject = NO_OBJECT;
  private map: Map<unknown, unknown> = NO_MAP;
  private key: unknown = undefined;
  private hasKey = false;

  begin(kind: number, remaining: number, offset: number): void {
    this.kind = kind;
    this.remaining = remaining;
    this.offset = offset;
    this.hasKey = false;
    if (kind < BECOMES_OBJECT) this.items = [];
    else if (kind === BECOMES_MAP) this.map = new Map();
    else this.object = {};
  }

  /** Takes the next item, which begins at `start`. */
  add(value: unknown, start: number): void {
    if (value === HOLE) {
      if (this.kind !== BECOMES_ARRAY) throw new DecodeError('a hole is not in an array', start);
      this.items.length++;
    } else if (this.kind < BECOMES_OBJECT) {
      this.items.push(value);
    } else if (!this.hasKey) {
      this.checkKey(value, start);
      this.key = value;
      this.hasKey = true;
    } else {
      if (this.kind === BECOMES_MAP) this.map.set(this.key, value);
      else setOwn(this.object, this.key as string, value);
      this.hasKey = false;
    }
  }

  /** The value that all items together are. The frame lets go of them. */
  finish(): unknown {
    const { kind, items, object, map } = this;
    this.items = NO_ITEMS;
    this.object = NO_OBJECT;
    this.map = NO_MAP;
    this.key = undefined;
    switch (kind) {
      case BECOMES_ARRAY:
        return items;
      case BECOMES_SET:
        return new Set(items);
      case BECOMES_CUT:
        return this.toCut(items[0], items[1]);
      case BECOMES_OBJECT:
        return object;
      case BECOMES_ERROR:
        return restoreError(object);
      default:
        return map;
    }
  }

  /**
   * Of a Map or a Set duplicates are taken: distinct objects may have the same `toJSON`. An
   * object that ttlog wrote has none.
   */
  private checkKey(key: unknown, start: number): void {
    if (this.kind === BECOMES_MAP) return;
    if (typeof key !== 'string') throw new DecodeError('a key is not a text', start);
    if (Object.hasOwn(this.object, key)) {
      throw new DecodeError('a key stands twice in one object', start);
    }
  }

  private toCut(value: unknown, originalSize: unknown): Mark {
    if (originalSize === null) return new Mark('cut', '', value, null);
    if (typeof originalSize === 'number' && originalSize >= 0) {
      return new Mark('cut', '', value, originalSize);
    }
    throw new DecodeError('a cut does not say how large its value was', this.offset);
  }
}
