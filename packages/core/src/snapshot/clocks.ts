/**
 * The monotonic and the wall clock read together, and by which reading events are shown.
 */

import type { SnapshotHeader } from './recording.ts';

// Taken at import, out of reach of fake timers.
const wallClockMs = Date.now.bind(Date);
const monotonicNs = process.hrtime.bigint.bind(process.hrtime);

/** The wall clock is read in whole milliseconds. */
const MAX_DRIFT_MS = 2;
const MAX_CLOCK_ROUNDS = 8;
const TIGHT_CLOCKS_NS = 50_000;

export type Clock = SnapshotHeader['clock'];

/**
 * By which clock the times of events are shown: that of the start, so that an event has the same
 * time in every snapshot, unless the wall clock was set or has drifted away since.
 */
export function shownClock(atStart: Clock, now: Clock): Clock {
  const expectedMs = atStart.wallMs + Number(now.monoNs - atStart.monoNs) / 1e6;
  return Math.abs(now.wallMs - expectedMs) < MAX_DRIFT_MS ? atStart : now;
}

/**
 * The same instant on both clocks: the tightest of some readings, since a thread may be preempted
 * in between. The wall clock counts whole milliseconds, so half of one is the best guess.
 */
export function readClocks(): Clock {
  let clock = { monoNs: 0n, wallMs: 0 };
  let tightestNs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < MAX_CLOCK_ROUNDS && tightestNs > TIGHT_CLOCKS_NS; round++) {
    const beforeNs = monotonicNs();
    const wallMs = wallClockMs() + 0.5;
    const monoNs = monotonicNs();
    const widthNs = Number(monoNs - beforeNs);
    if (widthNs >= tightestNs) continue;
    tightestNs = widthNs;
    clock = { monoNs, wallMs };
  }
  return clock;
}
