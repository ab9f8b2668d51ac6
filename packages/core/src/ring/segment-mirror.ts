/**
 * Writes one segment to the black box, so that the file shows a whole segment at every instant:
 * for a new tenant the header is made invalid first, then come the records, then a check that the
 * segment is still the same tenant's, then the header with length and checksum. What grows is
 * appended behind what the header vouches for. One mirror at a time, by the segment's lock word:
 *
 *   free --recorder thread--> recorder --recorder thread--> free
 *   free --owner of an open segment--> owner --sealed or given up by its owner--> free
 *   owner, but sealed: the owner is done or dead    --recorder thread--> recorder
 */

import {
  MIRROR_FREE,
  MIRROR_OWNER,
  MIRROR_RECORDER,
  SEGMENT_COMMITTED,
  SEGMENT_HEADER_BYTES,
  SEGMENT_HEADER_CRC,
  SEGMENT_MIRROR_LOCK,
  SEGMENT_MIRRORED_BYTES,
  SEGMENT_MIRRORED_CRC,
  SEGMENT_MIRRORED_GENERATION,
  SEGMENT_RECORDS_CRC,
  SEGMENT_WORD,
} from '../memory/ring-layout.ts';
import { STATE_OPEN, STATE_SEALED, wordGeneration, wordState } from '../memory/segment-word.ts';
import type { RingMemory } from './ring-memory.ts';

/** A file at least as long as the ring. Throws what the file system throws. */
export interface MirrorFile {
  /** Writes all of `bytes` at `offset`, as often as it takes. */
  write(bytes: Uint8Array, offset: number): void;
  /** CRC-32 of `bytes`, continued from `crc`. */
  crc32(bytes: Uint8Array, crc: number): number;
}

/** Low half of the word and generation of what the file has, so that sealing alone is noticed. */
export interface MirrorMemory {
  /** By segment: the low half of the word that the file's header shows. */
  readonly lowHalves: Int32Array;
}

/**
 * For the recorder thread: brings the file up to date. Returns the bytes written; 0 where there
 * was nothing new, or where the owner writes for itself.
 */
export function mirrorSegment(
  memory: RingMemory,
  segment: number,
  file: MirrorFile,
  seen: MirrorMemory,
): number {
  const { i32, i64 } = memory;
  const offset = memory.segmentOffset(segment);
  const word = BigInt.asUintN(64, Atomics.load(i64, (offset + SEGMENT_WORD) >> 3));
  const state = wordState(word);
  // What the file has of an earlier tenant stays as it is until there is something newer.
  if (state !== STATE_OPEN && state !== STATE_SEALED) return 0;
  const low = Number(BigInt.asIntN(32, word));
  const committed = Atomics.load(i32, (offset + SEGMENT_COMMITTED) >> 2);
  const isSame =
    seen.lowHalves[segment] === low &&
    i32[(offset + SEGMENT_MIRRORED_GENERATION) >> 2] >>> 0 === wordGeneration(word) &&
    i32[(offset + SEGMENT_MIRRORED_BYTES) >> 2] === committed;
  if (isSame) return 0;
  if (!lockForRecorder(memory, offset, state === STATE_SEALED)) return 0;
  try {
    const written = writeSegment(memory, offset, word, file);
    seen.lowHalves[segment] = low;
    return written;
  } finally {
    Atomics.store(i32, (offset + SEGMENT_MIRROR_LOCK) >> 2, MIRROR_FREE);
  }
}

/**
 * For the owner of an open segment, right after a commit. False where the recorder thread has the
 * segment just now; it is then its business until the next event.
 */
export function writeThrough(memory: RingMemory, segment: number, file: MirrorFile): boolean {
  const { i32, i64 } = memory;
  const offset = memory.segmentOffset(segment);
  const lock = (offset + SEGMENT_MIRROR_LOCK) >> 2;
  // Pairs with the store that ends `mirrorSegment`: what that wrote comes before what we write.
  const held = Atomics.compareExchange(i32, lock, MIRROR_FREE, MIRROR_OWNER);
  if (held === MIRROR_RECORDER) return false;
  const word = BigInt.asUintN(64, Atomics.load(i64, (offset + SEGMENT_WORD) >> 3));
  writeSegment(memory, offset, word, file);
  return true;
}

/** The owner writes no more of this segment; the recorder thread does. */
export function endWriteThrough(memory: RingMemory, segment: number): void {
  const lock = (memory.segmentOffset(segment) + SEGMENT_MIRROR_LOCK) >> 2;
  Atomics.compareExchange(memory.i32, lock, MIRROR_OWNER, MIRROR_FREE);
}

function lockForRecorder(memory: RingMemory, offset: number, isSealed: boolean): boolean {
  const lock = (offset + SEGMENT_MIRROR_LOCK) >> 2;
  const held = Atomics.compareExchange(memory.i32, lock, MIRROR_FREE, MIRROR_RECORDER);
  if (held === MIRROR_FREE) return true;
  // A sealed segment's owner has written its last, or is dead.
  return (
    isSealed &&
    Atomics.compareExchange(memory.i32, lock, MIRROR_OWNER, MIRROR_RECORDER) === MIRROR_OWNER
  );
}

function writeSegment(memory: RingMemory, offset: number, word: bigint, file: MirrorFile): number {
  const { i32, i64, u8 } = memory;
  const generation = wordGeneration(word);
  const start = offset + SEGMENT_HEADER_BYTES;
  const isNew = i32[(offset + SEGMENT_MIRRORED_GENERATION) >> 2] >>> 0 !== generation;
  const from = isNew ? 0 : i32[(offset + SEGMENT_MIRRORED_BYTES) >> 2];
  // Pairs with the store in `Lane.commit`: what is below the length is whole.
  const committed = Atomics.load(i32, (offset + SEGMENT_COMMITTED) >> 2);
  const header = u8.slice(offset, start);
  const records = u8.subarray(start + from, start + committed);
  let crc = isNew ? 0 : i32[(offset + SEGMENT_MIRRORED_CRC) >> 2] >>> 0;
  if (isNew) file.write(INVALID_HEADER, offset);
  if (committed > from) {
    file.write(records, start + from);
    crc = file.crc32(records, crc);
  }
  // The check must not be passed by the reads above; a read-modify-write is a fence for them.
  const now = BigInt.asUintN(64, Atomics.add(i64, (offset + SEGMENT_WORD) >> 3, 0n));
  if (wordGeneration(now) !== generation) {
    // Another tenant's bytes may be among what was written. For a new tenant the header is
    // invalid; for the same one it vouches only for what stood there before.
    return committed - from;
  }
  const view = new DataView(header.buffer);
  view.setUint32(SEGMENT_COMMITTED, committed, true);
  view.setUint32(SEGMENT_RECORDS_CRC, crc, true);
  const headerCrc = file.crc32(header.subarray(0, SEGMENT_HEADER_CRC), 0);
  view.setUint32(SEGMENT_HEADER_CRC, headerCrc, true);
  file.write(header, offset);
  i32[(offset + SEGMENT_MIRRORED_BYTES) >> 2] = committed;
  i32[(offset + SEGMENT_MIRRORED_CRC) >> 2] = crc;
  i32[(offset + SEGMENT_MIRRORED_GENERATION) >> 2] = generation;
  return committed - from + header.length;
}

/** No magic, no valid checksum: nothing to be seen here. */
const INVALID_HEADER = new Uint8Array(SEGMENT_HEADER_BYTES);
