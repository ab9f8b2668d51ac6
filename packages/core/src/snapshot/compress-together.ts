/**
 * Compresses the segments of a snapshot, alone or together with a partner in another thread, who
 * may come late, be stuck or die: nothing here waits for it. See ring/shared-work.ts.
 */

import zlib from 'node:zlib';
import type { RingMemory } from '../ring/ring-memory.ts';
import { SharedWork, type SharedWorkData } from '../ring/shared-work.ts';
import type { Compressor } from './compress-frame.ts';
import { CopyingRoom } from './copying-room.ts';

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

/** A room that a partner sees as well, with another for what the partner makes of it. */
export class SharedRoom extends CopyingRoom {
  readonly results: Uint8Array;

  /** Throws where there is no memory for it. */
  constructor(memory: RingMemory) {
    super(memory, (lengthBytes) => new SharedArrayBuffer(lengthBytes));
    const resultsBytes = Math.ceil(this.items.length * RESULTS_PART);
    this.results = new Uint8Array(new SharedArrayBuffer(resultsBytes));
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
