/**
 * What a snapshot says, as types: the header and footer maps, threads, losses, events. Writer
 * and reader meet here; the public entry `ttlog/reader` exports these names.
 */

import type { EventHead } from '../record/event-head.ts';
import type { Level } from '../record/level.ts';

/** Events lost, by cause. For every thread: attempted = in the file + overwritten + refused + tooLarge. */
export interface Losses {
  /** Stored, then overwritten by newer events. */
  overwritten: number;
  /** Not stored: no segment could be had. */
  refused: number;
  /** Not stored: larger than a segment. */
  tooLarge: number;
  /** Stored, but shortened by a cap. */
  cut: number;
  /** Tails that a dying thread left uncommitted; at most one a thread. */
  torn: number;
  /** Segments that were reused while the snapshot copied them; their events are in `overwritten`. */
  lapped: number;
  /** Missed by what follows the ring, such as the triggers for bursts; not lost by that. */
  lagged: number;
  /** Log calls before the recorder started. */
  beforeStart: number;
}

export interface ThreadInfo {
  row: number;
  /** `worker_threads.threadId`; 0 is the main thread. */
  id: number;
  name: string;
  /** Id of the thread that created it; null for main and for parents that are not in the recording. */
  parent: number | null;
  startedAtMs: number;
  /** null while it lives. */
  end: { kind: 'exited' | 'vanished'; exitCode: number | null } | null;
  /** Calls that returned and passed the level. */
  attempted: number;
  losses: {
    overwritten: number;
    refused: number;
    tooLarge: number;
    cut: number;
    torn: number;
    lagged: number;
  };
}

export type TriggerKind =
  | 'request'
  | 'uncaughtException'
  | 'unhandledRejection'
  | 'signal'
  | 'requestSignal'
  | 'interval'
  | 'exit'
  | 'burst'
  | 'stall'
  | 'heap'
  | 'process-died';

export interface SnapshotHeader {
  format: number;
  service: string;
  host: string;
  pid: number;
  ppid: number;
  /** Random, one a process. */
  runId: string;
  /** Version of Node. */
  node: string;
  platform: string;
  arch: string;
  startedAtMs: number;
  takenAtMs: number;
  /** The same instant on both clocks. */
  clock: { monoNs: bigint; wallMs: number };
  reason: string;
  trigger: { kind: TriggerKind; thread: number; [detail: string]: unknown };
  /** The error that killed the process, as a decoded Error, or null. */
  error: unknown;
  process: {
    uptimeMs: number;
    memory: { [name: string]: number };
    resourceUsage: { [name: string]: number };
    eventLoopDelayMs: number | null;
  };
  ring: { bytes: number; segmentBytes: number; segments: number };
  blackBox: { mode: 'mirrored' | 'mapped' | 'off'; reason: string };
  losses: Losses;
  threads: ThreadInfo[];
  /** 2 where what followed the trigger has been added, else 1. */
  part: number;
  /** Ignored environment values, features that are off and why. */
  notes: string[];
}

export interface SnapshotFooter {
  segments: number;
  events: number;
  /** Bytes of the file up to the footer's descriptor. */
  bytes: number;
  /** CRC-32 of those bytes. */
  checksum: number;
}

/** The map that begins every segment item. */
export interface SegmentPreamble {
  thread: number;
  row: number;
  pool: number;
  generation: number;
  ticket: bigint;
  firstEvent: bigint;
  baseNs: bigint;
  wallMs: number;
}

export type EventKind = 'log' | 'span-start' | 'span-end';

export interface RecordedEvent {
  readonly kind: EventKind;
  /** Epoch nanoseconds. */
  readonly timeNs: bigint;
  readonly level: Level;
  /** OpenTelemetry severity number, 1 to 24. */
  readonly severity: number;
  readonly logger: string;
  readonly message: string;
  readonly fields: { [key: string]: unknown };
  readonly thread: { readonly id: number; readonly name: string };
  /** Bindings of the child logger and of `withContext`, outermost first, later ones winning. */
  readonly context: { [key: string]: unknown };
  /** Lower-case hex. */
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly traceFlags: number | undefined;
}

export interface EventQuery {
  /** Lowest level, or lowest severity number. */
  minLevel?: Level | number;
  /** Epoch nanoseconds, inclusive. */
  sinceNs?: bigint;
  untilNs?: bigint;
  /** Id or name of a thread, or of several. */
  thread?: number | string | readonly (number | string)[];
  /**
   * Which events, by what is written once for many of them: asked for each logger, message and kind
   * of a segment, not for each event, and nothing of the others is decoded.
   */
  title?: (title: EventTitle) => boolean;
}

/** What an event says beside its time, level and values. */
export interface EventTitle {
  readonly kind: EventKind;
  readonly logger: string;
  readonly message: string;
}

/**
 * The events of a recording in their order, without an object for each: for programs that make text
 * of millions of them. What it says is of the event that `next` went to last.
 */
export interface EventWalk {
  /** Goes to the next event; false at the end. */
  next(): boolean;
  /** OpenTelemetry severity number, 1 to 24. */
  readonly severity: number;
  /** Epoch nanoseconds. */
  readonly timeNs: bigint;
  /** The same as seconds since 1970, rounded down, and nanoseconds after that, which cost less. */
  readonly timeSeconds: number;
  readonly timeFractionNs: number;
  readonly thread: { readonly id: number; readonly name: string };
  /** Empty where it cannot be read. */
  readonly message: string;
  /** All of it as an object; null where it cannot be read, which `damage` of the recording says. */
  event(): RecordedEvent | null;
  /**
   * Shows what the event consists of to `visit`; false where it cannot be read, which `damage`
   * says as well. What `visit` has done by then is about no event.
   */
  look(visit: (head: EventHead) => void): boolean;
}

/** A stretch of a file that could not be read as it should be. */
export interface Damage {
  /** Offset in the file, in bytes. */
  offset: number;
  length: number;
  /** What is wrong, in a sentence. */
  what: string;
}

export interface Recording {
  readonly header: SnapshotHeader;
  /** null where the file ends before it. */
  readonly footer: SnapshotFooter | null;
  readonly threads: readonly ThreadInfo[];
  readonly losses: Losses;
  /** Empty for a whole file. Complete once `events()` has been walked to its end. */
  readonly damage: readonly Damage[];
  /** Epoch nanoseconds of the last event, or of the snapshot where there is none. */
  readonly endNs: bigint;
  /** Merged over threads, by time. May be called again and again. */
  events(query?: EventQuery): IterableIterator<RecordedEvent>;
}
