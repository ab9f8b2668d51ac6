/**
 * Events that a walk has found so far, and which part of the recording it has been through: it
 * begins at the chosen event, so that the next hit is there first, and then does what is before.
 */

import { EventSet } from './event-set.ts';

export class Hits {
  readonly found: EventSet = new EventSet();
  /** Where the walk began. */
  readonly start: number;
  isComplete = false;
  /** All from the start up to here, exclusive, has been walked. */
  reached: number;
  /** Whether only what is before the start is left. */
  hasReachedEnd = false;
  /** From 0 to 1. */
  progress = 0;

  constructor(start: number) {
    this.start = start;
    this.reached = start;
  }

  /** The next one behind or before an event; null where that is not known yet. */
  beside(index: number, step: 1 | -1, within: EventSet): number | undefined | null {
    const candidate = step === 1 ? this.#after(index, within) : this.#before(index, within);
    if (this.isComplete) return candidate;
    const isAtEnd = step === 1 && this.hasReachedEnd && index >= this.start;
    if (candidate === undefined && isAtEnd) return undefined;
    // Sure is what lies within the stretch that has been walked through.
    const isSure =
      candidate !== undefined &&
      Math.min(index, candidate) >= this.start &&
      Math.max(index, candidate) <= this.reached;
    return isSure ? candidate : null;
  }

  #after(index: number, within: EventSet): number | undefined {
    let candidate = this.found.next(index + 1);
    while (candidate !== undefined && !within.has(candidate)) {
      candidate = this.found.next(candidate + 1);
    }
    return candidate;
  }

  #before(index: number, within: EventSet): number | undefined {
    let candidate = this.found.previous(index - 1);
    while (candidate !== undefined && !within.has(candidate)) {
      candidate = this.found.previous(candidate - 1);
    }
    return candidate;
  }
}
