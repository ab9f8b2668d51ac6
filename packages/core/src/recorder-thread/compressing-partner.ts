/**
 * The recorder thread as the partner of a thread that takes a snapshot by itself, with the memory
 * that the two share. Who compresses what is not known here.
 */

import type { RingMemory } from '../ring/ring-memory.ts';
import type { SharedWorkData } from '../ring/shared-work.ts';
import { type Partner, SharedRoom } from '../snapshot/compress-together.ts';
import { KeptRoom } from './kept-room.ts';

export class CompressingPartner implements Partner {
  readonly #tell: (work: SharedWorkData) => void;
  readonly #kept: KeptRoom<SharedRoom>;

  constructor(memory: RingMemory, tell: (work: SharedWorkData) => void) {
    this.#tell = tell;
    // V8 does not count shared memory, so it would not collect the rooms of snapshots in a row.
    this.#kept = new KeptRoom(() => new SharedRoom(memory));
  }

  get room(): SharedRoom | null {
    return this.#kept.get();
  }

  offer(work: SharedWorkData): void {
    this.#tell(work);
  }
}
