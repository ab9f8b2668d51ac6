/**
 * The recorder thread as the partner of a thread that takes a snapshot by itself, with the memory
 * that the two share. Who compresses what is not known here.
 */

// Not the globals: those may be fake, and a module registry with globals of its own may have none.
import { clearTimeout, setTimeout } from 'node:timers';
import type { RingMemory } from '../ring/ring-memory.ts';
import type { SharedWorkData } from '../ring/shared-work.ts';
import { type Partner, SharedRoom } from '../snapshot/compress-together.ts';

/** V8 does not count shared memory, so it would not collect the rooms of snapshots in a row. */
const KEEP_ROOM_MS = 10_000;

export class CompressingPartner implements Partner {
  readonly #memory: RingMemory;
  readonly #tell: (work: SharedWorkData) => void;
  #room: SharedRoom | null = null;
  #dropping: NodeJS.Timeout | null = null;

  constructor(memory: RingMemory, tell: (work: SharedWorkData) => void) {
    this.#memory = memory;
    this.#tell = tell;
  }

  get room(): SharedRoom | null {
    if (this.#dropping !== null) clearTimeout(this.#dropping);
    this.#dropping = setTimeout(() => {
      this.#room = null;
    }, KEEP_ROOM_MS).unref();
    try {
      this.#room ??= new SharedRoom(this.#memory);
    } catch {
      // No memory: every thread's own heap may have some left.
    }
    return this.#room;
  }

  offer(work: SharedWorkData): void {
    this.#tell(work);
  }
}
