/**
 * Whether an event loop stands still, judged from outside by its last sign of life. Time in which
 * the judge stood still as well (SIGSTOP, a laptop asleep, a machine that pauses or starves the
 * process) is not held against the loop.
 */

/** A look that comes later than this many periods says that the judge was kept from looking. */
const LATE_PERIODS = 2;

export type StallOutcome =
  /** For so long at least it has not turned. */
  | { readonly kind: 'stalled'; readonly stalledMs: number }
  /** It turns again. */
  | { readonly kind: 'ended'; readonly stalledMs: number };

export class StallWatch {
  readonly #afterMs: number;
  readonly #periodMs: number;
  #turnMs = Number.NaN;
  #lookMs = Number.NaN;
  /** Since the last turn, how long the judge did not look. */
  #absentMs = 0;
  #hasStalled = false;

  /** The loop gives a sign every `periodMs`, and `look` is called as often. */
  constructor(afterMs: number, periodMs: number) {
    this.#afterMs = afterMs;
    this.#periodMs = periodMs;
  }

  /** Says once a stall that it began, and once that it is over. Both times on the same clock. */
  look(nowMs: number, turnMs: number): StallOutcome | null {
    const sinceLookMs = nowMs - this.#lookMs;
    this.#lookMs = nowMs;
    if (sinceLookMs > this.#periodMs * LATE_PERIODS) this.#absentMs += sinceLookMs - this.#periodMs;
    if (turnMs !== this.#turnMs) {
      const stalledMs = this.#stalledMs(turnMs);
      const hasStalled = this.#hasStalled;
      this.#turnMs = turnMs;
      this.#absentMs = 0;
      this.#hasStalled = false;
      return hasStalled ? { kind: 'ended', stalledMs } : null;
    }
    const stalledMs = this.#stalledMs(nowMs);
    if (this.#hasStalled || stalledMs < this.#afterMs) return null;
    this.#hasStalled = true;
    return { kind: 'stalled', stalledMs };
  }

  /** At least: the loop may have stopped only just before its next sign was due. */
  #stalledMs(untilMs: number): number {
    return Math.max(0, untilMs - this.#turnMs - this.#periodMs - this.#absentMs);
  }
}
