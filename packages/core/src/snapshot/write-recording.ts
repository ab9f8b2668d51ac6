/**
 * A whole recording made of events, the counterpart of `openRecording`: for tests, for exports,
 * for recordings with something taken out. It writes the same bytes that a recorder would.
 */

import { MAX_SEGMENT_BYTES, POOL_NORMAL, POOL_WARN } from '../memory/ring-layout.ts';
import { type Level, MAX_SEVERITY, SEVERITY } from '../record/level.ts';
import type { CapturedSegment } from '../ring/captured-segment.ts';
import { loadCompressor } from './compress-frame.ts';
import { FORMAT_VERSION } from './container-layout.ts';
import { joinBytes } from './encode-map.ts';
import { encodeSnapshot } from './encode-snapshot.ts';
import { RecordedValueEncoder } from './recorded-value-encoder.ts';
import type { EventKind, Losses, SnapshotHeader, ThreadInfo } from './recording.ts';
import { type SegmentEvent, SegmentWriter } from './segment-writer.ts';

/** An event as `openRecording` gives it, or as much of it as is known. */
export interface WritableEvent {
  /** Epoch nanoseconds. */
  readonly timeNs: bigint;
  readonly message: string;
  readonly kind?: EventKind;
  /** 'info' where neither level nor severity is given. */
  readonly level?: Level;
  readonly severity?: number;
  readonly logger?: string;
  readonly fields?: { readonly [key: string]: unknown };
  /** The main thread where it is not given. */
  readonly thread?: { readonly id: number; readonly name: string };
  readonly context?: { readonly [key: string]: unknown };
  readonly traceId?: string | undefined;
  readonly spanId?: string | undefined;
  readonly traceFlags?: number | undefined;
}

export interface RecordingContent {
  /** What is missing is made up from the events. */
  readonly header?: Partial<SnapshotHeader>;
  /** In any order. */
  readonly events: Iterable<WritableEvent>;
  /** Threads of the events that are not among these are added. */
  readonly threads?: readonly ThreadInfo[];
}

const MAIN_THREAD = { id: 0, name: 'main' };
const NO_LOSSES: Losses = {
  overwritten: 0,
  refused: 0,
  tooLarge: 0,
  cut: 0,
  torn: 0,
  lapped: 0,
  lagged: 0,
  beforeStart: 0,
};
const DEFAULT_SEGMENT_BYTES = 64 * 1024;
const NS_PER_MS = 1_000_000n;

/** The bytes of a snapshot file that holds these events. */
export function writeRecording(content: RecordingContent): Uint8Array {
  const encoder = new RecordedValueEncoder();
  const events = [...content.events].sort(byTime);
  const threads = threadsOf(content, events);
  const header = headerOf(content.header ?? {}, events, threads);
  const segments = segmentsOf(events, threads, header, encoder);
  const { error, ...others } = header;
  const errorCbor = error === null ? null : encoder.encodeItem(error);
  return joinBytes(encodeSnapshot({ ...others, errorCbor }, segments, loadCompressor()).chunks);
}

function byTime(a: WritableEvent, b: WritableEvent): number {
  return a.timeNs < b.timeNs ? -1 : a.timeNs > b.timeNs ? 1 : 0;
}

/** The threads given and those of the events, each with as many attempts as events at least. */
function threadsOf(content: RecordingContent, events: readonly WritableEvent[]): ThreadInfo[] {
  const given = content.threads ?? content.header?.threads ?? [];
  const threads = new Map(given.map((thread) => [keyOf(thread), { ...thread }]));
  let nextRow = given.reduce((row, thread) => Math.max(row, thread.row + 1), 0);
  const eventCounts = new Map<string, number>();
  for (const { thread = MAIN_THREAD, timeNs } of events) {
    const key = keyOf(thread);
    eventCounts.set(key, (eventCounts.get(key) ?? 0) + 1);
    if (threads.has(key)) continue;
    threads.set(key, newThread(thread, nextRow++, Number(timeNs / NS_PER_MS)));
  }
  for (const [key, thread] of threads) {
    const { overwritten, refused, tooLarge } = thread.losses;
    const known = (eventCounts.get(key) ?? 0) + overwritten + refused + tooLarge;
    thread.attempted = Math.max(thread.attempted, known);
  }
  return [...threads.values()];
}

function newThread({ id, name }: typeof MAIN_THREAD, row: number, startedAtMs: number): ThreadInfo {
  const { lapped, beforeStart, ...losses } = NO_LOSSES;
  return {
    row,
    id,
    name,
    parent: id === 0 ? null : 0,
    startedAtMs,
    end: null,
    attempted: 0,
    losses,
  };
}

function keyOf({ id, name }: { readonly id: number; readonly name: string }): string {
  return `${id}:${name}`;
}

function headerOf(
  given: Partial<SnapshotHeader>,
  events: readonly WritableEvent[],
  threads: ThreadInfo[],
): SnapshotHeader {
  const takenAtMs = given.takenAtMs ?? Number((events.at(-1)?.timeNs ?? 0n) / NS_PER_MS) + 1;
  const startedAtMs = given.startedAtMs ?? Number((events[0]?.timeNs ?? 0n) / NS_PER_MS);
  return {
    service: 'unnamed',
    host: '',
    pid: 0,
    ppid: 0,
    runId: '',
    node: process.version,
    platform: process.platform,
    arch: process.arch,
    startedAtMs,
    takenAtMs,
    clock: { monoNs: BigInt(Math.trunc(takenAtMs)) * NS_PER_MS, wallMs: Math.trunc(takenAtMs) },
    reason: 'written',
    trigger: { kind: 'request', thread: 0 },
    error: null,
    process: {
      uptimeMs: takenAtMs - startedAtMs,
      memory: {},
      resourceUsage: {},
      eventLoopDelayMs: null,
    },
    ring: { bytes: 0, segmentBytes: DEFAULT_SEGMENT_BYTES, segments: 0 },
    blackBox: { mode: 'off', reason: '' },
    losses: sumOfLosses(threads),
    part: 1,
    notes: [],
    ...given,
    format: FORMAT_VERSION,
    threads,
  };
}

function sumOfLosses(threads: readonly ThreadInfo[]): Losses {
  const sum = { ...NO_LOSSES };
  for (const { losses } of threads) {
    for (const cause of Object.keys(losses) as (keyof typeof losses)[]) sum[cause] += losses[cause];
  }
  return sum;
}

/** As in the ring, a segment belongs to one thread and holds either warnings or lesser events. */
function segmentsOf(
  events: readonly WritableEvent[],
  threads: readonly ThreadInfo[],
  { clock, ring }: SnapshotHeader,
  encoder: RecordedValueEncoder,
): CapturedSegment[] {
  const byKey = new Map(threads.map((thread) => [keyOf(thread), thread]));
  const writers = new Map<string, SegmentWriter>();
  const segments: CapturedSegment[] = [];
  const segmentBytes = Math.min(Math.max(ring.segmentBytes, 1), MAX_SEGMENT_BYTES);
  for (const event of events) {
    const thread = byKey.get(keyOf(event.thread ?? MAIN_THREAD)) as ThreadInfo;
    const complete = completed(event);
    const pool = complete.severity >= SEVERITY.warn ? POOL_WARN : POOL_NORMAL;
    const writerKey = `${thread.row}:${pool}`;
    let writer = writers.get(writerKey);
    if (writer === undefined) {
      writer = new SegmentWriter({ thread, pool, clock, segmentBytes, encoder, segments });
      writers.set(writerKey, writer);
    }
    writer.add(complete);
  }
  for (const writer of writers.values()) writer.finish();
  return segments;
}

function completed(event: WritableEvent): SegmentEvent {
  const severity = event.severity ?? SEVERITY[event.level ?? 'info'];
  return {
    timeNs: event.timeNs,
    message: event.message,
    kind: event.kind ?? 'log',
    severity: Math.min(Math.max(severity, 1), MAX_SEVERITY),
    logger: event.logger ?? '',
    fields: event.fields ?? {},
    context: event.context ?? {},
    traceId: event.traceId,
    spanId: event.spanId,
    traceFlags: event.traceFlags,
  };
}
