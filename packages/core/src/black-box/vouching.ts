/**
 * Whether a segment of a black box vouches for itself. In a mirrored file checksums do; a mapped one
 * was the ring's memory, whose protocol makes whole what is below the committed length.
 */

import {
  BLACK_BOX_MAPPED,
  HEADER_BLACK_BOX,
  HEADER_BYTES,
  HEADER_MAGIC,
  MAX_SEGMENT_BYTES,
  MIN_SEGMENT_BYTES,
  POOL_COUNT,
  RING_MAGIC,
  SEGMENT_ALIGNMENT,
  SEGMENT_COMMITTED,
  SEGMENT_HEADER_BYTES,
  SEGMENT_HEADER_CRC,
  SEGMENT_LENGTH,
  SEGMENT_MAGIC,
  SEGMENT_MAGIC_WORD,
  SEGMENT_MIRRORED_GENERATION,
  SEGMENT_POOL,
  SEGMENT_RECORDS_CRC,
  SEGMENT_WORD,
} from '../memory/ring-layout.ts';
import { STATE_OPEN, STATE_SEALED, wordState } from '../memory/segment-word.ts';
import { crc32 } from '../snapshot/crc-32.ts';
import { readIdentity } from './box-identity.ts';

/**
 * Whether the file was the ring's memory itself. Where nothing is left that says so it is taken for
 * possible, and each segment shows which it is of.
 */
export function isMappedBox(untrustedBytes: Uint8Array): boolean {
  const identity = readIdentity(untrustedBytes);
  if (identity !== null) return identity.mode === 'mapped';
  if (untrustedBytes.length < HEADER_BYTES) return false;
  const view = new DataView(untrustedBytes.buffer, untrustedBytes.byteOffset);
  if (view.getUint32(HEADER_MAGIC, true) !== RING_MAGIC) return true;
  return view.getInt32(HEADER_BLACK_BOX, true) === BLACK_BOX_MAPPED;
}

/** Of a segment, header included. */
export function isPossibleLength(segmentBytes: number): boolean {
  return (
    segmentBytes >= MIN_SEGMENT_BYTES &&
    segmentBytes <= MAX_SEGMENT_BYTES &&
    segmentBytes % SEGMENT_ALIGNMENT === 0
  );
}

/** Whether a segment stands at `offset`, with a length that is possible. */
export function vouchesForHeader(
  untrustedBytes: Uint8Array,
  offset: number,
  isMapped: boolean,
): boolean {
  if (offset + SEGMENT_HEADER_BYTES > untrustedBytes.length) return false;
  const view = new DataView(untrustedBytes.buffer, untrustedBytes.byteOffset + offset);
  if (view.getUint32(SEGMENT_MAGIC, true) !== SEGMENT_MAGIC_WORD) return false;
  if (!isPossibleLength(view.getUint32(SEGMENT_LENGTH, true))) return false;
  const header = untrustedBytes.subarray(offset, offset + SEGMENT_HEADER_CRC);
  if (crc32(header) === view.getUint32(SEGMENT_HEADER_CRC, true)) return true;
  return isMapped && isInMemory(view);
}

/** Whether what is below its committed length may be shown. */
export function vouchesForRecords(
  untrustedBytes: Uint8Array,
  offset: number,
  segmentBytes: number,
): boolean {
  const view = new DataView(untrustedBytes.buffer, untrustedBytes.byteOffset + offset);
  const committed = view.getUint32(SEGMENT_COMMITTED, true);
  if (committed > segmentBytes - SEGMENT_HEADER_BYTES) return false;
  const start = offset + SEGMENT_HEADER_BYTES;
  if (start + committed > untrustedBytes.length) return false;
  if (view.getUint32(SEGMENT_HEADER_CRC, true) === 0 && isInMemory(view)) return true;
  const records = untrustedBytes.subarray(start, start + committed);
  return crc32(records) === view.getUint32(SEGMENT_RECORDS_CRC, true);
}

/** Nobody ever writes checksums there. */
function isInMemory(header: DataView): boolean {
  const state = wordState(header.getBigUint64(SEGMENT_WORD, true));
  const pool = header.getInt32(SEGMENT_POOL, true);
  return (
    (state === STATE_OPEN || state === STATE_SEALED) &&
    pool >= 0 &&
    pool < POOL_COUNT &&
    header.getUint32(SEGMENT_HEADER_CRC, true) === 0 &&
    header.getUint32(SEGMENT_RECORDS_CRC, true) === 0 &&
    header.getUint32(SEGMENT_MIRRORED_GENERATION, true) === 0
  );
}
