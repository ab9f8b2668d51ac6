/**
 * Compresses the segments of a snapshot, alone or together with a partner in another thread, who
 * may come late, be stuck or die: nothing here waits for it. See ring/shared-work.ts.
 */

import zlib from 'node:zlib';
import { ITEM_BACK_BYTES, ITEM_FRONT_BYTES } from '../ring/captured-segment.ts';
import type { RingMemory } from '../ring/ring-memory.ts';
import { SharedWork, type SharedWorkData } from '../ring/shared-work.ts';
import type { Compressor } from './compress-frame.ts';

// Taken at import, so that modules mocked later do not reach the crash path.
const { crc32 } = zlib;

/** An LZ4 frame and its CRC-32. */
export interface Frame {
  readonly bytes: Uint8Array;
  readonly crc: number;
}

/** One frame an item, in their order. */
export type CompressItems = (items: readonly Uint8Array[]) => Iterable<Frame>;

/** Somebody who may help to compress. */
export interface Partner {
  /** The copies of segments go here, since the partner has to see them; null if there is no room. */
  readonly room: SharedRoom | null;
  /** Tells the partner of the work. */
  offer(work: SharedWorkData): void;
}

/** With fewer bytes the work is done before the partner has heard of it. */
const LEAST_SHARED_BYTES = 2 * 1024 * 1024;

/** The partner's half shrinks to a third; if it runs out of room it only stops earlier. */
const RESULTS_PART = 0.5;

/** Shared memory for one copy of everything in a ring. Pages that are not used take none. */
export class SharedRoom {
  readonly items: Uint8Array;
  readonly results: Uint8Array;
  #end = 0;

  /** Throws where there is no memory for it. */
  constructor({ segmentCount, segmentBytes }: RingMemory) {
    const itemBytes = ITEM_FRONT_BYTES + segmentBytes + ITEM_BACK_BYTES;
    const lengthBytes = segmentCount * itemBytes;
    this.items = new Uint8Array(new SharedArrayBuffer(lengthBytes));
    this.results = new Uint8Array(new SharedArrayBuffer(Math.ceil(lengthBytes * RESULTS_PART)));
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

export function compressAlone(compressor: Compressor): CompressItems {
  return function* (items) {
    for (const item of items) yield compress(item, compressor);
  };
}

/** The items stand in the partner's room. */
export function compressTogether(compressor: Compressor, partner: Partner): CompressItems {
  return (items) => {
    const itemBytes = items.reduce((sum, item) => sum + item.length, 0);
    if (partner.room === null || itemBytes < LEAST_SHARED_BYTES) {
      return compressAlone(compressor)(items);
    }
    const places = new Int32Array(items.length * 2);
    items.forEach((item, i) => {
      places[2 * i] = item.byteOffset;
      places[2 * i + 1] = item.length;
    });
    const work = SharedWork.create(partner.room.items, places, partner.room.results);
    partner.offer(work.data);
    const frames: Frame[] = new Array(items.length);
    for (let item = work.draw(); item !== null; item = work.draw()) {
      frames[item] = compress(items[item], compressor);
    }
    for (let item = 0; item < items.length; item++) {
      frames[item] ??= work.result(item) ?? compress(items[item], compressor);
    }
    return frames;
  };
}

/** The partner's side: compresses what it draws until the tickets are out. */
export function helpCompressing(data: SharedWorkData, compressor: Compressor): void {
  const work = SharedWork.attach(data);
  for (let item = work.draw(); item !== null; item = work.draw()) {
    if (!work.finish(item, compress(work.item(item), compressor))) return;
  }
}

function compress(item: Uint8Array, compressor: Compressor): Frame {
  const bytes = compressor.compress(item);
  return { bytes, crc: crc32(bytes) };
}
