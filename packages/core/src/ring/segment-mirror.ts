/**
 * Writes one segment to the black box, so that the file shows a whole segment at every instant:
 * for a new tenant the header is made invalid first, then come the records, then a check that the
 * segment is still the same tenant's, then the header with length and checksum. What grows is
 * appended behind what the header vouches for. One mirror at a time, by the segment's lock word:
 *
 *   free --recorder thread--> recorder --recorder thread--> free
 *   free --owner of an open segment--> owner --sealed or given up by its owner--> free
 *   owner, but sealed: the owner is done or dead    --recorder thread--> recorder
 *
 * An owner that finds the recorder thread at its segment waits for it, but not for long.
 */

import {
  COUNT_UNKNOWN,
  MIRROR_FREE,
  MIRROR_OWNER,
  MIRROR_RECORDER,
  SEGMENT_COMMITTED,
  SEGMENT_EVENT_COUNT,
  SEGMENT_HEADER_BYTES,
  SEGMENT_HEADER_CRC,
  SEGMENT_LAST_DT_NS,
  SEGMENT_MAX_SEVERITY,
  SEGMENT_MIRROR_LOCK,
  SEGMENT_MIRRORED_BYTES,
  SEGMENT_MIRRORED_CRC,
  SEGMENT_MIRRORED_GENERATION,
  SEGMENT_RECORDS_CRC,
  SEGMENT_WORD,
} from '../memory/ring-layout.ts';
import { STATE_OPEN, STATE_SEALED, wordGeneration, wordState } from '../memory/segment-word.ts';
import type { RingMemory } from './ring-memory.ts';
import { HIGHEST_SEVERITY } from './segments.ts';

/** A segment takes some 20 µs to write; a disk that needs longer than this is not waited for. */
const MAX_WAIT_MS = 5;

/** A file at least as long as the ring. Throws what the file system throws. */
export interface MirrorFile {
  /** Writes all of `bytes` at `offset`, as often as it takes. */
  write(bytes: Uint8Array, offset: number): void;
  /** CRC-32 of `bytes`, continued from `crc`. */
  crc32(bytes: Uint8Array, crc: number): number;
  /** Whether the file has no name any more, so that nobody will find it. */
  isRemoved?(): boolean;
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
  const { i32 } = memory;
  const offset = memory.segmentOffset(segment);
  const word = loadWord(memory, offset);
  // What the file has of an earlier tenant stays as it is until there is something newer.
  if (!hasRecords(word)) return 0;
  const low = lowHalf(word);
  const committed = Atomics.load(i32, (offset + SEGMENT_COMMITTED) >> 2);
  const isSame =
    seen.lowHalves[segment] === low &&
    i32[(offset + SEGMENT_MIRRORED_GENERATION) >> 2] >>> 0 === wordGeneration(word) &&
    i32[(offset + SEGMENT_MIRRORED_BYTES) >> 2] === committed;
  if (isSame) return 0;
  if (!lockForRecorder(memory, offset, wordState(word) === STATE_SEALED)) return 0;
  try {
    // Once more, under the lock: a new tenant may have come and written through by now.
    const locked = loadWord(memory, offset);
    if (!hasRecords(locked)) return 0;
    const written = writeSegment(memory, offset, locked, file);
    seen.lowHalves[segment] = lowHalf(locked);
    return written;
  } finally {
    const lock = (offset + SEGMENT_MIRROR_LOCK) >> 2;
    Atomics.store(i32, lock, MIRROR_FREE);
    Atomics.notify(i32, lock);
  }
}

/**
 * For the owner of an open segment, right after a commit. Where the recorder thread has the segment
 * just now, its write is waited for. False where that takes too long; then it is the recorder
 * thread's business until the next event.
 */
export function writeThrough(memory: RingMemory, segment: number, file: MirrorFile): boolean {
  const { i32 } = memory;
  const offset = memory.segmentOffset(segment);
  const lock = (offset + SEGMENT_MIRROR_LOCK) >> 2;
  // Pairs with the store that ends `mirrorSegment`: what that wrote comes before what we write.
  if (Atomics.compareExchange(i32, lock, MIRROR_FREE, MIRROR_OWNER) === MIRROR_RECORDER) {
    Atomics.wait(i32, lock, MIRROR_RECORDER, MAX_WAIT_MS);
    const held = Atomics.compareExchange(i32, lock, MIRROR_FREE, MIRROR_OWNER);
    if (held === MIRROR_RECORDER) return false;
  }
  writeSegment(memory, offset, loadWord(memory, offset), file);
  return true;
}

/** The owner writes no more of this segment; the recorder thread does. */
export function endWriteThrough(memory: RingMemory, segment: number): void {
  const lock = (memory.segmentOffset(segment) + SEGMENT_MIRROR_LOCK) >> 2;
  Atomics.compareExchange(memory.i32, lock, MIRROR_OWNER, MIRROR_FREE);
}

function loadWord(memory: RingMemory, offset: number): bigint {
  return BigInt.asUintN(64, Atomics.load(memory.i64, (offset + SEGMENT_WORD) >> 3));
}

function lowHalf(word: bigint): number {
  return Number(BigInt.asIntN(32, word));
}

function hasRecords(word: bigint): boolean {
  return wordState(word) === STATE_OPEN || wordState(word) === STATE_SEALED;
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

/** `word` is the segment's as it was loaded before; the file's header tells of that moment. */
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
  view.setBigUint64(SEGMENT_WORD, word, true);
  view.setUint32(SEGMENT_COMMITTED, committed, true);
  if (wordState(word) === STATE_OPEN) {
    // The owner may have been sealing while the header was copied: what it says of the whole
    // segment then tells of events that are not in the file.
    view.setInt32(SEGMENT_EVENT_COUNT, COUNT_UNKNOWN, true);
    view.setInt32(SEGMENT_MAX_SEVERITY, HIGHEST_SEVERITY, true);
    view.setFloat64(SEGMENT_LAST_DT_NS, Number.POSITIVE_INFINITY, true);
  }
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
