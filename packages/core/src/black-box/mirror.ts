/**
 * What the recorder thread does for a mirrored black box: every 50 ms it writes what is new in the
 * ring to the file, once a second a heartbeat. While nothing comes for long it looks once a second.
 */

import { HEADER_BYTES, HEADER_HEARTBEAT, ROW_BYTES, rowOffset } from '../memory/ring-layout.ts';
import type { RingMemory } from '../ring/ring-memory.ts';
import { type MirrorFile, mirrorSegment } from '../ring/segment-mirror.ts';
import { usedRows } from '../ring/thread-table.ts';
import { HEARTBEAT_PERIOD_MS, Heartbeat } from './heartbeat.ts';

/** Quiet for this long before it looks less often. */
const IDLE_AFTER_MS = 10_000;
/** After a failed write, such as on a full disk. */
const RETRY_MS = 5000;

const now = performance.now.bind(performance);

export class BlackBoxMirror {
  readonly #memory: RingMemory;
  readonly #file: MirrorFile;
  readonly #heartbeat: Heartbeat;
  readonly #periodMs: number;
  readonly #onProblem: (error: Error | null) => void;
  readonly #lowHalves: Int32Array;
  #headAndRows = new Uint8Array(0);
  #lastChangeMs = now();
  #retryAtMs: number | null = null;

  /** `onProblem` hears of the first of a row of failures, and of null once writes go through again. */
  constructor(
    memory: RingMemory,
    file: MirrorFile,
    periodMs: number,
    onProblem: (error: Error | null) => void,
  ) {
    this.#memory = memory;
    this.#file = file;
    this.#heartbeat = new Heartbeat(memory, file);
    this.#periodMs = periodMs;
    this.#onProblem = onProblem;
    this.#lowHalves = new Int32Array(memory.segmentCount).fill(-1);
  }

  /** Writes what is new, and returns in how many milliseconds to come again. */
  tick(): number {
    // A full disk takes a heartbeat, and silence would pass for death.
    const isBeating = this.#attempt(() => this.#heartbeat.beat());
    const isResting = this.#retryAtMs !== null && now() < this.#retryAtMs;
    if (isBeating && !isResting) {
      const isWritten = this.#attempt(() => {
        if (this.#writeNew()) this.#lastChangeMs = now();
      });
      if (isWritten && this.#retryAtMs !== null) {
        this.#retryAtMs = null;
        this.#onProblem(null);
      }
    }
    const isIdle = this.#retryAtMs !== null || now() - this.#lastChangeMs > IDLE_AFTER_MS;
    return isIdle ? Math.max(this.#periodMs, HEARTBEAT_PERIOD_MS) : this.#periodMs;
  }

  #attempt(write: () => void): boolean {
    try {
      write();
      return true;
    } catch (error) {
      if (this.#retryAtMs === null) this.#onProblem(error as Error);
      this.#retryAtMs = now() + RETRY_MS;
      return false;
    }
  }

  #writeNew(): boolean {
    const memory = this.#memory;
    let written = this.#writeHeadAndRows();
    for (let segment = 0; segment < memory.segmentCount; segment++) {
      written += mirrorSegment(memory, segment, this.#file, { lowHalves: this.#lowHalves });
    }
    return written > 0;
  }

  /** The header and the rows in use, if anything in them has changed. */
  #writeHeadAndRows(): number {
    const end = rowOffset(usedRows(this.#memory));
    const current = this.#memory.u8.slice(0, end);
    // The heartbeat alone is no news.
    current.fill(0, HEADER_HEARTBEAT, HEADER_HEARTBEAT + 8);
    if (Buffer.compare(current, this.#headAndRows) === 0) return 0;
    this.#file.write(this.#memory.u8.slice(0, HEADER_BYTES), 0);
    if (end > HEADER_BYTES) {
      this.#file.write(current.subarray(HEADER_BYTES), HEADER_BYTES);
    }
    this.#headAndRows = current;
    return (end - HEADER_BYTES) / ROW_BYTES + 1;
  }
}
