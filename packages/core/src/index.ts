/**
 * The package `ttlog`: a flight recorder for Node services. Importing it starts no thread and
 * opens no file; `startRecorder` does, and until then loggers are silent.
 */

import type { defineEvent as defineEventFunction } from './logger/define-event.ts';
import type {
  getLogger as getLoggerFunction,
  withContext as withContextFunction,
} from './logger/logger.ts';
import { hub } from './process-hub.ts';
import type { startRecorder as startRecorderFunction } from './recorder.ts';

export const startRecorder: typeof startRecorderFunction = hub.startRecorder;
export const getLogger: typeof getLoggerFunction = hub.getLogger;
export const defineEvent: typeof defineEventFunction = hub.defineEvent;
export const withContext: typeof withContextFunction = hub.withContext;

export type { TraceContext } from './logger/context.ts';
export type { DefinedEvent, EventFields, EventSpec, FieldType } from './logger/define-event.ts';
export type { Caught, FieldsOf, Logger, LogMethod } from './logger/logger.ts';
export type { TraceProvider } from './logger/thread-state.ts';
export type { RecorderOptions, SnapshotOptions, Trigger, TriggerOptions } from './options.ts';
export type { Level } from './record/level.ts';
export type { Recorder, RecorderEventMap, RecorderStats, SnapshotEvent } from './recorder.ts';
export type { RecorderThreadState } from './recorder-thread/recorder-thread.ts';
export type { Losses } from './snapshot/recording.ts';
export type { SnapshotResult } from './snapshot/take-snapshot.ts';
