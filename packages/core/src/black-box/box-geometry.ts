/**
 * How large the parts of a black box are, from its header where that fits, else from its segments:
 * a header that is damaged or disagrees with them is a hint, not a reason to give up.
 */

import {
  HEADER_BYTES,
  HEADER_MAGIC,
  HEADER_ROW_COUNT,
  HEADER_SEGMENT_BYTES,
  HEADER_SEGMENT_COUNT,
  HEADER_VERSION,
  LAYOUT_VERSION,
  RING_MAGIC,
  rowCountFor,
  SEGMENT_ALIGNMENT,
  SEGMENT_HEADER_BYTES,
  SEGMENT_LENGTH,
  SEGMENT_MAGIC,
  SEGMENT_MAGIC_WORD,
  segmentsOffset,
} from '../memory/ring-layout.ts';
import { RecordingError } from '../snapshot/damage-error.ts';
import { isPossibleLength, vouchesForHeader } from './vouching.ts';

/** Whole headers that are looked at where the file's own is damaged: the first is a true one. */
const MAX_HINTS = 64;

export interface Geometry {
  readonly rowCount: number;
  readonly segmentBytes: number;
  readonly segmentCount: number;
}

/** From the header where it fits the file or a segment, else from the segments. */
export function geometryOf(bytes: Uint8Array, isMapped: boolean): Geometry | null {
  const claimed = geometryFromHeader(bytes);
  return claimed !== null && isLikely(claimed, bytes, isMapped)
    ? claimed
    : (geometryFromSegments(bytes, isMapped) ?? claimed);
}

/** null where the header is damaged or does not fit the file. */
export function geometryFromHeader(bytes: Uint8Array): Geometry | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length <= HEADER_BYTES || view.getUint32(HEADER_MAGIC, true) !== RING_MAGIC)
    return null;
  const version = view.getUint32(HEADER_VERSION, true);
  if (version > LAYOUT_VERSION) {
    throw new RecordingError(
      `black box of layout version ${version}; this ttlog reads up to ${LAYOUT_VERSION}`,
    );
  }
  const rowCount = view.getUint32(HEADER_ROW_COUNT, true);
  const segmentBytes = view.getUint32(HEADER_SEGMENT_BYTES, true);
  const claimed = view.getUint32(HEADER_SEGMENT_COUNT, true);
  if (!isPossibleLength(segmentBytes) || rowCount !== rowCountFor(claimed)) return null;
  // A cut segment may be whole as far as it was filled.
  const present = Math.ceil((bytes.length - segmentsOffset(rowCount)) / segmentBytes);
  // A file may be shorter than it was made, not longer.
  if (present <= 0 || present > claimed) return null;
  return { rowCount, segmentBytes, segmentCount: present };
}

/** Whether a segment stands where it should. */
function isLikely(
  { rowCount, segmentBytes }: Geometry,
  bytes: Uint8Array,
  isMapped: boolean,
): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = segmentsOffset(rowCount);
  for (let offset = start; offset < bytes.length; offset += segmentBytes) {
    if (!vouchesForHeader(bytes, offset, isMapped)) continue;
    return view.getUint32(offset + SEGMENT_LENGTH, true) === segmentBytes;
  }
  return false;
}

/** A segment says how long it is; the number of rows follows from the number of segments. */
function geometryFromSegments(bytes: Uint8Array, isMapped: boolean): Geometry | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const last = bytes.length - SEGMENT_HEADER_BYTES;
  let hints = 0;
  for (let offset = HEADER_BYTES; offset <= last; offset += SEGMENT_ALIGNMENT) {
    if (view.getUint32(offset + SEGMENT_MAGIC, true) !== SEGMENT_MAGIC_WORD) continue;
    const segmentBytes = view.getUint32(offset + SEGMENT_LENGTH, true);
    if (!vouchesForHeader(bytes, offset, isMapped)) continue;
    if (++hints > MAX_HINTS) return null;
    const mostSegments = Math.ceil((bytes.length - HEADER_BYTES) / segmentBytes);
    for (let count = mostSegments; count > 0; count--) {
      const start = segmentsOffset(rowCountFor(count));
      const isAligned = offset >= start && (offset - start) % segmentBytes === 0;
      // The last one may be cut off, the one before may not.
      if (isAligned && start + (count - 1) * segmentBytes < bytes.length) {
        return { rowCount: rowCountFor(count), segmentBytes, segmentCount: count };
      }
    }
  }
  return null;
}
