/**
 * This thread and inspectors: whether one is open, which somebody may be debugging with, and that
 * none of ours is at work any more when the thread ends.
 */

import type InspectorModule from 'node:inspector';
import { createRequire } from 'node:module';
import { listen } from './process-listener.ts';

const nowMs = performance.now.bind(performance);

const MAX_WAIT_MS = 600;
const ON_THE_WAY_MS = 5;

let inspector: typeof InspectorModule | null | undefined;

export function isInspectorOpen(): boolean {
  if (inspector === undefined) inspector = loadInspector();
  return inspector?.url() !== undefined;
}

/**
 * At the end of the thread: calls `forbid`, and then lets a session finish that `isAtWork`. Node would
 * tell of it on stderr.
 */
export function installInspectionEnd(forbid: () => void, isAtWork: () => boolean): () => void {
  return listen('exit', () => {
    forbid();
    if (!isAtWork()) return;
    const untilMs = nowMs() + MAX_WAIT_MS;
    // In JavaScript, since that is where V8 answers a session.
    while (isAtWork() && nowMs() < untilMs);
    // Its end is on the way when it is said to be over.
    const overMs = nowMs() + ON_THE_WAY_MS;
    while (nowMs() < overMs);
  });
}

/** null where Node is built without it. */
function loadInspector(): typeof InspectorModule | null {
  try {
    return createRequire(process.execPath)('node:inspector') as typeof InspectorModule;
  } catch {
    return null;
  }
}
