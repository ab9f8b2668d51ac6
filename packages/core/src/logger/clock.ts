/**
 * One clock for all threads: `process.hrtime`, in whole nanoseconds, and the wall clock that goes
 * with it. Captured at import, so that fake timers do not reach the recorder.
 *
 * A reading goes into memory as the 64-bit number that it is and comes out as two words, since
 * arithmetic on words costs next to nothing: 34.5 ns for a time stamp that never goes back,
 * against 48 with `performance.now` and its fraction, 49 with `Number(bigint)` and 39 with the
 * words made into one number (Node 20.20; 22 and 24 alike).
 */

/** Nanoseconds from an origin that all threads of the process share. */
export const hrtimeNs: () => bigint = process.hrtime.bigint;
const wallClockMs = Date.now.bind(Date);

/** A reading of two clocks takes the tightest of this many; a thread may be preempted in between. */
const MAX_ROUNDS = 8;
/** Tight enough to look no further. */
const TIGHT_NS = 50_000;
/** The wall clock counts whole milliseconds; beyond this it was stepped, or has drifted away. */
const SAME_CLOCK_MS = 1.5;

export class ThreadClock {
  /** Element 0: the last reading. */
  readonly reading: BigInt64Array = new BigInt64Array(1);
  /** The same: its lower half and its upper half. */
  readonly words: Int32Array = new Int32Array(this.reading.buffer);
  readonly #originNs: bigint = hrtimeNs();
  /** Epoch milliseconds at the origin, as the wall clock has it by now. */
  #wallOriginMs = Number.NaN;

  /** Reads the clock: later than every earlier reading of this thread, by 1 ns if need be. */
  tick(): void {
    const { words } = this;
    const low = words[0];
    const high = words[1];
    this.reading[0] = hrtimeNs();
    if (words[1] !== high || words[0] >>> 0 <= low >>> 0) this.keepLater(low, high);
  }

  /** After a reading that may not be later than the one before, which had these halves. */
  keepLater(low: number, high: number): void {
    const lastNs = (BigInt(high) << 32n) | BigInt(low >>> 0);
    if (this.reading[0] <= lastNs) this.reading[0] = lastNs + 1n;
  }

  /** The last reading. */
  get ns(): bigint {
    return this.reading[0];
  }

  /** The same since the thread's own beginning, as a number. */
  get sinceOriginNs(): number {
    return Number(this.reading[0] - this.#originNs);
  }

  /** From an earlier reading, given by its two halves, to the last one. */
  sinceNs(low: number, high: number): number {
    const { words } = this;
    const borrow = words[0] >>> 0 < low >>> 0 ? 1 : 0;
    const sinceLow = (words[0] - low) >>> 0;
    return sinceLow + (words[1] - high - borrow) * 0x100000000;
  }

  /** Epoch milliseconds, with their fraction, when `process.hrtime` was `ns`. */
  wallMsAt(ns: bigint): number {
    const { atNs, wallMs } = readWallClock();
    const wallOriginMs = wallMs + 0.5 - this.#sinceOriginMs(atNs);
    if (!(Math.abs(wallOriginMs - this.#wallOriginMs) < SAME_CLOCK_MS)) {
      // Else it keeps pace with the thread's own clock, so that the order of events is the same
      // by both.
      this.#wallOriginMs = wallOriginMs;
    }
    return this.#wallOriginMs + this.#sinceOriginMs(ns);
  }

  #sinceOriginMs(ns: bigint): number {
    return Number(ns - this.#originNs) / 1e6;
  }
}

/** Epoch milliseconds, out of reach of fake timers. */
export function wallMs(): number {
  return wallClockMs();
}

/** The wall clock, and when that was by `process.hrtime`: as tightly as can be had at once. */
function readWallClock(): { atNs: bigint; wallMs: number } {
  let tightest = { atNs: 0n, wallMs: 0 };
  let tightestNs = Number.POSITIVE_INFINITY;
  for (let round = 0; round < MAX_ROUNDS && tightestNs > TIGHT_NS; round++) {
    const beforeNs = hrtimeNs();
    const wallMs = wallClockMs();
    const widthNs = hrtimeNs() - beforeNs;
    if (Number(widthNs) >= tightestNs) continue;
    tightestNs = Number(widthNs);
    tightest = { atNs: beforeNs + widthNs / 2n, wallMs };
  }
  return tightest;
}
