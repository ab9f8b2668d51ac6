/**
 * Listening to `process` without being noticed: whatever a listener of ours does, it does not
 * throw, and it does not count towards the limit at which Node warns of a leak of listeners.
 */

type Listener = (...args: never[]) => void;

let listenerCount = 0;

/** Adds `listener` behind those that are there, and returns what removes it again. */
export function listen(event: string, listener: Listener): () => void {
  const guarded = guard(listener);
  countOneMore();
  process.on(event, guarded);
  return remover(event, guarded);
}

/** The same, before those that are there. */
export function listenFirst(event: string, listener: Listener): () => void {
  const guarded = guard(listener);
  countOneMore();
  process.prependListener(event as 'exit', guarded);
  return remover(event, guarded);
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
    if (--listenerCount === 0) shiftMaxListeners(-1);
  };
}

/** Each of our listeners is on an event of its own, so one place more is enough for all. */
function countOneMore(): void {
  if (listenerCount++ === 0) shiftMaxListeners(1);
}

function shiftMaxListeners(by: number): void {
  const max = process.getMaxListeners();
  // 0 stands for no limit.
  if (max > 0) process.setMaxListeners(max + by);
}
