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

/** A reading of two clocks takes the tightest of this many; a thread may be preempted in between. */
const MAX_ROUNDS = 8;
/** Tight enough to look no further. */
const TIGHT_MS = 0.05;
/** The wall clock counts whole milliseconds; beyond this it was stepped, or has drifted away. */
const SAME_CLOCK_MS = 1.5;

export class ThreadClock {
  /** `nowMs()` at the instant that `originNs` names on the clock of the process. */
  readonly originMs: number;
  readonly originNs: bigint;
  /** Epoch milliseconds at the origin, as the wall clock has it by now. */
  #wallOriginMs = Number.NaN;

  constructor() {
    const { beforeMs, widthMs, value } = readTightly(hrtimeNs, MAX_ROUNDS, 0);
    this.originMs = beforeMs + widthMs / 2;
    this.originNs = value;
  }

  /** Nanoseconds since the origin, whole. */
  sinceOriginNs(): number {
    return Math.floor((nowMs() - this.originMs) * 1e6);
  }

  /**
   * Epoch milliseconds, with their fraction, so many nanoseconds after the origin. Keeps pace with
   * the thread's own clock for as long as the wall clock does, so that the order of events is the
   * same by both.
   */
  wallMsAt(sinceOriginNs: number): number {
    const { beforeMs, widthMs, value } = readTightly(wallClockMs, MAX_ROUNDS, TIGHT_MS);
    const wallOriginMs = value + 0.5 - (beforeMs + widthMs / 2 - this.originMs);
    if (!(Math.abs(wallOriginMs - this.#wallOriginMs) < SAME_CLOCK_MS)) {
      this.#wallOriginMs = wallOriginMs;
    }
    return this.#wallOriginMs + sinceOriginNs / 1e6;
  }
}

/** Epoch milliseconds, out of reach of fake timers. */
export function wallMs(): number {
  return wallClockMs();
}

interface Reading<T> {
  readonly beforeMs: number;
  readonly widthMs: number;
  readonly value: T;
}

/** What `read` returns, and when that was on the thread's own clock: within `widthMs`. */
function readTightly<T>(read: () => T, maxRounds: number, tightMs: number): Reading<T> {
  let tightest: Reading<T> | null = null;
  for (let round = 0; round < maxRounds; round++) {
    const beforeMs = nowMs();
    const value = read();
    const widthMs = nowMs() - beforeMs;
    if (tightest === null || widthMs < tightest.widthMs) tightest = { beforeMs, widthMs, value };
    if (widthMs <= tightMs) break;
  }
  return tightest as Reading<T>;
}
