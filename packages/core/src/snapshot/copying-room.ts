/**
 * Memory for one copy of every segment in a ring, given out piece by piece and again for the next
 * snapshot. Who keeps it for how long is not known here.
 */

import { ITEM_BACK_BYTES, ITEM_FRONT_BYTES } from '../ring/captured-segment.ts';
import type { RingMemory } from '../ring/ring-memory.ts';

/** Pages that are not used take no memory. */
export class CopyingRoom {
  readonly items: Uint8Array;
  #end = 0;

  /** Throws where there is no memory for it. */
  constructor({ segmentCount, segmentBytes }: RingMemory) {
    const itemBytes = ITEM_FRONT_BYTES + segmentBytes + ITEM_BACK_BYTES;
    this.items = new Uint8Array(segmentCount * itemBytes);
  }

  /** Gives all of it out anew. What was there is overwritten from now on. */
  clear(): void {
    this.#end = 0;
  }

  take(lengthBytes: number): Uint8Array {
    const start = this.#end;
    this.#end += lengthBytes;
    return this.items.subarray(start, this.#end);
  }
}
