/**
 * Listening to `process` without being noticed: whatever a listener of ours does, it does not
 * throw, and it does not count towards the limit at which Node warns of a leak of listeners.
 */

type Listener = (...args: never[]) => void;

let listenerCount = 0;

/** Adds `listener` and returns what removes it again. */
export function listen(event: string, listener: Listener): () => void {
  const guarded = (...args: unknown[]): void => {
    try {
      (listener as (...args: unknown[]) => void)(...args);
    } catch {
      // A throw in `uncaughtExceptionMonitor` would turn exit code 1 into 7, and end the 'exit'
      // listeners that come after us.
    }
  };
  // Each of our listeners is on an event of its own, so one place more is enough for all.
  if (listenerCount++ === 0) shiftMaxListeners(1);
  process.on(event, guarded);
  let isInstalled = true;
  return () => {
    if (!isInstalled) return;
    isInstalled = false;
    process.removeListener(event, guarded);
    if (--listenerCount === 0) shiftMaxListeners(-1);
  };
}

function shiftMaxListeners(by: number): void {
  const max = process.getMaxListeners();
  // 0 stands for no limit.
  if (max > 0) process.setMaxListeners(max + by);
}
