/**
 * What users hold: the recorder, what it tells about itself, and its events. Types only, so that a
 * recorder that does nothing can be had without loading one.
 */

import type { ForeignEvent } from './logger/foreign-event.ts';
import type { TraceProvider } from './logger/span-context.ts';
import type { SpanMoment } from './logger/span-event.ts';
import type { Level } from './record/level.ts';
import type { RecorderThreadState } from './recorder-thread/recorder-thread.ts';
import type { Losses } from './snapshot/recording.ts';
import type { SnapshotResult } from './snapshot/take-snapshot.ts';

export interface RecorderStats {
  state: 'running' | 'stopped' | 'disabled';
  /** Threads that live and have joined. */
  threads: number;
  /** Events that a snapshot would hold now, and the bytes of their records. */
  events: number;
  bytes: number;
  losses: Losses;
  recorderThread: RecorderThreadState;
  blackBox: {
    mode: 'mirrored' | 'mapped' | 'off';
    reason: string;
    path: string | null;
    /** Warnings and errors that were left to the recorder thread, since the disk was slow. */
    deferred: number;
  };
  /** Of all threads. `suppressed`: automatic ones beyond one in 10 s a reason and 20 an hour. */
  snapshots: { written: number; failed: number; suppressed: number };
  /** Ignored environment values, features that are off and why. */
  notes: string[];
}

export interface SnapshotEvent {
  path: string;
  reason: string;
  /** 2: what followed within `snapshots.afterMs` was added to the file of this path. */
  part: 1 | 2;
  events: number;
  bytes: number;
  durationMs: number;
  losses: Losses;
}

export interface RecorderEventMap {
  snapshot: SnapshotEvent;
  /**
   * A recording that an earlier process of this service left on this host: recovered from its black
   * box, or written by itself. Each comes once, to one process, and at the latest some seconds after
   * the start; none is lost where nobody listens.
   */
  recovered: { path: string; reason: string };
  error: Error;
}

export interface Recorder {
  /** Writes a snapshot on the recorder thread. Never rejects: a failure is `{ path: null, error }`. */
  snapshot(reason?: string): Promise<SnapshotResult>;
  /** Writes a snapshot on this thread, now. Never throws. */
  snapshotSync(reason?: string): SnapshotResult;
  /** The bytes of a snapshot, without a file. Empty where they cannot be had. */
  capture(reason?: string): Promise<Uint8Array>;
  /** Resolves once everything recorded so far has reached the outputs. Never rejects. */
  flush(): Promise<void>;
  /** Ends recording; a new start works afterwards, and old loggers follow it. Never rejects. */
  stop(): Promise<void>;
  stats(): RecorderStats;
  /** Reaches every logger in every thread at once. */
  setLevel(level: Level): void;
  /**
   * Asked at every event of this thread for the active span; `undefined` where there is none. One
   * that throws gives none.
   */
  setTraceContext(provider: TraceProvider): void;
  /**
   * Records an event that another tool has made, or a span of OpenTelemetry's SDKs that has started or
   * ended. Never throws.
   */
  record(event: ForeignEvent | SpanMoment): void;
  /** A listener that throws is caught; `error` without a listener does nothing. */
  on<E extends keyof RecorderEventMap>(
    event: E,
    listener: (value: RecorderEventMap[E]) => void,
  ): this;
  off<E extends keyof RecorderEventMap>(
    event: E,
    listener: (value: RecorderEventMap[E]) => void,
  ): this;
}
