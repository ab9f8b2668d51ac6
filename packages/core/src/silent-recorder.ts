/**
 * A recorder that records nothing and says why: outside Node, under TTLOG_DISABLED=1, and in a
 * copy of the package that cannot join the others. Imports types only, since browsers get it too.
 */

import type { defineEvent } from './logger/define-event.ts';
import type { getLogger, withContext } from './logger/logger.ts';
import type { RecorderOptions } from './options.ts';
import type { Recorder } from './recorder-contract.ts';
import type { SnapshotResult } from './snapshot/take-snapshot.ts';

/** What the package `ttlog` exports. */
export interface Package {
  readonly startRecorder: (options?: RecorderOptions) => Recorder;
  readonly getLogger: typeof getLogger;
  readonly defineEvent: typeof defineEvent;
  readonly withContext: typeof withContext;
}

/** `countCalls` tells how many log calls went nowhere. */
export function silentRecorder(why: string, countCalls: () => number): Recorder {
  const failed = (): SnapshotResult => ({
    path: null,
    error: new Error(`ttlog records nothing: ${why}`),
  });
  const recorder: Recorder = {
    snapshot: async () => failed(),
    snapshotSync: failed,
    capture: async () => new Uint8Array(0),
    flush: async () => {},
    stop: async () => {},
    stats: () => ({
      state: 'disabled',
      threads: 0,
      events: 0,
      bytes: 0,
      losses: {
        overwritten: 0,
        refused: 0,
        tooLarge: 0,
        cut: 0,
        torn: 0,
        lapped: 0,
        lagged: 0,
        beforeStart: countCalls(),
      },
      recorderThread: { state: 'off' },
      blackBox: { mode: 'off', reason: why, path: null, deferred: 0 },
      snapshots: { written: 0, failed: 0, suppressed: 0 },
      notes: [why],
    }),
    setLevel: () => {},
    setTraceContext: () => {},
    record: () => {},
    on: () => recorder,
    off: () => recorder,
  };
  return recorder;
}

/** The whole package without a recorder: every call is counted and does nothing. */
export function silentPackage(why: string): Package {
  let calls = 0;
  const count = (): void => {
    calls++;
  };
  const recorder = silentRecorder(why, () => calls);
  const methods = {
    trace: count,
    debug: count,
    info: count,
    warn: count,
    error: count,
    fatal: count,
  };
  return {
    startRecorder: () => recorder,
    getLogger: (name = '') => {
      const logger = {
        name,
        ...methods,
        log: count,
        isLevelEnabled: () => false,
        child: () => logger,
      };
      return logger;
    },
    defineEvent: (message) => {
      const event = { message, ...methods, with: () => event };
      return event as never;
    },
    withContext: (_bindings, run) => run(),
  };
}
