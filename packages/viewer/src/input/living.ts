/** Recordings of processes that go on: which these are, and an event's time in two readings of one. */

import type { Recording } from 'ttlog/reader';
import type { RecordingFile } from '../recording-file.ts';

export function isLiving({ recording }: RecordingFile): boolean {
  return recording.header.reason === 'living';
}

/**
 * From the wall clock, by which the same event may be shown a little earlier or later each time, to the
 * clock by which it was recorded.
 */
export function monotonicOffsetNs({ header: { clock } }: Recording): bigint {
  const wholeMs = Math.floor(clock.wallMs);
  const wallNs = BigInt(wholeMs) * 1_000_000n + BigInt(Math.round((clock.wallMs - wholeMs) * 1e6));
  return clock.monoNs - wallNs;
}
