/**
 * Reads a black box, of a dead process or of a living one, into a snapshot. Each segment vouches
 * for itself; a header that is damaged or disagrees with the segments is a hint, and what cannot
 * be had from it is worked out.
 */

import fs from 'node:fs';
import zlib from 'node:zlib';
import { isEntry, itemEnd, MALFORMED } from '../memory/cbor-item.ts';
import {
  HEADER_BYTES,
  HEADER_MAGIC,
  HEADER_MODE,
  HEADER_ROW_COUNT,
  HEADER_SEGMENT_BYTES,
  HEADER_SEGMENT_COUNT,
  HEADER_VERSION,
  HEADER_WARN_SEGMENTS,
  LAYOUT_VERSION,
  MAX_SEGMENT_BYTES,
  MIN_SEGMENT_BYTES,
  MODE_OVERWRITE,
  RING_MAGIC,
  rowCountFor,
  SEGMENT_ALIGNMENT,
  SEGMENT_COMMITTED,
  SEGMENT_HEADER_BYTES,
  SEGMENT_HEADER_CRC,
  SEGMENT_LENGTH,
  SEGMENT_MAGIC,
  SEGMENT_MAGIC_WORD,
  SEGMENT_RECORDS_CRC,
  SEGMENT_WORD,
  segmentsOffset,
} from '../memory/ring-layout.ts';
import { type CapturedRing, captureRing } from '../ring/capture.ts';
import { RingMemory } from '../ring/ring-memory.ts';
import { storeFrame } from '../snapshot/compress-frame.ts';
import { RecordingError } from '../snapshot/damage-error.ts';
import { joinBytes } from '../snapshot/encode-map.ts';
import {
  encodeCaptured,
  type RecorderFacts,
  type SnapshotTools,
} from '../snapshot/take-snapshot.ts';
import { type BoxIdentity, readIdentity } from './box-identity.ts';

const { closeSync, constants, fstatSync, openSync, readSync } = fs;
const { crc32 } = zlib;

/** As large as a ring can be. */
const MAX_BOX_BYTES = 2 ** 31;
const STORED: SnapshotTools = { compressor: { name: 'stored', compress: storeFrame } };

export interface ReadBox {
  readonly identity: BoxIdentity | null;
  /** A whole snapshot with reason `process-died`, or `living` for a process that lives. */
  readonly snapshot: Uint8Array;
  readonly events: number;
  /** Segments that were not whole, as is the one that was being written. */
  readonly brokenSegments: number;
}

/** Whether a file begins like a black box. */
export function isBlackBox(beginning: Uint8Array): boolean {
  if (beginning.length < 8) return false;
  const view = new DataView(beginning.buffer, beginning.byteOffset);
  return view.getUint32(HEADER_MAGIC, true) === RING_MAGIC;
}

/** All of a regular file. Throws RecordingError. */
export function readBoxFile(path: string): { bytes: Uint8Array; modifiedAtMs: number } {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw new RecordingError(`${path} is not a regular file`);
    if (stats.size > MAX_BOX_BYTES)
      throw new RecordingError(`${path} is too large for a black box`);
    const bytes = new Uint8Array(stats.size);
    let done = 0;
    while (done < bytes.length) {
      const count = readSync(descriptor, bytes, done, bytes.length - done, done);
      if (count === 0) break;
      done += count;
    }
    return { bytes: bytes.subarray(0, done), modifiedAtMs: stats.mtimeMs };
  } catch (error) {
    if (error instanceof RecordingError) throw error;
    const { code = 'error' } = error as NodeJS.ErrnoException;
    throw new RecordingError(`${path} cannot be read (${code})`, { cause: error });
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

/** Throws RecordingError where there is nothing to be shown. */
export function readBox(
  untrustedBytes: Uint8Array,
  about: { isAlive: boolean; takenAtMs: number; tools?: SnapshotTools },
): ReadBox {
  const geometry = geometryOf(untrustedBytes);
  if (geometry === null) throw new RecordingError('this is no black box: it has no segment');
  const image = imageOf(untrustedBytes, geometry);
  const brokenSegments = dropBroken(image, geometry);
  const memory = RingMemory.attach(image.buffer);
  const captured = withLastTimes(captureRing(memory));
  const identity = readIdentity(image);
  const reason = about.isAlive ? 'living' : 'process-died';
  const clock = clockOf(captured, about.takenAtMs);
  const { encoded } = encodeCaptured(
    memory,
    captured,
    factsOf(identity, brokenSegments),
    {
      reason,
      trigger: { kind: 'process-died', thread: 0 },
      errorCbor: null,
      process: { uptimeMs: 0, memory: {}, resourceUsage: {}, eventLoopDelayMs: null },
    },
    { now: clock, shown: clock },
    about.tools ?? STORED,
  );
  const { events, chunks } = encoded;
  return { identity, snapshot: joinBytes(chunks), events, brokenSegments };
}

interface Geometry {
  readonly rowCount: number;
  readonly segmentBytes: number;
  readonly segmentCount: number;
}

/** From the header where it is whole and fits the file, else from the segments. */
function geometryOf(bytes: Uint8Array): Geometry | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length > HEADER_BYTES && view.getUint32(HEADER_MAGIC, true) === RING_MAGIC) {
    const version = view.getUint32(HEADER_VERSION, true);
    if (version > LAYOUT_VERSION) {
      throw new RecordingError(
        `black box of layout version ${version}; this ttlog reads up to ${LAYOUT_VERSION}`,
      );
    }
    const rowCount = view.getUint32(HEADER_ROW_COUNT, true);
    const segmentBytes = view.getUint32(HEADER_SEGMENT_BYTES, true);
    const claimed = view.getUint32(HEADER_SEGMENT_COUNT, true);
    if (isPossible(segmentBytes) && rowCount === rowCountFor(claimed)) {
      const present = Math.floor((bytes.length - segmentsOffset(rowCount)) / segmentBytes);
      if (present > 0) return { rowCount, segmentBytes, segmentCount: Math.min(claimed, present) };
    }
  }
  return geometryFromSegments(bytes, view);
}

function isPossible(segmentBytes: number): boolean {
  return (
    segmentBytes >= MIN_SEGMENT_BYTES && segmentBytes <= MAX_SEGMENT_BYTES && segmentBytes % 8 === 0
  );
}

/** A segment says how long it is; the number of rows follows from the number of segments. */
function geometryFromSegments(bytes: Uint8Array, view: DataView): Geometry | null {
  const last = bytes.length - SEGMENT_HEADER_BYTES;
  for (let offset = HEADER_BYTES; offset <= last; offset += SEGMENT_ALIGNMENT) {
    if (view.getUint32(offset + SEGMENT_MAGIC, true) !== SEGMENT_MAGIC_WORD) continue;
    const segmentBytes = view.getUint32(offset + SEGMENT_LENGTH, true);
    if (!isPossible(segmentBytes) || !isHeaderWhole(bytes, view, offset)) continue;
    const mostSegments = Math.floor((bytes.length - HEADER_BYTES) / segmentBytes);
    for (let count = mostSegments; count > 0; count--) {
      const start = segmentsOffset(rowCountFor(count));
      const isAligned = offset >= start && (offset - start) % segmentBytes === 0;
      if (isAligned && start + count * segmentBytes <= bytes.length) {
        return { rowCount: rowCountFor(count), segmentBytes, segmentCount: count };
      }
    }
  }
  return null;
}

/** A private copy with a header that is true of it. */
function imageOf(
  bytes: Uint8Array,
  { rowCount, segmentBytes, segmentCount }: Geometry,
): Uint8Array {
  const length = segmentsOffset(rowCount) + segmentCount * segmentBytes;
  const image = new Uint8Array(length);
  image.set(bytes.subarray(0, length));
  const view = new DataView(image.buffer);
  view.setUint32(HEADER_MAGIC, RING_MAGIC, true);
  view.setUint32(HEADER_VERSION, LAYOUT_VERSION, true);
  view.setUint32(HEADER_ROW_COUNT, rowCount, true);
  view.setUint32(HEADER_SEGMENT_BYTES, segmentBytes, true);
  view.setUint32(HEADER_SEGMENT_COUNT, segmentCount, true);
  view.setUint32(HEADER_WARN_SEGMENTS, Math.floor(segmentCount / 4), true);
  view.setUint32(HEADER_MODE, MODE_OVERWRITE, true);
  return image;
}

/** Makes every segment free that does not vouch for itself, and counts those that had something. */
function dropBroken(image: Uint8Array, { rowCount, segmentBytes, segmentCount }: Geometry): number {
  const view = new DataView(image.buffer);
  let broken = 0;
  for (let segment = 0; segment < segmentCount; segment++) {
    const offset = segmentsOffset(rowCount) + segment * segmentBytes;
    if (isHeaderWhole(image, view, offset) && areRecordsWhole(image, view, offset, segmentBytes)) {
      continue;
    }
    const header = image.subarray(offset, offset + SEGMENT_HEADER_BYTES);
    if (image[offset + SEGMENT_HEADER_BYTES] !== 0 || header.some((byte) => byte !== 0)) broken++;
    view.setBigUint64(offset + SEGMENT_WORD, 0n, true);
  }
  return broken;
}

function isHeaderWhole(bytes: Uint8Array, view: DataView, offset: number): boolean {
  if (offset + SEGMENT_HEADER_BYTES > bytes.length) return false;
  if (view.getUint32(offset + SEGMENT_MAGIC, true) !== SEGMENT_MAGIC_WORD) return false;
  const header = bytes.subarray(offset, offset + SEGMENT_HEADER_CRC);
  return crc32(header) === view.getUint32(offset + SEGMENT_HEADER_CRC, true);
}

function areRecordsWhole(
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  segmentBytes: number,
): boolean {
  const committed = view.getUint32(offset + SEGMENT_COMMITTED, true);
  if (committed > segmentBytes - SEGMENT_HEADER_BYTES) return false;
  const start = offset + SEGMENT_HEADER_BYTES;
  const records = bytes.subarray(start, start + committed);
  return crc32(records) === view.getUint32(offset + SEGMENT_RECORDS_CRC, true);
}

function factsOf(identity: BoxIdentity | null, brokenSegments: number): RecorderFacts {
  const notes = [];
  if (identity === null) notes.push('the page that says whose black box this is was damaged');
  if (brokenSegments > 0) {
    notes.push(`segments that were not whole in the black box: ${brokenSegments}`);
  }
  return {
    service: identity?.service ?? 'unknown',
    host: identity?.host ?? '',
    pid: identity?.pid ?? 0,
    ppid: identity?.ppid ?? 0,
    runId: identity?.runId ?? '',
    node: identity?.node ?? '',
    platform: identity?.platform ?? '',
    arch: identity?.arch ?? '',
    startedAtMs: identity?.startedAtMs ?? 0,
    clock: { monoNs: 0n, wallMs: 0 },
    directory: '',
    fileMode: 0,
    keep: { files: 0, bytes: 0, ageMs: 0 },
    blackBox: { mode: identity?.mode ?? 'mirrored', reason: 'read from the black box' },
    box: null,
    notes,
  };
}

/** What its owner never sealed does not say when its last event was; the events do. */
function withLastTimes(captured: CapturedRing): CapturedRing {
  const segments = captured.segments.map((segment) =>
    Number.isFinite(segment.lastDtNs)
      ? segment
      : { ...segment, lastDtNs: lastEntryDt(segment.records) },
  );
  return { ...captured, segments };
}

/** `dt` of the last event: the first item of its array, an unsigned integer. */
function lastEntryDt(records: Uint8Array): number {
  let dt = 0;
  let position = 0;
  while (position < records.length) {
    const end = itemEnd(records, position, records.length);
    if (end === MALFORMED) break;
    if (isEntry(records, position, end)) {
      const head = records[position] & 0x1f;
      const first = position + (head < 24 ? 1 : 1 + (1 << (head - 24)));
      const info = records[first] & 0x1f;
      let argument = info;
      if (info >= 24) {
        argument = 0;
        for (let i = 1; i <= 1 << (info - 24); i++) argument = argument * 256 + records[first + i];
      }
      dt = Math.max(dt, argument);
    }
    position = end;
  }
  return dt;
}

/** Both clocks as the newest segment relates them, at the time of the last write to the file. */
function clockOf(captured: CapturedRing, takenAtMs: number): { monoNs: bigint; wallMs: number } {
  let newest = { baseNs: 0n, wallMs: takenAtMs, lastDtNs: 0 };
  for (const segment of captured.segments) if (segment.baseNs > newest.baseNs) newest = segment;
  // A file's time is coarse; no event is later than the recording that shows it.
  let sinceMs = Math.max(takenAtMs - newest.wallMs, 0);
  for (const segment of captured.segments) {
    const lastMs = Number(segment.baseNs - newest.baseNs) / 1e6 + segment.lastDtNs / 1e6;
    sinceMs = Math.max(sinceMs, Math.ceil(lastMs));
  }
  return {
    monoNs: newest.baseNs + BigInt(Math.ceil(sinceMs * 1e6)),
    wallMs: newest.wallMs + sinceMs,
  };
}
