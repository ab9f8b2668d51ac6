/**
 * The recorder thread as the partner of a thread that takes a snapshot by itself, with the memory
 * in which the two share what it makes. Who copies and compresses what is not known here.
 */

import type { RingMemory } from '../ring/ring-memory.ts';
import { type Partner, roomForResults, type SharedCopies } from '../snapshot/copy-together.ts';
import { KeptRoom } from './kept-room.ts';

export class CopyingPartner implements Partner {
  readonly #tell: (copies: SharedCopies) => void;
  readonly #kept: KeptRoom<Uint8Array>;

  constructor(memory: RingMemory, tell: (copies: SharedCopies) => void) {
    this.#tell = tell;
    // V8 does not count shared memory, so it would not collect the rooms of snapshots in a row.
    this.#kept = new KeptRoom(() => roomForResults(memory));
  }

  get results(): Uint8Array | null {
    return this.#kept.get();
  }

  offer(copies: SharedCopies): void {
    this.#tell(copies);
  }
}
