/**
 * Copies and compresses the segments of a capture (copy-bench.ts), alone or together with a partner
 * in another thread, who may come late, be stuck or die: nothing here waits for it. See
 * ring/shared-work.ts.
 */

import v8 from 'node:v8';
import {
  type BegunCapture,
  type CapturedRing,
  type CaptureOrder,
  endCapture,
  type SegmentCopy,
} from '../ring/capture.ts';
import type { SegmentFacts } from '../ring/captured-segment.ts';
import type { CutSegment } from '../ring/cut.ts';
import type { RingMemory } from '../ring/ring-memory.ts';
import { SharedWork, type SharedWorkData } from '../ring/shared-work.ts';
import type { Compressor } from './compress-frame.ts';
import { type CompressedSegment, CopyBench } from './copy-bench.ts';

// Taken at import, so that modules mocked later do not reach the crash path.
const { deserialize, serialize } = v8;

/** Copies that the partner may make. Plain data, but for the shared memory in it. */
export interface SharedCopies {
  readonly order: CaptureOrder;
  readonly work: SharedWorkData;
}

/** Somebody who may help, and has the same ring. */
export interface Partner {
  /** Shared memory for what the partner makes; null if there is none to be had. */
  readonly results: Uint8Array | null;
  /** Tells the partner of the work. */
  offer(copies: SharedCopies): void;
}

/** With fewer bytes the work is done before the partner has heard of it. */
const LEAST_SHARED_BYTES = 2 * 1024 * 1024;
/** The partner's half shrinks to a third; if it runs out of room it only stops earlier. */
const RESULTS_PART = 0.5;

/** Throws where there is no memory for it. */
export function roomForResults({ segmentCount, segmentBytes }: RingMemory): Uint8Array {
  const lengthBytes = Math.ceil(segmentCount * segmentBytes * RESULTS_PART);
  return new Uint8Array(new SharedArrayBuffer(lengthBytes));
}

/** All of a capture, as far as it still stands. */
export function copyTogether(
  memory: RingMemory,
  begun: BegunCapture,
  compressor: Compressor,
  partner: Partner | undefined,
): CapturedRing<CompressedSegment> {
  const { cuts, untilNs, ownThreadId } = begun;
  const bench = new CopyBench(memory, begun, compressor);
  const copies: (SegmentCopy<CompressedSegment> | null | undefined)[] = new Array(cuts.length);
  const isWorthIt = cuts.length * memory.segmentBytes >= LEAST_SHARED_BYTES;
  const results = (isWorthIt && partner?.results) || null;
  if (partner !== undefined && results !== null) {
    const work = SharedWork.create(cuts.length, results);
    partner.offer({ order: { cuts, untilNs, ownThreadId }, work: work.data });
    for (let item = work.draw(); item !== null; item = work.draw()) {
      copies[item] = bench.copy(cuts[item]);
    }
    cuts.forEach((cut, item) => {
      if (copies[item] === undefined) copies[item] = received(work, item, cut);
    });
  }
  const all = cuts.map((cut, item) => {
    const copy = copies[item];
    return copy === undefined ? bench.copy(cut) : copy;
  });
  return endCapture(memory, begun, all);
}

/** The partner's side: copies and compresses what it draws until the tickets are out. */
export function helpCopying(
  memory: RingMemory,
  { order, work: data }: SharedCopies,
  compressor: Compressor,
): void {
  const work = SharedWork.attach(data);
  const bench = new CopyBench(memory, order, compressor);
  for (let item = work.draw(); item !== null; item = work.draw()) {
    if (!work.finish(item, sent(bench.copy(order.cuts[item])))) return;
  }
}

/** What the caller is told of a copy: all but the frame's bytes, which follow. */
interface SentCopy {
  readonly copied: Omit<SegmentCopy['copied'], 'cut'>;
  readonly part: (SegmentFacts & { rawLengthBytes: number; crc: number }) | null;
}

function sent(copy: SegmentCopy<CompressedSegment> | null): { head: Uint8Array; body: Uint8Array } {
  if (copy === null) return { head: serialize(null), body: new Uint8Array(0) };
  const { cut: _known, ...copied } = copy.copied;
  if (copy.part === null) {
    return { head: serialize({ copied, part: null } satisfies SentCopy), body: new Uint8Array(0) };
  }
  const { frame, ...facts } = copy.part;
  const part = { ...facts, crc: frame.crc };
  return { head: serialize({ copied, part } satisfies SentCopy), body: frame.bytes };
}

/** undefined where the partner has not finished it. */
function received(
  work: SharedWork,
  item: number,
  cut: CutSegment,
): SegmentCopy<CompressedSegment> | null | undefined {
  const result = work.result(item);
  if (result === null) return undefined;
  // Not from shared memory, of which it would make views.
  const copy = deserialize(result.head.slice()) as SentCopy | null;
  if (copy === null) return null;
  const copied = { ...copy.copied, cut };
  if (copy.part === null) return { copied, part: null };
  const { crc, ...facts } = copy.part;
  return { copied, part: { ...facts, frame: { bytes: result.body, crc } } };
}
