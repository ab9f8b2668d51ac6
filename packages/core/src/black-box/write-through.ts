/**
 * Warnings and errors go to the black box at once, by the thread that logs them (2.4 µs, Node
 * 20.20), so that no acknowledged one is lost by a kill. Where the disk is slow, that is left to
 * the recorder thread until it is fast again.
 */

import type { Lane } from '../ring/lane.ts';
import { endWriteThrough, type MirrorFile, writeThrough } from '../ring/segment-mirror.ts';

const SLOW_WRITE_MS = 5;
/** So many slow writes in a row, and the thread stops for a while. */
const MAX_SLOW_WRITES = 2;
const REST_MS = 1000;

const now = performance.now.bind(performance);

/** From now on every commit of `lane` is written to `file` before it returns. Returns what ends it. */
export function installWriteThrough(lane: Lane, file: MirrorFile): () => void {
  let slowWrites = 0;
  let restsUntilMs = 0;
  lane.afterCommit = (segment) => {
    const startedMs = now();
    if (startedMs < restsUntilMs) return;
    try {
      writeThrough(lane.memory, segment, file);
      slowWrites = now() - startedMs > SLOW_WRITE_MS ? slowWrites + 1 : 0;
    } catch {
      // A full disk. The recorder thread says so, and tries again.
      slowWrites = MAX_SLOW_WRITES;
    }
    if (slowWrites < MAX_SLOW_WRITES) return;
    slowWrites = 0;
    restsUntilMs = startedMs + REST_MS;
    endWriteThrough(lane.memory, segment);
  };
  return () => {
    lane.afterCommit = null;
  };
}
