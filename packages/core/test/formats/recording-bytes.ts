// Recordings put together chunk by chunk, so that tests can also make ones that no recorder would.

import { crc32 } from 'node:zlib';
import { compressFrameSync } from 'lz4-napi';
import {
  DESCRIPTOR_BYTES,
  KIND_FOOTER,
  KIND_HEADER,
  KIND_SEGMENT,
} from '../../src/snapshot/container-layout.ts';
import { cbor, join, sequence, tag, wide } from './cbor-bytes.ts';

export interface ChunkParts {
  kind: number;
  ordinal: number;
  /** The LZ4 frame; `content` compressed if it is not given. */
  frame?: Uint8Array;
  content?: Uint8Array;
  rawLength?: number;
  compressedLength?: number;
  firstNs?: bigint;
  lastNs?: bigint;
  maxSeverity?: number;
  version?: number;
  frameCrc?: number;
}

/** A chunk whose checksums hold whatever it says. */
export function chunk(parts: ChunkParts): Uint8Array {
  const content = parts.content ?? new Uint8Array(0);
  const frame =
    parts.frame ??
    Uint8Array.from(compressFrameSync(Buffer.from(content), { contentChecksum: true }));
  const bytes = new Uint8Array(DESCRIPTOR_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x184d2a5d, true);
  view.setUint32(4, 48, true);
  bytes.set(Buffer.from('TTLG'), 8);
  view.setUint16(12, parts.version ?? 1, true);
  view.setUint16(14, parts.kind, true);
  view.setUint32(16, parts.ordinal, true);
  view.setUint32(20, parts.compressedLength ?? frame.length, true);
  view.setUint32(24, parts.rawLength ?? content.length, true);
  view.setBigInt64(28, parts.firstNs ?? 0n, true);
  view.setBigInt64(36, parts.lastNs ?? 0n, true);
  view.setUint32(44, parts.maxSeverity ?? 0, true);
  view.setUint32(48, parts.frameCrc ?? crc32(frame), true);
  view.setUint32(52, crc32(bytes.subarray(0, 52)), true);
  return join(bytes, frame);
}

const STORED_FRAME_HEAD = Uint8Array.of(0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73);
const END_MARK = new Uint8Array(4);

/** An LZ4 frame with one stored block, as it is written where lz4-napi cannot be loaded. */
export function storedFrame(content: Uint8Array): Uint8Array {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, (content.length | 0x80000000) >>> 0, true);
  return join(STORED_FRAME_HEAD, length, content, END_MARK);
}

export const MAIN = { row: 0, id: 0, name: 'main' };
export const WORKER = { row: 1, id: 3, name: 'resize' };

/** The instant of all recordings made here, on both clocks. */
export const CLOCK = { monoNs: 5_000_000_000_000n, wallMs: 1_700_000_000_000 };
export const CLOCK_NS: bigint = BigInt(CLOCK.wallMs) * 1_000_000n;

export function headerMap(changes: object = {}): { [key: string]: unknown } {
  const losses = { overwritten: 0, refused: 0, tooLarge: 0, cut: 0, torn: 0, lagged: 0 };
  const thread = {
    parent: null,
    startedAtMs: CLOCK.wallMs - 60_000,
    end: null,
    attempted: 9,
    losses,
  };
  return {
    format: 1,
    service: 'golden',
    host: 'a-host',
    pid: 4242,
    ppid: 1,
    runId: '0123456789abcdef',
    node: 'v20.20.2',
    platform: 'linux',
    arch: 'x64',
    startedAtMs: CLOCK.wallMs - 60_000,
    takenAtMs: CLOCK.wallMs,
    clock: CLOCK,
    reason: 'uncaught exception',
    trigger: { kind: 'uncaughtException', thread: 3, origin: 'worker' },
    error: tag(0x54746c01, {
      name: 'TypeError',
      message: 'x is not a function',
      stack: 'TypeError: x\n    at a.js:1',
    }),
    process: {
      uptimeMs: 60_000,
      memory: { rss: 50_000_000 },
      resourceUsage: { maxRSS: 60_000 },
      eventLoopDelayMs: null,
    },
    ring: { bytes: 16_777_216, segmentBytes: 65_536, segments: 255 },
    blackBox: { mode: 'off', reason: 'not asked for' },
    losses: { ...losses, lapped: 0, beforeStart: 2 },
    threads: [
      { ...MAIN, ...thread },
      { ...WORKER, ...thread, parent: 0, end: { kind: 'exited', exitCode: 1 } },
    ],
    part: 1,
    notes: ['TTLOG_MEMORY_BYTES was ignored: "lots"'],
    ...changes,
  };
}

export interface SegmentParts {
  thread?: { row: number; id: number };
  pool?: number;
  firstEvent?: bigint;
  /** Nanoseconds before CLOCK. */
  ageNs?: bigint;
  /** Added to the wall clock of the segment alone. */
  wallShiftMs?: number;
  records: unknown[];
  lastDtNs?: number;
  maxSeverity?: number;
  isStored?: boolean;
  preamble?: object;
  /** Bytes in place of the records and the break. */
  tail?: Uint8Array;
}

export function segmentContent(parts: SegmentParts): Uint8Array {
  const { thread = MAIN, ageNs = 1_000_000_000n } = parts;
  const preamble = {
    thread: thread.id,
    row: thread.row,
    pool: parts.pool ?? 0,
    generation: 1,
    ticket: 7n,
    firstEvent: parts.firstEvent ?? 0n,
    baseNs: CLOCK.monoNs - ageNs,
    wallMs: wallMsOf(parts),
    ...parts.preamble,
  };
  const tail = parts.tail ?? join(sequence(parts.records), [0xff]);
  return join([0x9f], cbor(preamble), tail);
}

function wallMsOf({ ageNs = 1_000_000_000n, wallShiftMs = 0 }: SegmentParts): number {
  return CLOCK.wallMs - Number(ageNs) / 1e6 + wallShiftMs;
}

export function segmentChunk(parts: SegmentParts, ordinal: number): Uint8Array {
  const content = segmentContent(parts);
  const wallMs = wallMsOf(parts);
  const firstNs = BigInt(Math.floor(wallMs)) * 1_000_000n + BigInt(Math.round((wallMs % 1) * 1e6));
  return chunk({
    kind: KIND_SEGMENT,
    ordinal,
    content,
    firstNs,
    lastNs: firstNs + BigInt(parts.lastDtNs ?? 1_000_000_000),
    maxSeverity: parts.maxSeverity ?? 24,
    ...(parts.isStored ? { frame: storedFrame(content) } : {}),
  });
}

export interface RecordingParts {
  header?: object;
  segments: SegmentParts[];
  events?: number;
}

/** The chunks of a whole recording: header, segments, footer. */
export function recordingChunks({ header, segments, events }: RecordingParts): Uint8Array[] {
  const content = cbor(tag(55799, headerMap(header)));
  const chunks = [chunk({ kind: KIND_HEADER, ordinal: 0, content })];
  for (const [index, segment] of segments.entries()) chunks.push(segmentChunk(segment, index + 1));
  const before = join(...chunks);
  const isEvent = (record: unknown): boolean =>
    Array.isArray(record) && typeof record[0] !== 'string';
  const count = segments.reduce((sum, { records }) => sum + records.filter(isEvent).length, 0);
  const footer = cbor({
    segments: segments.length,
    events: events ?? count,
    bytes: before.length,
    checksum: crc32(before),
  });
  chunks.push(chunk({ kind: KIND_FOOTER, ordinal: chunks.length, content: footer }));
  return chunks;
}

export function recording(parts: RecordingParts): Uint8Array {
  return join(...recordingChunks(parts));
}

/** An event with one field `x`. */
export function eventOf(x: unknown, dt = 1, severity = 9): unknown[] {
  return [wide(dt, 4), severity, ['app', 'm', ['x']], 0, x];
}

/** A segment with one event, or with what `parts` say. */
export function segmentOf(x: unknown, parts: Partial<SegmentParts> = {}): SegmentParts {
  return { records: [eventOf(x)], ...parts };
}
