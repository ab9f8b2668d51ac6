/**
 * The descriptor of a chunk of a snapshot file, as laid out in container-layout.ts, and the content
 * of a segment's chunk. Neither how it is compressed nor the order of chunks is known here.
 */

import type { CapturedSegment, SegmentFacts } from '../ring/captured-segment.ts';
import type { Frame } from './compress-frame.ts';
import * as layout from './container-layout.ts';
import { crc32 } from './crc-32.ts';
import { encodePreamble } from './encode-map.ts';

export interface ChunkFacts {
  readonly kind: number;
  /** 0 for the header, then one more a chunk. */
  readonly ordinal: number;
  /** Epoch nanoseconds of the segment's base; 0 in header and footer. */
  readonly firstNs?: bigint;
  /** Epoch nanoseconds of its last event, or later. */
  readonly lastNs?: bigint;
  /** Highest severity number of its events, or more. */
  readonly maxSeverity?: number;
}

const MAX_I64 = 2n ** 63n - 1n;
const SKIPPABLE_HEAD_BYTES = 8;
const INDEFINITE_ARRAY = 0x9f;
const BREAK = 0xff;
const NS_PER_MS = 1_000_000;
/** The largest time that a Date holds. */
const MAX_EPOCH_MS = 8.64e15;

/** The descriptor of a frame, which comes before it. */
export function describeFrame(facts: ChunkFacts, rawLengthBytes: number, frame: Frame): Uint8Array {
  const descriptor = new Uint8Array(layout.DESCRIPTOR_BYTES);
  const view = new DataView(descriptor.buffer);
  view.setUint32(layout.CHUNK_SKIPPABLE_MAGIC, layout.SKIPPABLE_MAGIC, true);
  view.setUint32(
    layout.CHUNK_SKIPPABLE_LENGTH,
    layout.DESCRIPTOR_BYTES - SKIPPABLE_HEAD_BYTES,
    true,
  );
  view.setUint32(layout.CHUNK_TTLG, layout.CHUNK_MAGIC, true);
  view.setUint16(layout.CHUNK_VERSION, layout.DESCRIPTOR_VERSION, true);
  view.setUint16(layout.CHUNK_KIND, facts.kind, true);
  view.setUint32(layout.CHUNK_ORDINAL, facts.ordinal, true);
  view.setUint32(layout.CHUNK_COMPRESSED_LENGTH, frame.bytes.length, true);
  view.setUint32(layout.CHUNK_RAW_LENGTH, rawLengthBytes, true);
  view.setBigInt64(layout.CHUNK_FIRST_TIME, withinI64(facts.firstNs ?? 0n), true);
  view.setBigInt64(layout.CHUNK_LAST_TIME, withinI64(facts.lastNs ?? 0n), true);
  view.setUint32(layout.CHUNK_MAX_SEVERITY, facts.maxSeverity ?? 0, true);
  view.setUint32(layout.CHUNK_FRAME_CRC, frame.crc, true);
  view.setUint32(layout.CHUNK_CRC, crc32(descriptor.subarray(0, layout.CHUNK_CRC)), true);
  return descriptor;
}

/** What a segment's descriptor says. */
export function segmentFacts(segment: SegmentFacts, ordinal: number): ChunkFacts {
  const { wallMs, lastDtNs, maxSeverity } = segment;
  const firstNs = epochNs(wallMs);
  const isTimeKnown = Number.isFinite(wallMs) && Number.isFinite(lastDtNs);
  return {
    kind: layout.KIND_SEGMENT,
    ordinal,
    firstNs,
    // A time that cannot be true must not make a reader skip the segment.
    lastNs: isTimeKnown ? firstNs + BigInt(Math.ceil(Math.max(lastDtNs, 0))) : MAX_I64,
    maxSeverity,
  };
}

/** One CBOR item: an indefinite array of the preamble and the segment's records. */
export function encodeSegmentItem(segment: CapturedSegment): Uint8Array {
  const preamble = encodePreamble({
    thread: segment.threadId,
    row: segment.row,
    pool: segment.pool,
    generation: segment.generation,
    ticket: segment.ticket,
    firstEvent: segment.firstEvent,
    baseNs: segment.baseNs,
    wallMs: segment.wallMs,
  });
  const item = roomForItem(segment, preamble.length);
  item[0] = INDEFINITE_ARRAY;
  item.set(preamble, 1);
  if (segment.hasItemRoom !== true) item.set(segment.records, 1 + preamble.length);
  item[item.length - 1] = BREAK;
  return item;
}

/** Around the records where there is room for it, else a place of its own. */
function roomForItem(segment: CapturedSegment, preambleBytes: number): Uint8Array {
  const { records, hasItemRoom } = segment;
  const lengthBytes = 1 + preambleBytes + records.length + 1;
  if (hasItemRoom !== true) return new Uint8Array(lengthBytes);
  return new Uint8Array(records.buffer, records.byteOffset - 1 - preambleBytes, lengthBytes);
}

/** Epoch nanoseconds of epoch milliseconds with a fraction, exact to the nanosecond; never throws. */
export function epochNs(wallMs: number): bigint {
  if (!(Math.abs(wallMs) <= MAX_EPOCH_MS)) return 0n;
  const wholeMs = Math.floor(wallMs);
  return BigInt(wholeMs) * BigInt(NS_PER_MS) + BigInt(Math.round((wallMs - wholeMs) * NS_PER_MS));
}

function withinI64(ns: bigint): bigint {
  if (ns > MAX_I64) return MAX_I64;
  return ns < -MAX_I64 ? -MAX_I64 : ns;
}
