/**
 * When a recording ends: the time of its last event. Looks only into the segments that can hold
 * it, and decodes no event.
 */

import { type EventBounds, SegmentDecoder } from '../record/decode-segment.ts';
import { epochNs } from './encode-chunk.ts';
import type { LentSegment } from './inflated-segments.ts';
import type { SnapshotHeader } from './recording.ts';
import type { SegmentChunk } from './segment-chunk.ts';
import type { CursorSurroundings } from './segment-cursor.ts';

const EVERY_EVENT: EventBounds = { minSeverity: 0, minDtNs: 0, maxDtNs: Infinity };

/** Epoch nanoseconds of the last event, or of the snapshot where there is none. */
export function findLastTime(
  segments: readonly SegmentChunk[],
  around: CursorSurroundings,
  header: SnapshotHeader,
): bigint {
  const latestFirst = segments.map((segment) => ({ segment, latestNs: latestPossible(segment) }));
  latestFirst.sort((a, b) => (a.latestNs < b.latestNs ? 1 : a.latestNs > b.latestNs ? -1 : 0));
  let lastTimeNs: bigint | null = null;
  for (const { segment, latestNs } of latestFirst) {
    if (lastTimeNs !== null && latestNs <= lastTimeNs) break;
    const timeNs = lastTimeOf(segment, around);
    if (timeNs !== null && (lastTimeNs === null || timeNs > lastTimeNs)) lastTimeNs = timeNs;
  }
  return lastTimeNs ?? epochNs(header.takenAtMs);
}

function latestPossible(segment: SegmentChunk): bigint {
  const { lastDtNs } = segment;
  return segment.baseTimeNs + (Number.isFinite(lastDtNs) ? BigInt(lastDtNs) : 2n ** 63n);
}

function lastTimeOf(segment: SegmentChunk, around: CursorSurroundings): bigint | null {
  let lastDtNs = -1;
  let lent: LentSegment | null = null;
  try {
    lent = around.inflated.borrow(segment);
    const { content, recordsEnd } = lent;
    const start = segment.recordsStart;
    const decoder = new SegmentDecoder(content, start, recordsEnd, around.lateFields);
    while (decoder.advance(EVERY_EVENT)) lastDtNs = Math.max(lastDtNs, decoder.dtNs);
  } catch {
    // What came before counts; the walk over the events reports the damage.
  } finally {
    if (lent !== null) around.inflated.giveBack(lent);
  }
  return lastDtNs < 0 ? null : segment.baseTimeNs + BigInt(lastDtNs);
}
