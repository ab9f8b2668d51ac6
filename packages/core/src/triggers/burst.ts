/**
 * Whether so many events came within so short a time. Constant time and memory an event: the
 * times of the last `count` stand in a fixed ring.
 */

export interface BurstOptions {
  readonly count: number;
  readonly withinMs: number;
  readonly cooldownMs: number;
}

const MS_NS = 1e6;

export class BurstWindow {
  readonly #times: Float64Array;
  readonly #withinNs: number;
  readonly #cooldownNs: number;
  /** Where the next time goes: in the place of the oldest. */
  #place = 0;
  #filled = 0;
  #restsUntilNs = Number.NEGATIVE_INFINITY;

  constructor({ count, withinMs, cooldownMs }: BurstOptions) {
    this.#times = new Float64Array(count);
    this.#withinNs = withinMs * MS_NS;
    this.#cooldownNs = cooldownMs * MS_NS;
  }

  /**
   * One more event. Returns how long the burst took that is complete with it, in nanoseconds, or
   * null. Then all is forgotten, and events count again after the cooldown.
   */
  add(timeNs: number): number | null {
    if (timeNs < this.#restsUntilNs) return null;
    const times = this.#times;
    times[this.#place] = timeNs;
    this.#place = (this.#place + 1) % times.length;
    if (this.#filled < times.length) this.#filled++;
    if (this.#filled < times.length) return null;
    // Of several threads an event may come somewhat late, and then be older than the oldest.
    const spanNs = Math.max(0, timeNs - times[this.#place]);
    if (spanNs > this.#withinNs) return null;
    this.#filled = 0;
    this.#restsUntilNs = timeNs + this.#cooldownNs;
    return spanNs;
  }
}
