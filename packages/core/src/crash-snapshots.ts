/**
 * The snapshots of one thread's crashes: which crash gets one, which thread it is put down to, and
 * whether the file has to be written again when the thread ends of it.
 */

import types from 'node:util/types';
import type { Worker } from 'node:worker_threads';
import { wallMs } from './logger/clock.ts';
import { encodeError } from './record/encode-crash.ts';
import { describeThrown } from './record/encode-error.ts';
import type { Redaction } from './record/redaction.ts';
import type { Death } from './recorder-thread/death.ts';
import { hasChangedSince, markChanges } from './ring/change-mark.ts';
import { noteCrash, readCrash, spendTriggerBudget } from './ring/recorder-words.ts';
import type { RingMemory } from './ring/ring-memory.ts';
import type { TriggerKind } from './snapshot/recording.ts';
import type { SnapshotRequest, SnapshotResult } from './snapshot/take-snapshot.ts';
import { budgetSecond } from './snapshot/trigger-budget.ts';
import type { Crash, CrashOrigin } from './triggers/crash.ts';
import { WorkerErrors } from './triggers/worker-errors.ts';

// Taken at import, out of reach of what the application patches.
const { isNativeError } = types;

/** What a thread's recorder does for its crashes. */
export interface CrashHost {
  readonly memory: RingMemory;
  readonly threadId: number;
  readonly redaction: Redaction;
  /** With `death` the process ends of it, also if the snapshot hangs. */
  takeSnapshot(request: SnapshotRequest, death: Death | null): SnapshotResult;
  request(
    reason: string,
    kind: TriggerKind,
    details: { [detail: string]: unknown },
    errorCbor: Uint8Array | null,
  ): SnapshotRequest;
}

/** The last crash that this thread has seen, whose snapshot it may have to write at its exit. */
interface SeenCrash {
  readonly request: () => SnapshotRequest;
  /** The snapshot there is; null where there was one of its kind just before. */
  readonly path: string | null;
  readonly writtenAtMs: number;
  /** The ring as it was then; null where it has to be written again in any case. */
  readonly mark: Int32Array | null;
  readonly isFatal: boolean;
  readonly atMs: number;
}

/** With which Node ends of an error that nobody handles. */
const FATAL_EXIT_CODE = 1;
/** An application that shuts down after a caught exception has this long for it. */
const SHUTDOWN_MS = 30_000;

/** Their places are the numbers by which the ring knows them. */
const CRASH_KINDS: readonly CrashOrigin[] = ['uncaughtException', 'unhandledRejection'];

export class CrashSnapshots {
  readonly #host: CrashHost;
  readonly #workerErrors: WorkerErrors = new WorkerErrors();
  #crash: SeenCrash | null = null;
  #lastWords = '';

  constructor(host: CrashHost) {
    this.#host = host;
  }

  /** What Node prints at the very end of the crash that this thread ends of; else empty. */
  get lastWords(): string {
    return this.#lastWords;
  }

  /** Told of every worker that this thread creates, whose errors may come to it. */
  watch(worker: Worker, threadId: number): void {
    this.#workerErrors.watch(worker, threadId);
  }

  onCrash({ error, origin, isFatal }: Crash): void {
    const { memory, threadId, redaction } = this.#host;
    const sender = this.#workerErrors.senderOf(error);
    const noted = sender === null ? null : readCrash(memory);
    // A worker's error that nobody handled comes to its creator, which sees the same death again.
    const seen = noted?.sender === sender ? noted : null;
    const thread = seen?.threadId ?? sender ?? threadId;
    // What was a rejection there is an exception here.
    const kind = seen?.kind ?? CRASH_KINDS.indexOf(origin);
    const name = CRASH_KINDS[kind];
    const crash = { isFatal, atMs: wallMs() };
    if (isFatal) this.#lastWords = lastWordsOf(error);
    const death = isFatal ? { exitCode: FATAL_EXIT_CODE, lastWords: this.#lastWords } : null;
    const makeRequest = () =>
      this.#host.request(name, name, { thread }, encodeError(error, redaction));
    if (seen === null && !this.#mayWrite(kind, isFatal)) {
      this.#noteSuppressed(crash, makeRequest);
      return;
    }
    const request = makeRequest();
    const mark = seen === null ? markChanges(memory) : null;
    const path = seen === null ? this.#host.takeSnapshot(request, death).path : seen.path;
    if (path === null) return;
    noteCrash(memory, { threadId: thread, sender: threadId, kind, path });
    this.#crash = { ...crash, request: () => request, path, writtenAtMs: crash.atMs, mark };
  }

  /** Whether the thread ends of a crash. Writes its snapshot again if events followed it. */
  onExit(exitCode: number): boolean {
    const crash = this.#crash;
    if (crash === null || !isEndOf(crash, exitCode)) return false;
    if (crash.mark === null || hasChangedSince(this.#host.memory, crash.mark)) {
      const replaces = crash.path === null ? {} : { replaces: crash.path };
      const death = { exitCode, lastWords: this.#lastWords };
      this.#host.takeSnapshot({ ...crash.request(), ...replaces }, death);
    }
    return true;
  }

  /** A crash of the process is always worth a file; what the application swallows is not. */
  #mayWrite(kind: number, isFatal: boolean): boolean {
    const { memory, threadId } = this.#host;
    if (isFatal && threadId === 0) return true;
    return spendTriggerBudget(memory, kind, budgetSecond());
  }

  /** If the process ends of it after all, its file is to show this error and not one before. */
  #noteSuppressed(
    crash: Pick<SeenCrash, 'isFatal' | 'atMs'>,
    request: () => SnapshotRequest,
  ): void {
    if (this.#host.threadId !== 0) return;
    const { path = null, writtenAtMs = 0 } = this.#crash ?? {};
    const isRecent = crash.atMs - writtenAtMs < SHUTDOWN_MS;
    this.#crash = { ...crash, request, path: isRecent ? path : null, writtenAtMs, mark: null };
  }
}

/** Whether the thread ends of this crash, and not long after one that was swallowed. */
function isEndOf(crash: SeenCrash, exitCode: number): boolean {
  return crash.isFatal || (exitCode !== 0 && wallMs() - crash.atMs < SHUTDOWN_MS);
}

/**
 * What Node prints of it, but the line of source code. Runs no code of the application that the
 * snapshot does not run: V8 asks `Error.prepareStackTrace` once for each error.
 */
function lastWordsOf(error: unknown): string {
  try {
    const isObject = typeof error === 'object' && error !== null;
    const text = isNativeError(error)
      ? error.stack
      : `Uncaught ${isObject ? 'object' : describeThrown(error)}`;
    return `${text}\n\nNode.js ${process.version}\n`;
  } catch {
    return '';
  }
}
