/**
 * Listening to `process` without being noticed: whatever a listener of ours does, it does not
 * throw, and it does not count towards the limit at which Node warns of a leak of listeners.
 */

import type { EventEmitter } from 'node:events';

type Listener = (...args: never[]) => void;

/** Of ours, by event. */
const listenerCounts = new Map<string, number>();
let raisedBy = 0;

/** Adds `listener` behind those that are there, and returns what removes it again. */
export function listen(event: string, listener: Listener): () => void {
  const guarded = guard(listener);
  count(event, 1);
  process.on(event, guarded);
  return remover(event, guarded);
}

/** The same, before those that are there. */
export function listenFirst(event: string, listener: Listener): () => void {
  const guarded = guard(listener);
  count(event, 1);
  process.prependListener(event as 'exit', guarded);
  return remover(event, guarded);
}

/** Has Node warn only of so many listeners more, on any event of `emitter`. */
export function shiftMaxListeners(emitter: EventEmitter, by: number): void {
  const max = emitter.getMaxListeners();
  // 0 stands for no limit.
  if (max > 0) emitter.setMaxListeners(max + by);
}

function guard(listener: Listener): (...args: unknown[]) => void {
  return (...args) => {
    try {
      (listener as (...args: unknown[]) => void)(...args);
    } catch {
      // A throw in `uncaughtExceptionMonitor` would turn exit code 1 into 7, and end the 'exit'
      // listeners that come after us.
    }
  };
}

function remover(event: string, guarded: (...args: unknown[]) => void): () => void {
  let isInstalled = true;
  return () => {
    if (!isInstalled) return;
    isInstalled = false;
    process.removeListener(event, guarded);
    count(event, -1);
  };
}

/** The limit is one for all events: it makes room for as many as we have on any of them. */
function count(event: string, more: number): void {
  listenerCounts.set(event, (listenerCounts.get(event) ?? 0) + more);
  const most = Math.max(...listenerCounts.values());
  if (most !== raisedBy) shiftMaxListeners(process, most - raisedBy);
  raisedBy = most;
}
