// What the cases of the ring and their workers agree on.

import type { MessagePort } from 'node:worker_threads';
import { GATE_WORDS } from '../runner/gate.ts';

/** Words behind those of the gate: what the next round is. */
export const PRODUCERS: number = GATE_WORDS;
export const CONSUMERS: number = GATE_WORDS + 1;
/** Entries that each producer sends. */
export const ENTRIES: number = GATE_WORDS + 2;
/** Through messages instead of the ring. */
export const IS_MESSAGES: number = GATE_WORDS + 3;
/** Entries that consumers have taken in this round. */
export const TAKEN: number = GATE_WORDS + 4;
/** Times that a producer found the ring full. */
export const REFUSALS: number = GATE_WORDS + 5;
/** Never changes: what a worker that has nothing to do waits on. */
export const IDLE: number = GATE_WORDS + 6;
/** Sum of the numbers in all entries taken, as an element of a BigInt64Array. */
export const SUM_INDEX: number = (GATE_WORDS + 8) >> 1;

/** How long a full or an empty ring is left alone. */
export const IDLE_MS = 0.05;

/** Producer's index, number, and what else an event would hold. */
export const ENTRY_BYTES = 32;

export interface RingWorkerData {
  readonly gateBuffer: SharedArrayBuffer;
  readonly ringBuffer: SharedArrayBuffer;
  readonly role: 'producer' | 'consumer';
  readonly index: number;
  /** Of the first producer and the first consumer. */
  readonly port: MessagePort | null;
}
