// Recordings made by hand: what tests of formats, filters and commands are about.

import {
  openRecording,
  type RecordedEvent,
  type Recording,
  type SnapshotHeader,
  type ThreadInfo,
} from 'ttlog/reader';
import type { RecordingFile } from '../src/recording-file.ts';

/** 2026-01-02T03:04:05Z. */
export const SAMPLE_MS: number = Date.UTC(2026, 0, 2, 3, 4, 5);
export const SAMPLE_NS: bigint = BigInt(SAMPLE_MS) * 1_000_000n;

const NO_LOSSES = {
  overwritten: 0,
  refused: 0,
  tooLarge: 0,
  cut: 0,
  torn: 0,
  lapped: 0,
  lagged: 0,
  beforeStart: 0,
};

export function sampleThread(overrides: Partial<ThreadInfo> = {}): ThreadInfo {
  const { overwritten, refused, tooLarge, cut, torn, lagged } = NO_LOSSES;
  return {
    row: overrides.id ?? 0,
    id: 0,
    name: 'main',
    parent: null,
    startedAtMs: SAMPLE_MS - 60_000,
    end: null,
    attempted: 0,
    losses: { overwritten, refused, tooLarge, cut, torn, lagged },
    ...overrides,
  };
}

export function sampleHeader(overrides: Partial<SnapshotHeader> = {}): SnapshotHeader {
  return {
    format: 1,
    service: 'payments',
    host: 'host-a',
    pid: 4242,
    ppid: 1,
    runId: 'run-1',
    node: '20.20.2',
    platform: 'linux',
    arch: 'x64',
    startedAtMs: SAMPLE_MS - 60_000,
    takenAtMs: SAMPLE_MS + 10_000,
    clock: { monoNs: 70_000_000_000n, wallMs: SAMPLE_MS + 10_000 },
    reason: 'checkpoint',
    trigger: { kind: 'request', thread: 0 },
    error: null,
    process: {
      uptimeMs: 70_000,
      memory: { rss: 64 * 1024 * 1024 },
      resourceUsage: {},
      eventLoopDelayMs: 1.5,
    },
    ring: { bytes: 16 * 1024 * 1024, segmentBytes: 64 * 1024, segments: 256 },
    blackBox: { mode: 'off', reason: 'not asked for' },
    losses: { ...NO_LOSSES },
    threads: [sampleThread()],
    part: 1,
    notes: [],
    ...overrides,
  };
}

/** An event `atMs` after SAMPLE_MS. */
export function sampleEvent(
  overrides: Partial<RecordedEvent> & { atMs?: number } = {},
): RecordedEvent {
  const { atMs = 0, ...given } = overrides;
  return {
    kind: 'log',
    timeNs: SAMPLE_NS + BigInt(Math.round(atMs * 1e6)),
    level: 'info',
    severity: 9,
    logger: 'http',
    message: 'request served',
    fields: {},
    thread: { id: 0, name: 'main' },
    context: {},
    traceId: undefined,
    spanId: undefined,
    traceFlags: undefined,
    ...given,
  };
}

/** A recording of which nothing was ever in a file. Its filters are those of the interface. */
export function sampleFile(
  events: readonly RecordedEvent[],
  header: SnapshotHeader = sampleHeader(),
): RecordingFile {
  const recording: Recording = {
    header,
    footer: null,
    threads: header.threads,
    losses: header.losses,
    damage: [],
    endNs: events.at(-1)?.timeNs ?? BigInt(header.takenAtMs) * 1_000_000n,
    *events({ sinceNs, untilNs, thread, title } = {}) {
      const threads = [thread ?? []].flat();
      for (const event of events) {
        const { id, name } = event.thread;
        if (thread !== undefined && !threads.includes(id) && !threads.includes(name)) continue;
        if (title?.(event) === false) continue;
        if (sinceNs !== undefined && event.timeNs < sinceNs) continue;
        if (untilNs !== undefined && event.timeNs > untilNs) continue;
        yield event;
      }
    },
  };
  return { path: 'sample.bin', sizeBytes: 1000, recording };
}

/** A recording that was written. */
export function openRecordingFile(bytes: Uint8Array): RecordingFile {
  return { path: 'sample.bin', sizeBytes: bytes.length, recording: openRecording(bytes) };
}

/** An error whose stack does not depend on where the test stands. */
export function sampleError(message: string, extra: object = {}): Error {
  const error = new TypeError(message);
  error.stack = `TypeError: ${message}\n    at charge (/app/pay.js:10:5)\n    at /app/main.js:3:1`;
  return Object.assign(error, extra);
}
