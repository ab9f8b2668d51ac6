/**
 * A black box as a ring that can be captured: a private copy of the file, with a header that is
 * true of it, without the segments that do not vouch for themselves, and with a row in the thread
 * table for each thread that a segment names. What the events mean is not known here.
 */

import {
  HEADER_IDENTITY_LENGTH,
  HEADER_INCARNATIONS,
  HEADER_MAGIC,
  HEADER_MODE,
  HEADER_ROW_COUNT,
  HEADER_SEGMENT_BYTES,
  HEADER_SEGMENT_COUNT,
  HEADER_VERSION,
  HEADER_WARN_SEGMENTS,
  LAYOUT_VERSION,
  MODE_OVERWRITE,
  POOL_COUNT,
  RING_MAGIC,
  ROW_BYTES,
  ROW_DEAD,
  ROW_INCARNATION,
  ROW_LIVE,
  ROW_NEXT_EVENT,
  ROW_PARENT,
  ROW_STARTED_AT_MS,
  ROW_STATE,
  ROW_THREAD_ID,
  rowOffset,
  SEGMENT_HEADER_BYTES,
  SEGMENT_INCARNATION,
  SEGMENT_THREAD_ID,
  SEGMENT_WALL_MS,
  SEGMENT_WORD,
  segmentsOffset,
} from '../memory/ring-layout.ts';
import {
  STATE_OPEN,
  STATE_SEALED,
  segmentWord,
  wordGeneration,
  wordRow,
  wordState,
} from '../memory/segment-word.ts';
import { RecordingError } from '../snapshot/damage-error.ts';
import { STEP_BYTES, type Steps } from '../snapshot/steps.ts';
import { type Geometry, geometryOf } from './box-geometry.ts';
import { isMappedBox, vouchesForHeader, vouchesForRecords } from './vouching.ts';

export interface BoxImage {
  /** A ring, as `RingMemory.attach` takes it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Segments that had something and were not whole, as is the one that was being written. */
  readonly brokenSegments: number;
}

/** Throws RecordingError where there is no segment. */
export function* imageOfBox(untrustedBytes: Uint8Array): Steps<BoxImage> {
  const isMapped = isMappedBox(untrustedBytes);
  const geometry = geometryOf(untrustedBytes, isMapped);
  if (geometry === null) throw new RecordingError('this is no black box: it has no segment');
  const bytes = yield* copyOf(untrustedBytes, geometry);
  const read = bytes.subarray(0, untrustedBytes.length);
  const brokenSegments = yield* dropBroken(read, geometry, isMapped);
  nameThreads(bytes, geometry);
  return { bytes, brokenSegments };
}

/** With a header that is true of it, and without one that cannot be believed. */
function* copyOf(
  bytes: Uint8Array,
  { rowCount, segmentBytes, segmentCount }: Geometry,
): Steps<Uint8Array<ArrayBuffer>> {
  const length = segmentsOffset(rowCount) + segmentCount * segmentBytes;
  const image = new Uint8Array(length);
  const copied = Math.min(length, bytes.length);
  for (let at = 0; at < copied; at += STEP_BYTES) {
    image.set(bytes.subarray(at, Math.min(at + STEP_BYTES, copied)), at);
    yield;
  }
  const view = new DataView(image.buffer);
  const isHeaderLost =
    view.getUint32(HEADER_MAGIC, true) !== RING_MAGIC ||
    view.getUint32(HEADER_SEGMENT_COUNT, true) < segmentCount;
  // The page of who it was has a checksum of its own.
  if (isHeaderLost) image.fill(0, 0, HEADER_IDENTITY_LENGTH);
  view.setUint32(HEADER_MAGIC, RING_MAGIC, true);
  view.setUint32(HEADER_VERSION, LAYOUT_VERSION, true);
  view.setUint32(HEADER_ROW_COUNT, rowCount, true);
  view.setUint32(HEADER_SEGMENT_BYTES, segmentBytes, true);
  view.setUint32(HEADER_SEGMENT_COUNT, segmentCount, true);
  view.setUint32(HEADER_WARN_SEGMENTS, Math.floor(segmentCount / 4), true);
  view.setUint32(HEADER_MODE, MODE_OVERWRITE, true);
  // So that all rows are looked at.
  view.setUint32(HEADER_INCARNATIONS, rowCount, true);
  return image;
}

/** Makes every segment free that does not vouch for itself, and counts those that had something. */
function* dropBroken(
  image: Uint8Array,
  { rowCount, segmentBytes, segmentCount }: Geometry,
  isMapped: boolean,
): Steps<number> {
  const view = new DataView(image.buffer);
  const segmentsPerStep = Math.ceil(STEP_BYTES / segmentBytes);
  let broken = 0;
  for (let segment = 0; segment < segmentCount; segment++) {
    if (segment % segmentsPerStep === 0) yield;
    const offset = segmentsOffset(rowCount) + segment * segmentBytes;
    const isWhole =
      vouchesForHeader(image, offset, isMapped) && vouchesForRecords(image, offset, segmentBytes);
    if (isWhole) continue;
    if (hadSomething(image, offset, isMapped)) broken++;
    view.setBigUint64(offset + SEGMENT_WORD, 0n, true);
  }
  return broken;
}

/** In memory a free segment, or one that is being claimed, may still show what it held before. */
function hadSomething(image: Uint8Array, offset: number, isMapped: boolean): boolean {
  const header = image.subarray(offset, offset + SEGMENT_HEADER_BYTES);
  if (!isMapped) {
    return (image[offset + SEGMENT_HEADER_BYTES] ?? 0) !== 0 || header.some((byte) => byte !== 0);
  }
  const word = new DataView(image.buffer).getBigUint64(offset + SEGMENT_WORD, true);
  return wordState(word) === STATE_OPEN || wordState(word) === STATE_SEALED;
}

/**
 * A segment may be in the file before its thread's row is, or after the row was given to another
 * thread: such a thread gets a free row.
 */
function nameThreads(image: Uint8Array, { rowCount, segmentBytes, segmentCount }: Geometry): void {
  const view = new DataView(image.buffer);
  const rowOf = new Map<string, number>();
  for (let segment = 0; segment < segmentCount; segment++) {
    const offset = segmentsOffset(rowCount) + segment * segmentBytes;
    const word = view.getBigUint64(offset + SEGMENT_WORD, true);
    const state = wordState(word);
    if (state !== STATE_OPEN && state !== STATE_SEALED) continue;
    const incarnation = view.getUint32(offset + SEGMENT_INCARNATION, true);
    const key = `${wordRow(word)}:${incarnation}`;
    let row = rowOf.get(key);
    if (row === undefined) {
      row = findRow(view, rowCount, wordRow(word), incarnation);
      if (row === -1) continue;
      rowOf.set(key, row);
      if (!isTaken(view, row)) {
        fillRow(view, row, {
          incarnation,
          threadId: view.getInt32(offset + SEGMENT_THREAD_ID, true),
          startedAtMs: view.getFloat64(offset + SEGMENT_WALL_MS, true),
        });
      }
    }
    view.setBigUint64(offset + SEGMENT_WORD, segmentWord(wordGeneration(word), row, state), true);
  }
}

/** The row that is the thread's, or one that is free; -1 where there is none. */
function findRow(view: DataView, rowCount: number, named: number, incarnation: number): number {
  if (named < rowCount) {
    if (!isTaken(view, named)) return named;
    if (view.getUint32(rowOffset(named) + ROW_INCARNATION, true) === incarnation) return named;
  }
  for (let row = rowCount - 1; row >= 0; row--) {
    if (!isTaken(view, row)) return row;
  }
  return -1;
}

function isTaken(view: DataView, row: number): boolean {
  const state = view.getInt32(rowOffset(row) + ROW_STATE, true);
  return state === ROW_LIVE || state === ROW_DEAD;
}

function fillRow(
  view: DataView,
  row: number,
  thread: { incarnation: number; threadId: number; startedAtMs: number },
): void {
  const offset = rowOffset(row);
  for (let at = offset; at < offset + ROW_BYTES; at += 8) view.setBigUint64(at, 0n, true);
  view.setInt32(offset + ROW_STATE, ROW_LIVE, true);
  view.setUint32(offset + ROW_INCARNATION, thread.incarnation, true);
  view.setInt32(offset + ROW_THREAD_ID, thread.threadId, true);
  view.setInt32(offset + ROW_PARENT, -1, true);
  view.setFloat64(offset + ROW_STARTED_AT_MS, thread.startedAtMs, true);
  for (let pool = 0; pool < POOL_COUNT; pool++) {
    view.setBigInt64(offset + ROW_NEXT_EVENT + pool * 8, 1n, true);
  }
}
