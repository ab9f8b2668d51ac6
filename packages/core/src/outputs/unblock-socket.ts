/**
 * Sees to it that no thread waits in a write to a socket that nobody reads, which would keep the
 * process from ever ending. A socket cannot be opened anew as a pipe can.
 */

import { isMainThread } from 'node:worker_threads';
import { statsOf } from './descriptor-stats.ts';
import type { OutputOrder } from './output-order.ts';

const STDOUT = 1;
const STDERR = 2;

/** To be called where the application's streams are its own: on the main thread. Never throws. */
export function unblockSocket(destination: OutputOrder['destination']): void {
  if (typeof destination !== 'string' || !isMainThread) return;
  try {
    const isStdout = destination === 'stdout';
    if (!statsOf(isStdout ? STDOUT : STDERR).isSocket()) return;
    // Node does it for the stream of its own, at the first look at it, as any `console.log` takes.
    void (isStdout ? process.stdout : process.stderr);
  } catch {
    // Closed, or replaced by the application: then it is written to as it is.
  }
}
