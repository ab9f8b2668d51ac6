/**
 * The sign of life in a black box: a word that is raised once a second, also by a write to the file
 * of a mapped one, since only that renews the time at which it was last written.
 */

import { HEADER_HEARTBEAT } from '../memory/ring-layout.ts';
import type { RingMemory } from '../ring/ring-memory.ts';
import type { MirrorFile } from '../ring/segment-mirror.ts';
import { beat } from '../ring/thread-table.ts';

export const HEARTBEAT_PERIOD_MS = 1000;
/** Some less than the period, so that a timer which comes early skips no beat. */
const MIN_MS = 900;

const now = performance.now.bind(performance);

export class Heartbeat {
  readonly #memory: RingMemory;
  readonly #file: MirrorFile;
  #lastBeatMs = Number.NEGATIVE_INFINITY;

  constructor(memory: RingMemory, file: MirrorFile) {
    this.#memory = memory;
    this.#file = file;
  }

  /** Beats if it is time to. Throws what the file system throws, and where the file is gone. */
  beat(): void {
    if (now() - this.#lastBeatMs < MIN_MS) return;
    if (this.#file.isRemoved?.()) throw new Error('somebody removed the file');
    this.#lastBeatMs = now();
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, beat(this.#memory), true);
    this.#file.write(bytes, HEADER_HEARTBEAT);
  }
}
