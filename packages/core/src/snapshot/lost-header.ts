/**
 * What a recording says of itself when its header is lost: only what the segments tell.
 */

import { FORMAT_VERSION } from './container-layout.ts';
import type { Losses, SnapshotHeader, ThreadInfo } from './recording.ts';
import type { UnplacedSegment } from './segment-chunk.ts';

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

const UNKNOWN = 'unknown';

/** A header in which whatever is not known is empty, zero or "unknown". */
export function replaceLostHeader(segments: readonly UnplacedSegment[]): SnapshotHeader {
  let last = segments[0]?.preamble;
  for (const { preamble } of segments) if (preamble.baseNs > last.baseNs) last = preamble;
  const wallMs = last?.wallMs ?? 0;
  return {
    format: FORMAT_VERSION,
    service: UNKNOWN,
    host: UNKNOWN,
    pid: 0,
    ppid: 0,
    runId: '',
    node: UNKNOWN,
    platform: UNKNOWN,
    arch: UNKNOWN,
    startedAtMs: 0,
    takenAtMs: wallMs,
    clock: { monoNs: last?.baseNs ?? 0n, wallMs },
    reason: UNKNOWN,
    trigger: { kind: 'request', thread: 0 },
    error: null,
    process: { uptimeMs: 0, memory: {}, resourceUsage: {}, eventLoopDelayMs: null },
    ring: { bytes: 0, segmentBytes: 0, segments: 0 },
    blackBox: { mode: 'off', reason: UNKNOWN },
    losses: { ...NO_LOSSES },
    threads: threadsOf(segments),
    part: 1,
    notes: ['the header of this recording is lost'],
  };
}

/** Name of a thread that no header tells of. */
export function nameOfThread(id: number): string {
  return id === 0 ? 'main' : `worker-${id}`;
}

function threadsOf(segments: readonly UnplacedSegment[]): ThreadInfo[] {
  const threads = new Map<string, ThreadInfo>();
  const { lapped, beforeStart, ...losses } = NO_LOSSES;
  for (const { preamble } of segments) {
    const { row, thread: id } = preamble;
    threads.set(`${row}/${id}`, {
      row,
      id,
      name: nameOfThread(id),
      parent: null,
      startedAtMs: 0,
      end: null,
      attempted: 0,
      losses: { ...losses },
    });
  }
  return [...threads.values()].sort((a, b) => a.row - b.row);
}
