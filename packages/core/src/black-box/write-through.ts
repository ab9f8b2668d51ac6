/**
 * Warnings and errors go to the black box at once, by the thread that logs them (2.4 µs, Node
 * 20.20), so that no acknowledged one is lost by a kill. Where the disk is slow, that is left to
 * the recorder thread until it is fast again, and counted.
 */

import { POOL_WARN, SEGMENT_POOL } from '../memory/ring-layout.ts';
import type { Lane } from '../ring/lane.ts';
import { addToCounter, isRunning } from '../ring/recorder-words.ts';
import { endWriteThrough, type MirrorFile, writeThrough } from '../ring/segment-mirror.ts';

const SLOW_WRITE_MS = 5;
/** So many slow writes in a row, and the thread stops for a while. */
const MAX_SLOW_WRITES = 2;
const REST_MS = 1000;

const now = performance.now.bind(performance);

/** From now on every commit of `lane` is written to `file` before it returns. Returns what ends it. */
export function installWriteThrough(lane: Lane, file: MirrorFile): () => void {
  const { memory } = lane;
  let slowWrites = 0;
  let restsUntilMs = 0;
  lane.afterCommit = (segment) => {
    // The file of a stopped recorder will be closed, and its number may then be another file's.
    if (!isRunning(memory)) return;
    const startedMs = now();
    if (startedMs < restsUntilMs) {
      addToCounter(memory, 'writesDeferred', 1);
      return;
    }
    try {
      if (!writeThrough(memory, segment, file)) addToCounter(memory, 'writesDeferred', 1);
      // Among the thread's other events: those that follow are the recorder thread's business.
      const pool = memory.i32[(memory.segmentOffset(segment) + SEGMENT_POOL) >> 2];
      if (pool !== POOL_WARN) endWriteThrough(memory, segment);
      slowWrites = now() - startedMs > SLOW_WRITE_MS ? slowWrites + 1 : 0;
    } catch {
      // A full disk. The recorder thread says so, and tries again.
      slowWrites = MAX_SLOW_WRITES;
      addToCounter(memory, 'writesDeferred', 1);
    }
    if (slowWrites < MAX_SLOW_WRITES) return;
    slowWrites = 0;
    restsUntilMs = startedMs + REST_MS;
    endWriteThrough(memory, segment);
  };
  return () => {
    lane.afterCommit = null;
  };
}
