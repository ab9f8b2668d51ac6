/**
 * Signals: those that end the process, after a snapshot, as they would have without us; and one
 * that asks for a snapshot while the process goes on. Only the main thread gets signals.
 */

import os from 'node:os';
import { listen, listenFirst } from './process-listener.ts';

// Taken at import, so that fake timers and the like do not keep a process from its end.
const { kill, pid } = process;
const exit = process.exit.bind(process);
const { queueMicrotask, setTimeout } = globalThis;
const numbers = os.constants.signals;

/** As PID 1 the default death of a signal does not come; then we go by ourselves. */
const PID_1_GRACE_MS = 100;
const SIGNAL_EXIT_BASE = 128;

/** The exit code by which shells and containers name a death of this signal. */
export function signalExitCode(signal: NodeJS.Signals): number {
  return SIGNAL_EXIT_BASE + (numbers[signal] ?? 0);
}

/**
 * Calls `onSignal`, then `onDeath`, and dies of the signal. Where the application listens to it as
 * well, what happens next is the application's business, and `isDeath` is false.
 */
export function installDeathSignals(
  signals: readonly NodeJS.Signals[],
  onSignal: (signal: NodeJS.Signals, isDeath: boolean) => void,
  onDeath: () => void = () => {},
): () => void {
  const removers = new Map<NodeJS.Signals, () => void>();
  let justRemoved: string | symbol | null = null;
  // A listener that is called but once is gone by now if it was called before ours.
  const removeWatch = listen('removeListener', (event: string | symbol) => {
    justRemoved = event;
    queueMicrotask(() => {
      justRemoved = null;
    });
  });
  for (const signal of new Set(signals)) {
    removers.set(
      signal,
      listenFirst(signal, () => {
        const isOurs = process.listenerCount(signal) === 1 && justRemoved !== signal;
        try {
          onSignal(signal, isOurs);
        } finally {
          if (isOurs) {
            onDeath();
            die(signal, removers.get(signal));
          }
        }
      }),
    );
  }
  return () => {
    removeWatch();
    for (const remove of removers.values()) remove();
  };
}

export function installRequestSignal(signal: NodeJS.Signals, onSignal: () => void): () => void {
  return listen(signal, onSignal);
}

function die(signal: NodeJS.Signals, removeOurs: (() => void) | undefined): void {
  // With the last listener goes Node's handler, so that the default death is back.
  removeOurs?.();
  kill(pid, signal);
  setTimeout(() => exit(signalExitCode(signal)), PID_1_GRACE_MS);
}
