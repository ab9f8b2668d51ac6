/**
 * One clock for all threads. `performance.now()` starts anew in every worker and its
 * `timeOrigin` follows the wall clock, so each thread relates its own to `process.hrtime`, which
 * all share, once. Captured at import, so that fake timers do not reach the recorder.
 */

import { performance } from 'node:perf_hooks';

/** Milliseconds with their fraction; the cheapest clock that Node has (39 ns, Node 20.20). */
export const nowMs: () => number = performance.now.bind(performance);

const hrtimeNs = process.hrtime.bigint.bind(process.hrtime);
const wallClockMs = Date.now.bind(Date);

/** Calibration takes the tightest of this many readings; a thread may be preempted in between. */
const CALIBRATION_ROUNDS = 8;

export class ThreadClock {
  /** `nowMs()` at the instant that `originNs` names on the clock of the process. */
  readonly originMs: number;
  readonly originNs: bigint;

  constructor() {
    let tightestMs = Number.POSITIVE_INFINITY;
    let [originMs, originNs] = [0, 0n];
    for (let round = 0; round < CALIBRATION_ROUNDS; round++) {
      const before = nowMs();
      const ns = hrtimeNs();
      const widthMs = nowMs() - before;
      if (widthMs < tightestMs) {
        tightestMs = widthMs;
        originMs = before + widthMs / 2;
        originNs = ns;
      }
    }
    this.originMs = originMs;
    this.originNs = originNs;
  }

  /** Nanoseconds since the origin, whole. */
  sinceOriginNs(): number {
    return Math.floor((nowMs() - this.originMs) * 1e6);
  }
}

/** The same instant on the clock that all threads share and on the wall. */
export function readBothClocks(): { monoNs: bigint; wallMs: number } {
  return { monoNs: hrtimeNs(), wallMs: wallClockMs() };
}

/** Epoch milliseconds, out of reach of fake timers. */
export function wallMs(): number {
  return wallClockMs();
}
