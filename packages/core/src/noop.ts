/**
 * The package `ttlog` where there is no Node: the same names and types, doing nothing, so that a
 * library may depend on ttlog and still be bundled for a browser or an edge runtime.
 */

import type { defineEvent as defineEventFunction } from './logger/define-event.ts';
import type {
  getLogger as getLoggerFunction,
  withContext as withContextFunction,
} from './logger/logger.ts';
import type { Recorder, startRecorder as startRecorderFunction } from './recorder.ts';

const nothing = (): void => {};
const failed = () => ({ path: null, error: new Error('ttlog records nothing here: not Node') });

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
      beforeStart: 0,
    },
    recorderThread: { state: 'off' },
    blackBox: { mode: 'off', reason: 'not Node', path: null },
    snapshots: { written: 0, failed: 0, suppressed: 0 },
    notes: ['not Node'],
  }),
  setLevel: nothing,
  setTraceContext: nothing,
  on: () => recorder,
  off: () => recorder,
};

const methods = {
  trace: nothing,
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  fatal: nothing,
};

export const startRecorder: typeof startRecorderFunction = () => recorder;

export const getLogger: typeof getLoggerFunction = (name = '') => {
  const logger = {
    name,
    ...methods,
    log: nothing,
    isLevelEnabled: () => false,
    child: () => logger,
  };
  return logger;
};

export const defineEvent: typeof defineEventFunction = (message) => {
  const event = { message, ...methods, with: () => event };
  return event as ReturnType<typeof defineEventFunction> as never;
};

export const withContext: typeof withContextFunction = (_bindings, run) => run();
