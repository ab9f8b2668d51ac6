/**
 * The last resort of a process that is dying: while a file system hangs, the main thread is stuck
 * in a call and nothing can end it. A thread of its own, started before anything can hang and
 * stuck in no call itself, ends the process.
 */

import { Worker } from 'node:worker_threads';
import { type Death, HARD_STOP_DISARMED, type HardStopData } from './death.ts';
import hardStopCode from './hard-stop-thread.ts?inline-thread';

const HARD_STOP_MS = 3000;
/** Its heap holds next to nothing. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 };

/**
 * Does `work` on the main thread of a process that dies whatever comes of it. From where it first
 * calls `arm`, which it has to before anything that may hang, it has `afterMs`; then the process
 * dies in the middle of it.
 * The thread costs main 2 ms and the process's end 3 (Node 20.20), and for some 30 ms a processor,
 * which the work may need until then. The recorder thread could count to three for nothing, but it
 * is the first to hang with the same file system.
 */
export function withHardStop<T>(
  death: Death,
  work: (arm: () => void) => T,
  afterMs: number = HARD_STOP_MS,
): T {
  const word = new Int32Array(new SharedArrayBuffer(4));
  let isArmed = false;
  const arm = (): void => {
    if (!isArmed) start({ ...death, word, afterMs });
    isArmed = true;
  };
  try {
    return work(arm);
  } finally {
    // Pairs with the wait in hard-stop-thread.ts.
    Atomics.store(word, 0, HARD_STOP_DISARMED);
    Atomics.notify(word, 0);
  }
}

/** Where no thread can be started, as under the permission model, there is no hard stop. */
function start(workerData: HardStopData): void {
  try {
    const worker = new Worker(hardStopCode, {
      eval: true,
      name: 'ttlog-hard-stop',
      workerData,
      execArgv: [],
      env: {},
      // Else Node makes the application's process.stderr, and where that is a pipe what it prints
      // of the error no longer waits for a reader.
      stdout: true,
      stderr: true,
      resourceLimits: RESOURCE_LIMITS,
    });
    // Out of memory or descriptors, most likely.
    worker.on('error', () => {});
    worker.unref();
  } catch {
    // As above.
  }
}
