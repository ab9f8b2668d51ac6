/**
 * One snapshot from beginning to end: capture, account, encode, write, tidy up. Runs in whatever
 * thread asks, on what is shared; nothing here throws, waits for another thread or drains the ring.
 */

import path from 'node:path';
import { threadId } from 'node:worker_threads';
import {
  HEADER_RETIRED_ATTEMPTED,
  HEADER_RETIRED_CUT,
  HEADER_RETIRED_REFUSED,
  HEADER_RETIRED_TOO_LARGE,
  HEADER_RETIRED_TORN,
} from '../memory/ring-layout.ts';
import { accountThreads, beginCapture, type CapturedRing, captureRing } from '../ring/capture.ts';
import type { CapturedSegment, SegmentFacts } from '../ring/captured-segment.ts';
import { addToCounter, readCounter } from '../ring/recorder-words.ts';
import type { RingMemory } from '../ring/ring-memory.ts';
import { type RowState, readRetired, reapVanished } from '../ring/thread-table.ts';
import { type Clock, readClocks, shownClock } from './clocks.ts';
import type { Compressor } from './compress-frame.ts';
import { FORMAT_VERSION } from './container-layout.ts';
import type { CompressedSegment } from './copy-bench.ts';
import { copyTogether, type Partner } from './copy-together.ts';
import type { CopyingRoom } from './copying-room.ts';
import type { DescriptorReserve } from './descriptor-reserve.ts';
import { joinBytes } from './encode-map.ts';
import { type EncodedSnapshot, encodeSnapshot } from './encode-snapshot.ts';
import { snapshotFileName } from './file-name.ts';
import type { Losses, SnapshotHeader, ThreadInfo } from './recording.ts';
import { applyRetention, type Keep } from './retention.ts';
import { joinCaptures } from './second-part.ts';
import { writeSnapshotFile } from './write-file.ts';

const { basename, dirname } = path;
// Taken at import, out of reach of fake timers.
const wallClockMs = Date.now.bind(Date);
const monotonicNs = process.hrtime.bigint.bind(process.hrtime);

/** What stays the same from one snapshot of a process to the next. Plain data. */
export interface RecorderFacts {
  readonly service: string;
  readonly host: string;
  readonly pid: number;
  readonly ppid: number;
  readonly runId: string;
  readonly node: string;
  readonly platform: string;
  readonly arch: string;
  readonly startedAtMs: number;
  /** Both clocks at the start. */
  readonly clock: Clock;
  readonly directory: string;
  /** In which it has to be ours alone; see `openDirectory`. */
  readonly isDefaultDirectory: boolean;
  readonly fileMode: number;
  readonly keep: Keep;
  readonly blackBox: SnapshotHeader['blackBox'];
  /** The black box's file; its descriptor, and the address it is mapped at, are good in every thread. */
  readonly box: {
    readonly path: string;
    readonly descriptor: number;
    /** Where the ring is this file itself. */
    readonly mapping: { readonly address: bigint; readonly lengthBytes: number } | null;
  } | null;
  readonly notes: readonly string[];
}

/** What one snapshot is about. Plain data. */
export interface SnapshotRequest {
  readonly reason: string;
  readonly trigger: SnapshotHeader['trigger'];
  /** The error as CBOR, written by the encoder of logged values. */
  readonly errorCbor: Uint8Array | null;
  readonly process: SnapshotHeader['process'];
  /** Path of the snapshot that this one takes the place of. */
  readonly replaces?: string;
}

/** What the thread that takes the snapshot brings along. */
export interface SnapshotTools {
  readonly compressor: Compressor;
  readonly reserve?: DescriptorReserve | undefined;
  /** Who helps, where nothing of what follows is given: then each copy is compressed at once. */
  readonly partner?: Partner | undefined;
  /** Where all the copies go before the first of them is compressed. */
  readonly room?: (() => CopyingRoom | null) | undefined;
  /** An earlier capture, to which this snapshot adds what followed. */
  readonly first?: CapturedMoment | undefined;
  /** Called, once or more often, before anything that waits for a file system. */
  readonly beforeFiles?: (() => void) | undefined;
  /** Given what the snapshot is made of, for whoever adds to it later. */
  readonly onCaptured?: (captured: CapturedMoment) => void;
}

export interface CapturedMoment {
  readonly captured: CapturedRing;
  /** Epoch milliseconds. */
  readonly atMs: number;
}

export type SnapshotResult =
  | { path: string; events: number; bytes: number; durationMs: number; losses: Losses }
  | { path: null; error: Error };

/** The bytes of a snapshot, and the losses that it tells of. */
export function buildSnapshot(
  memory: RingMemory,
  facts: RecorderFacts,
  request: SnapshotRequest,
  tools: SnapshotTools,
): { encoded: EncodedSnapshot; losses: Losses } {
  // So that no thread is shown as living that is gone, and nobody saw it go.
  reapVanished(memory, -1);
  const moment = { nowNs: monotonicNs, ownThreadId: threadId };
  const { partner, room: kept, first, onCaptured } = tools;
  if (kept === undefined && first === undefined && onCaptured === undefined) {
    const begun = beginCapture(memory, moment);
    const now = readClocks();
    const captured = copyTogether(memory, begun, tools.compressor, partner);
    return encodeCaptured(memory, captured, facts, request, shownAt(now, facts), tools);
  }
  const room = kept?.();
  room?.clear();
  const takeRoom = room ? (lengthBytes: number) => room.take(lengthBytes) : undefined;
  const latest = captureRing(memory, moment, takeRoom);
  const now = readClocks();
  const captured = first === undefined ? latest : joinCaptures(first.captured, latest);
  onCaptured?.({ captured, atMs: now.wallMs });
  return encodeCaptured(memory, captured, facts, request, shownAt(now, facts), tools);
}

function shownAt(now: Clock, { clock }: RecorderFacts): { now: Clock; shown: Clock } {
  return { now, shown: shownClock(clock, now) };
}

/** A snapshot of what was captured, be it from a living ring or from a dead process's black box. */
export function encodeCaptured(
  memory: RingMemory,
  captured: CapturedRing<CapturedSegment | CompressedSegment>,
  facts: RecorderFacts,
  request: SnapshotRequest,
  clocks: { readonly now: Clock; readonly shown: Clock },
  tools: SnapshotTools,
): { encoded: EncodedSnapshot; losses: Losses } {
  const { threads, losses } = account(memory, captured);
  const encoded = encodeSnapshot(
    {
      format: FORMAT_VERSION,
      service: facts.service,
      host: facts.host,
      pid: facts.pid,
      ppid: facts.ppid,
      runId: facts.runId,
      node: facts.node,
      platform: facts.platform,
      arch: facts.arch,
      startedAtMs: facts.startedAtMs,
      takenAtMs: Math.floor(tools.first?.atMs ?? clocks.now.wallMs),
      clock: clocks.shown,
      reason: request.reason,
      trigger: request.trigger,
      errorCbor: request.errorCbor,
      process: request.process,
      ring: {
        bytes: memory.segmentCount * memory.segmentBytes,
        segmentBytes: memory.segmentBytes,
        segments: memory.segmentCount,
      },
      blackBox: facts.blackBox,
      losses,
      threads,
      part: tools.first === undefined ? 1 : 2,
      notes: [...facts.notes, ...compressorNotes(tools.compressor)],
    },
    captured.segments.map((segment) => {
      // Unknown for what a dead or a living thread has not sealed: no event is later than now.
      const lastDtNs = Math.min(segment.lastDtNs, Number(clocks.now.monoNs - segment.baseNs));
      return { ...segment, lastDtNs };
    }),
    tools.compressor,
  );
  return { encoded, losses };
}

/** The same bytes as one array, for whoever wants no file. */
export function buildSnapshotBytes(
  memory: RingMemory,
  facts: RecorderFacts,
  request: SnapshotRequest,
  tools: SnapshotTools,
): Uint8Array {
  return joinBytes(buildSnapshot(memory, facts, request, tools).encoded.chunks);
}

/** Writes a snapshot file. A failure loses no event: the ring is as it was. */
export function takeSnapshot(
  memory: RingMemory,
  facts: RecorderFacts,
  request: SnapshotRequest,
  tools: SnapshotTools,
): SnapshotResult {
  const startedNs = monotonicNs();
  try {
    // Where the ring is a file, its pages may have to be read from there.
    if (facts.box?.mapping) tools.beforeFiles?.();
    const { encoded, losses } = buildSnapshot(memory, facts, request, tools);
    tools.beforeFiles?.();
    const { replaces } = request;
    const nowMs = wallClockMs();
    const name =
      replaces === undefined
        ? snapshotFileName({
            service: facts.service,
            pid: facts.pid,
            atMs: nowMs,
            reason: request.reason,
          })
        : basename(replaces);
    const written = writeSnapshotFile({
      directory: replaces === undefined ? facts.directory : dirname(replaces),
      isDefaultDirectory: facts.isDefaultDirectory,
      name,
      chunks: encoded.chunks,
      fileMode: facts.fileMode,
      replace: replaces !== undefined,
      ...(tools.reserve === undefined ? {} : { reserve: tools.reserve }),
    });
    if (!written.ok) {
      addToCounter(memory, 'failed');
      return { path: null, error: written.error };
    }
    // A crash snapshot that is written again stays one.
    if (replaces === undefined) addToCounter(memory, 'written');
    applyRetention({
      directory: facts.directory,
      service: facts.service,
      keep: facts.keep,
      written: name,
      nowMs,
    });
    const durationMs = Number(monotonicNs() - startedNs) / 1e6;
    const { events } = encoded;
    return { path: written.path, events, bytes: written.bytes, durationMs, losses };
  } catch (error) {
    addToCounter(memory, 'failed');
    return { path: null, error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** Who logged how much and what became of it; see `accountThreads`. */
export function account(
  memory: RingMemory,
  captured: CapturedRing<SegmentFacts>,
): { threads: ThreadInfo[]; losses: Losses } {
  const accounts = accountThreads(captured);
  const retired = readRetired(memory);
  const losses: Losses = {
    overwritten: Number(
      retired(HEADER_RETIRED_ATTEMPTED) -
        retired(HEADER_RETIRED_REFUSED) -
        retired(HEADER_RETIRED_TOO_LARGE),
    ),
    refused: Number(retired(HEADER_RETIRED_REFUSED)) + readCounter(memory, 'unjoined'),
    tooLarge: Number(retired(HEADER_RETIRED_TOO_LARGE)),
    cut: Number(retired(HEADER_RETIRED_CUT)),
    torn: Number(retired(HEADER_RETIRED_TORN)),
    lapped: captured.lapped,
    lagged: readCounter(memory, 'lagged'),
    beforeStart: readCounter(memory, 'beforeStart'),
  };
  const byRow = new Map(captured.rows.map((row) => [row.row, row]));
  const threads: ThreadInfo[] = [];
  for (const [row, thread] of accounts) {
    const own = {
      overwritten: Number(thread.overwritten),
      refused: Number(thread.refused),
      tooLarge: Number(thread.tooLarge),
      cut: Number(row.cut),
      torn: row.torn,
      lagged: Number(row.lagged),
    };
    for (const cause of Object.keys(own) as (keyof typeof own)[]) losses[cause] += own[cause];
    threads.push({
      row: row.row,
      id: row.threadId,
      name: row.name,
      parent: byRow.get(row.parentRow)?.threadId ?? null,
      startedAtMs: row.startedAtMs,
      end: endOf(row),
      attempted: Number(thread.attempted),
      losses: own,
    });
  }
  return { threads, losses };
}

function endOf(row: RowState): ThreadInfo['end'] {
  if (row.hasVanished) return { kind: 'vanished', exitCode: null };
  return row.hasExited ? { kind: 'exited', exitCode: row.exitCode } : null;
}

function compressorNotes(compressor: Compressor): string[] {
  return compressor.reason === undefined
    ? []
    : [`snapshots are not compressed: ${compressor.reason}`];
}
