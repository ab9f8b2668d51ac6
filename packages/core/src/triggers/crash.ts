/**
 * Uncaught exceptions and unhandled rejections, seen through `uncaughtExceptionMonitor`: the only
 * hook that runs before every handler of the application and changes nothing.
 */

import { listenFirst } from './process-listener.ts';

export type CrashOrigin = 'uncaughtException' | 'unhandledRejection';

export interface Crash {
  readonly error: unknown;
  readonly origin: CrashOrigin;
  /** Nobody can catch it any more: this thread ends now. */
  readonly isFatal: boolean;
  /** Of a listener of 'exit': Node calls no further ones, and the process ends with this code. */
  readonly exitCode: number | null;
}

export function installCrash(onCrash: (crash: Crash) => void): () => void {
  // First, since a monitor of the application that throws ends the process on the spot.
  return listenFirst('uncaughtExceptionMonitor', (error: unknown, origin: CrashOrigin) => {
    const isFatal =
      process.listenerCount('uncaughtException') === 0 &&
      !process.hasUncaughtExceptionCaptureCallback();
    onCrash({ error, origin, isFatal, exitCode: isExiting() ? exitCodeNow() : null });
  });
}

function isExiting(): boolean {
  return (process as { _exiting?: boolean })._exiting === true;
}

function exitCodeNow(): number {
  return Number(process.exitCode ?? 1);
}
