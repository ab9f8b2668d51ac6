/**
 * The state of one call of the value encoder, which the call has for itself. See encode-value.ts
 * for why it does not stand in the encoder.
 */

import type { ByteViews } from '../memory/byte-views.ts';

export class EncodeRun {
  target: ByteViews;
  /** Of `target`; used in every step. */
  u8: Uint8Array;
  /** Keys of objects that have been asked for, kept or not. */
  keysRead = 0;
  /** The objects around the place that is being written, by depth from 1 on. */
  readonly #ancestors: (object | null)[] = [];

  constructor(target: ByteViews, depth: number) {
    this.target = target;
    this.u8 = target.u8;
    for (let i = 0; i <= depth; i++) this.#ancestors[i] = null;
  }

  begin(target: ByteViews): void {
    this.target = target;
    this.u8 = target.u8;
    this.keysRead = 0;
  }

  /** Lets go of the application's objects. */
  end(): void {
    for (let i = 0; i < this.#ancestors.length; i++) this.#ancestors[i] = null;
  }

  enter(object: object, depth: number): void {
    this.#ancestors[depth] = object;
  }

  /** Whether `object` is around the place at `depth`. */
  isInside(object: object, depth: number): boolean {
    for (let i = 1; i < depth; i++) if (this.#ancestors[i] === object) return true;
    return false;
  }
}
