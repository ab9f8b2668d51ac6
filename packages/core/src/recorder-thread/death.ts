/**
 * How a process ends, as the thread is told that ends it where it hangs. Plain data only.
 */

export interface Death {
  readonly exitCode: number;
  /** What Node would have printed on stderr, and cannot while it hangs; may be empty. */
  readonly lastWords: string;
}

export interface HardStopData extends Death {
  /** HARD_STOP_ARMED until what may hang is done. */
  readonly word: Int32Array;
  /** For how long it may hang. */
  readonly afterMs: number;
}

export const HARD_STOP_ARMED = 0;
export const HARD_STOP_DISARMED = 1;
