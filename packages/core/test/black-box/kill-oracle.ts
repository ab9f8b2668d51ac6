// What the outside knows of a process that was killed while it logged, and so what its black box
// has to show. It is told by acknowledgements and by arithmetic, by nothing that ttlog counts.

import { SEGMENT_HEADER_BYTES } from '../../src/memory/ring-layout.ts';

/** Of each thread's numbers every sixteenth is a warning or an error. */
export const WARN_EVERY = 16;
/** In a ring that wraps, of the others only each first of so many is acknowledged. */
const ACKNOWLEDGED_EVERY = 32;

/** What a thread wrote down after a call that returned. */
export interface Acknowledged {
  readonly thread: number;
  readonly n: number;
  readonly calledNs: number;
  readonly returnedNs: number;
}

export interface Pace {
  readonly name: 'paced' | 'wrapping';
  readonly bytes: number;
  readonly segmentBytes: number;
}

/** Of an event: its array, time, severity, shape, context, and the heads of its values. */
const MAX_HEAD_BYTES = 24;
/** Of a segment: what definitions take, and what was too little for one more event. */
const MAX_UNUSED_BYTES = 300;
/**
 * Segments that need not have been filled since an event whose own was taken again: that one, those
 * that the three other threads had begun before, four that are open now, and four that were sealed
 * anew behind the back of a thread that looked for the oldest.
 */
const NOT_FILLED_SINCE = 12;

interface LoggedByThread {
  readonly acknowledged: Acknowledged[];
  /** Of the events below warn up to each number, at most. */
  readonly bytesUpTo: number[];
}

export class KillOracle {
  readonly acknowledged: readonly Acknowledged[];
  readonly #pace: Pace;
  readonly #threads = new Map<number, LoggedByThread>();

  constructor(acknowledged: readonly Acknowledged[], pace: Pace) {
    this.acknowledged = acknowledged;
    this.#pace = pace;
    for (const one of acknowledged) {
      const known = this.#threads.get(one.thread);
      if (known !== undefined) known.acknowledged.push(one);
      else this.#threads.set(one.thread, { acknowledged: [one], bytesUpTo: [0] });
    }
    for (const [thread, { acknowledged, bytesUpTo }] of this.#threads) {
      const last = this.#lastPossible(acknowledged.at(-1)!.n);
      for (let n = 1; n <= last; n++) {
        const bytes = isWarning(n) ? 0 : MAX_HEAD_BYTES + textLength(thread, n);
        bytesUpTo.push(bytesUpTo[n - 1] + bytes);
      }
    }
  }

  /** Whether so much was logged since an event below warn was called that its place was needed. */
  mayBeOverwritten({ calledNs }: Acknowledged): boolean {
    const { bytes, segmentBytes } = this.#pace;
    const normalSegments = (bytes / segmentBytes) * 0.75;
    const filledBytes = segmentBytes - SEGMENT_HEADER_BYTES - MAX_UNUSED_BYTES;
    return this.#loggedSince(calledNs) >= (normalSegments - NOT_FILLED_SINCE) * filledBytes;
  }

  /** How many events a thread has logged: at least, and at most. */
  loggedBy(thread: number): { least: number; most: number } {
    const acknowledged = this.#threads.get(thread)?.acknowledged;
    // One that has not returned may stand in the ring.
    if (acknowledged === undefined) return { least: 0, most: 1 };
    const last = acknowledged.at(-1)!.n;
    const warnings = acknowledged.filter(({ n }) => isWarning(n)).length;
    const belowWarn = (n: number): number => n - Math.floor(n / WARN_EVERY);
    return {
      least: belowWarn(last) + warnings,
      most: belowWarn(this.#lastPossible(last)) + warnings + 1,
    };
  }

  get threads(): Iterable<number> {
    return this.#threads.keys();
  }

  /** The number that a thread cannot have passed without acknowledging more than `last`. */
  #lastPossible(last: number): number {
    if (this.#pace.name === 'paced') return last + 1;
    return Math.ceil(last / ACKNOWLEDGED_EVERY) * ACKNOWLEDGED_EVERY + 1;
  }

  /** Bytes of all events below warn of which it is not certain that they were logged before. */
  #loggedSince(timeNs: number): number {
    let bytes = 0;
    for (const { acknowledged, bytesUpTo } of this.#threads.values()) {
      bytes += bytesUpTo.at(-1)! - bytesUpTo[lastReturnedBefore(acknowledged, timeNs)];
    }
    return bytes;
  }
}

export function isWarning(n: number): boolean {
  return n % WARN_EVERY === 0;
}

/** What event `n` of a thread says. */
export function textOf(thread: number, n: number): string {
  return `${thread}:${n}:`.padEnd(textLength(thread, n), '#');
}

function textLength(thread: number, n: number): number {
  return 10 + ((thread + n) % 60);
}

/** A thread's numbers come in order; 0 where there is none. */
function lastReturnedBefore(acknowledged: readonly Acknowledged[], timeNs: number): number {
  let [low, high] = [0, acknowledged.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (acknowledged[middle].returnedNs < timeNs) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? 0 : acknowledged[low - 1].n;
}
