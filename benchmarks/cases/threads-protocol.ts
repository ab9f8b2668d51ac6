// What the cases of threads and their workers agree on.

import { GATE_WORDS } from '../runner/gate.ts';

/** Words behind those of the gate: what the next round is. */
export const PRODUCERS: number = GATE_WORDS;
/** Calls of each producer. */
export const CALLS: number = GATE_WORDS + 1;
export const IS_FLOOR: number = GATE_WORDS + 2;

/** Every so many-th call of a thread is a warning. A power of two. */
export const WARN_EVERY = 64;

export interface ProducerData {
  readonly buffer: SharedArrayBuffer;
  /** Producers of a lower index than PRODUCERS take part in a round. */
  readonly index: number;
}
