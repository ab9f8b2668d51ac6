/**
 * How much the main thread's heap holds, asked through the inspector: V8 answers between two steps
 * of whatever main is doing, also in a loop that never ends. Nothing else is asked of it.
 */

import type { RingMemory } from '../ring/ring-memory.ts';
import { closeMainSession, type MainSession, openMainSession } from './main-session.ts';

export interface HeapUsage {
  /** Bytes of objects, new ones among them. */
  readonly usedSize: number;
  readonly totalSize: number;
}

export class MainHeap {
  readonly #memory: RingMemory;
  #session: MainSession | null = null;

  constructor(memory: RingMemory) {
    this.#memory = memory;
  }

  /** Calls back when main answers, which may be never. False: it cannot be asked. */
  ask(onUsage: (usage: HeapUsage) => void): boolean {
    if (this.#session !== null) return true;
    try {
      this.#session = openMainSession(this.#memory);
      this.#session.post('Runtime.getHeapUsage', undefined, (error, usage) => {
        this.close();
        if (error === null) onUsage(usage as HeapUsage);
      });
      return true;
    } catch {
      this.close();
      return false;
    }
  }

  /** Takes back what was asked. */
  close(): void {
    if (this.#session !== null) closeMainSession(this.#memory, this.#session);
    this.#session = null;
  }
}
