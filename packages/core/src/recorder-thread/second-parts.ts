/**
 * The recorder thread's job after a snapshot that the process survives: once `afterMs` are over, it
 * is written again over its own name, with what followed.
 */

import type { TriggerKind } from '../snapshot/recording.ts';
import type { CapturedMoment, SnapshotRequest } from '../snapshot/take-snapshot.ts';

/** Snapshots at an interval follow each other anyway. */
const KINDS: readonly TriggerKind[] = ['request', 'requestSignal', 'stall', 'heap', 'burst'];
/** Each holds a copy of the ring until it is written. */
const MAX_PLANNED = 4;

export class SecondParts {
  readonly #afterMs: number;
  readonly #write: (request: SnapshotRequest, first: CapturedMoment) => void;
  #planned = 0;

  constructor(afterMs: number, write: (request: SnapshotRequest, first: CapturedMoment) => void) {
    this.#afterMs = afterMs;
    this.#write = write;
  }

  isWanted({ trigger }: SnapshotRequest): boolean {
    return KINDS.includes(trigger.kind) && this.#planned < MAX_PLANNED;
  }

  /** `path` is where the first part stands. */
  plan(request: SnapshotRequest, path: string, first: CapturedMoment): void {
    this.#planned++;
    const trigger = { ...request.trigger, followedMs: this.#afterMs };
    setTimeout(() => {
      this.#planned--;
      this.#write({ ...request, trigger, replaces: path }, first);
    }, this.#afterMs);
  }
}
