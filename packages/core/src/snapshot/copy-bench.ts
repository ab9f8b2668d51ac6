/**
 * Copies a segment of a capture and compresses it at once, while it is in the processor's cache.
 */

import { type CaptureOrder, captureSegment, type SegmentCopy } from '../ring/capture.ts';
import {
  type CapturedSegment,
  ITEM_BACK_BYTES,
  ITEM_FRONT_BYTES,
  type SegmentFacts,
} from '../ring/captured-segment.ts';
import type { CutSegment } from '../ring/cut.ts';
import type { RingMemory } from '../ring/ring-memory.ts';
import { type Compressor, compressToFrame, type Frame } from './compress-frame.ts';
import { encodeSegmentItem } from './encode-chunk.ts';

/** A segment of which the bytes are compressed already. */
export interface CompressedSegment extends SegmentFacts {
  readonly rawLengthBytes: number;
  readonly frame: Frame;
}

/**
 * Room for one segment, in which one after the other is copied and made a frame of. To copy all of
 * 64 MiB first, and then share the frames alone, took main 110 ms of processor time in place of 84, a
 * quarter of it for pages that were touched for the first time (Node 20.20).
 */
export class CopyBench {
  readonly #memory: RingMemory;
  readonly #order: CaptureOrder;
  readonly #compressor: Compressor;
  readonly #room: Uint8Array;
  readonly #prepare: (segment: CapturedSegment) => CapturedSegment;

  /** `prepare` may know better what the segment's header says. */
  constructor(
    memory: RingMemory,
    order: CaptureOrder,
    compressor: Compressor,
    prepare: (segment: CapturedSegment) => CapturedSegment = (segment) => segment,
  ) {
    this.#memory = memory;
    this.#order = order;
    this.#compressor = compressor;
    this.#prepare = prepare;
    this.#room = new Uint8Array(ITEM_FRONT_BYTES + memory.segmentBytes + ITEM_BACK_BYTES);
  }

  /** null where the segment has been given to someone else. */
  copy(cut: CutSegment): SegmentCopy<CompressedSegment> | null {
    const takeRoom = (lengthBytes: number): Uint8Array => this.#room.subarray(0, lengthBytes);
    const copy = captureSegment(this.#memory, this.#order, cut, takeRoom);
    if (copy === null) return null;
    return { copied: copy.copied, part: copy.part && this.#compressed(this.#prepare(copy.part)) };
  }

  #compressed(segment: CapturedSegment): CompressedSegment {
    const item = encodeSegmentItem(segment);
    const { records: _copied, hasItemRoom: _isRoom, ...facts } = segment;
    const frame = compressToFrame(item, this.#compressor);
    return { ...facts, rawLengthBytes: item.length, frame };
  }
}
