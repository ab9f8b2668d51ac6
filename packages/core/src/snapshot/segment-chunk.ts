/**
 * A segment of a recording as its descriptor and preamble tell of it, before it is inflated:
 * whose it is, and where its times stand on the wall clock.
 */

import type { ByteSource } from './byte-source.ts';
import type { DamageList } from './damage-list.ts';
import { decodePreamble } from './decode-map.ts';
import { epochNs } from './encode-chunk.ts';
import { decodeLz4Frame, decodeLz4FramePrefix } from './lz4-frame.ts';
import { type Chunk, readFrame } from './read-chunks.ts';
import type { SegmentPreamble } from './recording.ts';

/** The CBOR of a segment item: its array has no definite length. */
const INDEFINITE_ARRAY = 0x9f;
const BREAK = 0xff;

/** A preamble takes some 130 bytes. */
const PREFIX_BYTES = 512;
/**
 * Clocks that differ by less are the same one as each thread measured it. More is a step of the
 * wall clock, a suspend, or its adjustment over hours.
 */
const SAME_CLOCK_NS = 2_000_000n;

export interface SegmentChunk {
  readonly chunk: Chunk;
  readonly preamble: SegmentPreamble;
  /** Offset of the first record in the raw content. */
  readonly recordsStart: number;
  /** Epoch nanoseconds of the base, as shown. */
  readonly baseTimeNs: bigint;
  /** No event is later than that after the base, says the descriptor. */
  readonly lastDtNs: number;
}

/** A segment of which it is not known yet by which clock it is shown. */
export type UnplacedSegment = Omit<SegmentChunk, 'baseTimeNs'>;

/** One instant on both clocks. */
export interface ClockPair {
  readonly monoNs: bigint;
  readonly wallMs: number;
}

/** What can be known of a segment without inflating all of it; null, and damage, if nothing. */
export function readSegmentPreamble(
  source: ByteSource,
  chunk: Chunk,
  damage: DamageList,
): UnplacedSegment | null {
  try {
    const prefix = decodeLz4FramePrefix(readFrame(source, chunk), PREFIX_BYTES);
    if (prefix[0] !== INDEFINITE_ARRAY) throw new Error('it is no indefinite array');
    const { value, complaint, end } = decodePreamble(prefix, 1);
    // Without them nothing can be said about whose events these are, or when.
    if (complaint !== null) throw new Error(complaint);
    const lastDtNs = Number(chunk.lastTimeNs - chunk.firstTimeNs);
    if (chunk.firstTimeNs !== epochNs(value.wallMs) || lastDtNs < 0) {
      const what = `the descriptor of chunk ${chunk.ordinal} tells other times than its content`;
      damage.report(chunk.offset, chunkBytes(chunk), what);
      return { chunk, preamble: value, recordsStart: end, lastDtNs: Infinity };
    }
    return { chunk, preamble: value, recordsStart: end, lastDtNs };
  } catch (error) {
    const why = (error as Error).message;
    damage.report(chunk.offset, chunkBytes(chunk), `chunk ${chunk.ordinal} is no segment: ${why}`);
    return null;
  }
}

/** The content of a segment: its records stand in [recordsStart, recordsEnd). Throws if broken. */
export function inflateSegment(
  source: ByteSource,
  segment: SegmentChunk,
  damage: DamageList,
  takeRoom: (lengthBytes: number) => Uint8Array,
): { content: Uint8Array; recordsEnd: number } {
  const { chunk } = segment;
  const content = decodeLz4Frame(readFrame(source, chunk), chunk.rawLength, takeRoom);
  if (content.at(-1) === BREAK) return { content, recordsEnd: content.length - 1 };
  damage.report(
    chunk.offset,
    chunkBytes(chunk),
    `chunk ${chunk.ordinal} does not end as it should`,
  );
  return { content, recordsEnd: content.length };
}

/** Bytes of a chunk in the file. */
export function chunkBytes(chunk: Chunk): number {
  return chunk.frameOffset + chunk.compressedLength - chunk.offset;
}

/** Epoch nanoseconds of a segment's base by the recording's clock, or its own if they differ. */
export function baseTimeOf(preamble: SegmentPreamble, clock: ClockPair): bigint {
  const own = epochNs(preamble.wallMs);
  const byClock = epochNs(clock.wallMs) + (preamble.baseNs - clock.monoNs);
  const difference = own - byClock;
  return difference < SAME_CLOCK_NS && difference > -SAME_CLOCK_NS ? byClock : own;
}
