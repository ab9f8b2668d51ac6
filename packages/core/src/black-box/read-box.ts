/**
 * Reads a black box, of a dead process or of a living one, into a snapshot. Each segment vouches
 * for itself; a header that is damaged or disagrees with the segments is a hint, and what cannot
 * be had from it is worked out.
 */

import fs from 'node:fs';
import { isEntry, itemEnd, MALFORMED } from '../memory/cbor-item.ts';
import { HEADER_MAGIC, RING_MAGIC } from '../memory/ring-layout.ts';
import { beginCapture, type CapturedRing, endCapture, type SegmentCopy } from '../ring/capture.ts';
import type { CapturedSegment } from '../ring/captured-segment.ts';
import { RingMemory } from '../ring/ring-memory.ts';
import { storeFrame } from '../snapshot/compress-frame.ts';
import { type CompressedSegment, CopyBench } from '../snapshot/copy-bench.ts';
import { RecordingError } from '../snapshot/damage-error.ts';
import { closeQuietly } from '../snapshot/file-functions.ts';
import { finish, STEP_BYTES, type Steps } from '../snapshot/steps.ts';
import {
  encodeCaptured,
  type RecorderFacts,
  type SnapshotTools,
} from '../snapshot/take-snapshot.ts';
import { type BoxIdentity, readIdentity } from './box-identity.ts';
import { imageOfBox } from './box-image.ts';
import { readSegments } from './read-segments.ts';
import { isMappedBox } from './vouching.ts';

const { constants, fstatSync, openSync, readSync } = fs;
const { compare } = Buffer;

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
export function* readBoxFile(path: string): Steps<{ bytes: Uint8Array; modifiedAtMs: number }> {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) throw new RecordingError(`${path} is not a regular file`);
    if (stats.size > MAX_BOX_BYTES)
      throw new RecordingError(`${path} is too large for a black box`);
    const read = yield* readFilled(descriptor, new Uint8Array(stats.size));
    if (isMappedBox(read)) yield* readSegments(descriptor, read);
    return { bytes: read, modifiedAtMs: stats.mtimeMs };
  } catch (error) {
    if (error instanceof RecordingError) throw error;
    const { code = 'error' } = error as NodeJS.ErrnoException;
    throw new RecordingError(`${path} cannot be read (${code})`, { cause: error });
  } finally {
    if (descriptor !== undefined) closeQuietly(descriptor);
  }
}

/**
 * Fills the zeroed `bytes` from a file, part by part, and leaves those alone that are zero there: a
 * file may be all hole, and memory that nobody has written to is none. Returns what there was.
 */
function* readFilled(descriptor: number, bytes: Uint8Array): Steps<Uint8Array> {
  const part = new Uint8Array(STEP_BYTES);
  const zeroes = new Uint8Array(STEP_BYTES);
  let done = 0;
  while (done < bytes.length) {
    const wanted = Math.min(part.length, bytes.length - done);
    const count = readSync(descriptor, part, 0, wanted, done);
    if (count === 0) break;
    const read = part.subarray(0, count);
    if (compare(read, zeroes.subarray(0, count)) !== 0) bytes.set(read, done);
    done += count;
    yield;
  }
  return bytes.subarray(0, done);
}

interface BoxCircumstances {
  readonly isAlive: boolean;
  readonly takenAtMs: number;
  readonly tools?: SnapshotTools;
}

/** Throws RecordingError where there is nothing to be shown. */
export function readBox(untrustedBytes: Uint8Array, about: BoxCircumstances): ReadBox {
  return finish(readBoxSteps(untrustedBytes, about));
}

/** The same with pauses. */
export function* readBoxSteps(untrustedBytes: Uint8Array, about: BoxCircumstances): Steps<ReadBox> {
  const { bytes: image, brokenSegments } = yield* imageOfBox(untrustedBytes);
  const memory = RingMemory.attach(image.buffer);
  const tools = about.tools ?? STORED;
  const captured = yield* capture(memory, tools);
  const identity = readIdentity(image);
  const reason = about.isAlive ? 'living' : 'process-died';
  const clock = clockOf(captured, about.takenAtMs);
  const { encoded } = encodeCaptured(
    memory,
    captured,
    factsOf(identity, brokenSegments),
    {
      reason,
      trigger: { kind: about.isAlive ? 'request' : 'process-died', thread: 0 },
      errorCbor: null,
      process: { uptimeMs: 0, memory: {}, resourceUsage: {}, eventLoopDelayMs: null },
    },
    { now: clock, shown: clock },
    tools,
  );
  const snapshot = yield* join(encoded.chunks, encoded.bytes);
  return { identity, snapshot, events: encoded.events, brokenSegments };
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
    isDefaultDirectory: false,
    fileMode: 0,
    keep: { files: 0, bytes: 0, ageMs: 0 },
    blackBox: { mode: identity?.mode ?? 'mirrored', reason: 'read from the black box' },
    box: null,
    notes,
  };
}

function* capture(
  memory: RingMemory,
  { compressor }: SnapshotTools,
): Steps<CapturedRing<CompressedSegment>> {
  const begun = beginCapture(memory);
  const bench = new CopyBench(memory, begun, compressor, withLastTime);
  const copies: (SegmentCopy<CompressedSegment> | null)[] = [];
  const segmentsPerStep = Math.ceil(STEP_BYTES / memory.segmentBytes);
  for (const cut of begun.cuts) {
    copies.push(bench.copy(cut));
    if (copies.length % segmentsPerStep === 0) yield;
  }
  return endCapture(memory, begun, copies);
}

/** What its owner never sealed does not say when its last event was; the events do. */
function withLastTime(segment: CapturedSegment): CapturedSegment {
  const { lastDtNs, records } = segment;
  const isKnown = lastDtNs >= 0 && lastDtNs <= Number.MAX_SAFE_INTEGER;
  return isKnown ? segment : { ...segment, lastDtNs: lastEntryDt(records) };
}

function* join(chunks: readonly Uint8Array[], lengthBytes: number): Steps<Uint8Array> {
  const joined = new Uint8Array(lengthBytes);
  let at = 0;
  let pauseAt = STEP_BYTES;
  for (const chunk of chunks) {
    joined.set(chunk, at);
    at += chunk.length;
    if (at < pauseAt) continue;
    pauseAt = at + STEP_BYTES;
    yield;
  }
  return joined;
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
  return Math.min(dt, Number.MAX_SAFE_INTEGER);
}

/** Both clocks as the newest segment relates them, at the time of the last write to the file. */
function clockOf(
  captured: CapturedRing<CompressedSegment>,
  takenAtMs: number,
): { monoNs: bigint; wallMs: number } {
  let newest = { baseNs: 0n, wallMs: takenAtMs };
  for (const { baseNs, wallMs } of captured.segments) {
    if (baseNs > newest.baseNs && isTime(wallMs)) newest = { baseNs, wallMs };
  }
  // A file's time is coarse; no event is later than the recording that shows it.
  let sinceMs = isTime(takenAtMs) ? Math.max(takenAtMs - newest.wallMs, 0) : 0;
  for (const segment of captured.segments) {
    const lastMs = Number(segment.baseNs - newest.baseNs) / 1e6 + segment.lastDtNs / 1e6;
    // A forged segment may say anything, also what is no number.
    if (lastMs > sinceMs && isTime(lastMs)) sinceMs = Math.ceil(lastMs);
  }
  return {
    monoNs: newest.baseNs + BigInt(Math.ceil(sinceMs * 1e6)),
    wallMs: newest.wallMs + sinceMs,
  };
}

/** Whether a Date can hold it. */
function isTime(ms: number): boolean {
  return Math.abs(ms) <= 8.64e15;
}
