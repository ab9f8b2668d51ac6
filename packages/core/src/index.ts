/**
 * The package `ttlog`: a flight recorder for Node services. Importing it starts no thread and
 * opens no file; `startRecorder` does, and until then loggers are silent.
 */

import { hub } from './process-hub.ts';
import type { Package } from './silent-recorder.ts';

export const startRecorder: Package['startRecorder'] = hub.startRecorder;
export const getLogger: Package['getLogger'] = hub.getLogger;
export const defineEvent: Package['defineEvent'] = hub.defineEvent;
export const withContext: Package['withContext'] = hub.withContext;

export type { TraceContext } from './logger/context.ts';
export type { DefinedEvent, EventFields, EventSpec, FieldType } from './logger/define-event.ts';
export type { ForeignEvent } from './logger/foreign-event.ts';
export type { Caught, FieldsOf, Logger, LogMethod } from './logger/logger.ts';
export type { TraceProvider } from './logger/span-context.ts';
export type { RecorderOptions, SnapshotOptions, Trigger, TriggerOptions } from './options.ts';
export type { Level } from './record/level.ts';
export type {
  Recorder,
  RecorderEventMap,
  RecorderStats,
  SnapshotEvent,
} from './recorder-contract.ts';
export type { RecorderThreadState } from './recorder-thread/recorder-thread.ts';
export type { Losses } from './snapshot/recording.ts';
export type { SnapshotResult } from './snapshot/take-snapshot.ts';
