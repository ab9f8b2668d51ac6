/**
 * One thread's part in the recorder: its place in the ring, its loggers' writer, and what it does
 * when it crashes, exits, or one of its workers ends. Main and workers run the same.
 */

import path from 'node:path';
import workerThreads, { type Worker } from 'node:worker_threads';
import { wallMs } from './logger/clock.ts';
import { EventWriter } from './logger/event-writer.ts';
import { attachWriter, detachWriter, threadState } from './logger/thread-state.ts';
import { LAYOUT_VERSION } from './memory/ring-layout.ts';
import type { ResolvedOptions } from './options.ts';
import { encodeError } from './record/encode-crash.ts';
import { SEVERITY } from './record/level.ts';
import { Redaction } from './record/redaction.ts';
import { hasChangedSince, markChanges } from './ring/change-mark.ts';
import { currentOsThread } from './ring/os-thread.ts';
import {
  addToCounter,
  isRunning,
  noteCrash,
  readCrash,
  recordLevels,
  spendTriggerBudget,
} from './ring/recorder-words.ts';
import type { RingMemory } from './ring/ring-memory.ts';
import { endThread, joinThread, type ThreadSlot } from './ring/thread-table.ts';
import { type Compressor, loadCompressor } from './snapshot/compress-frame.ts';
import { describeProcess } from './snapshot/describe-process.ts';
import { DescriptorReserve } from './snapshot/descriptor-reserve.ts';
import type { TriggerKind } from './snapshot/recording.ts';
import {
  type RecorderFacts,
  type SnapshotRequest,
  type SnapshotResult,
  takeSnapshot,
} from './snapshot/take-snapshot.ts';
import { type Crash, installCrash } from './triggers/crash.ts';
import { type ExitTrigger, installExit } from './triggers/exit.ts';
import { listen } from './triggers/process-listener.ts';
import { WorkerErrors } from './triggers/worker-errors.ts';

const { basename } = path;
const { setEnvironmentData, threadId } = workerThreads;

/** A string: a symbol key would make every later `new Worker` of the application throw. */
export const SHARE_KEY = 'ttlog:1';

/** What a worker needs to join, as it travels in the environment data. */
export interface RecorderShare {
  readonly layoutVersion: number;
  readonly buffer: ArrayBufferLike;
  readonly facts: RecorderFacts;
  readonly options: ResolvedOptions;
  /** The thread that shares, and its row: to a worker that of its parent. */
  readonly threadId: number;
  readonly row: number;
  /**
   * Only in that thread itself, and not sent: seals what another module registry's writer left
   * open. A registry that is gone (a test file in Jest) does not say so, and a segment of a living
   * thread is never taken.
   */
  sealOther?: () => void;
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

/** An application that shuts down after a caught exception has this long for it. */
const SHUTDOWN_MS = 30_000;

const BUDGET_KINDS: readonly TriggerKind[] = ['uncaughtException', 'unhandledRejection'];

export class ThreadRecorder {
  readonly memory: RingMemory;
  readonly facts: RecorderFacts;
  readonly options: ResolvedOptions;
  readonly slot: ThreadSlot | null;
  /** Called for every snapshot that this thread writes. */
  onSnapshot: (result: SnapshotResult, reason: string) => void = () => {};
  /** Called for what went wrong and lost no event of itself. */
  onProblem: (error: Error) => void = () => {};
  /** Called at the thread's exit, unless a crash was written again there. */
  onExit: (exitCode: number) => void = () => {};
  readonly #redaction: Redaction;
  readonly #writer: EventWriter | null;
  readonly #uninstallers: (() => void)[] = [];
  /** Another module registry of this thread has joined before, and listens for this one too. */
  readonly #isGuest: boolean;
  readonly #share: RecorderShare;
  #exit: ExitTrigger | null = null;
  readonly #workerErrors: WorkerErrors = new WorkerErrors();
  #compressor: Compressor | null = null;
  #reserve: DescriptorReserve | null = null;
  #crash: SeenCrash | null = null;

  constructor(
    memory: RingMemory,
    facts: RecorderFacts,
    options: ResolvedOptions,
    share: RecorderShare | null,
  ) {
    this.memory = memory;
    this.facts = facts;
    this.options = options;
    this.#isGuest = share?.threadId === threadId;
    this.#redaction = new Redaction(options.redact);
    addToCounter(memory, 'beforeStart', threadState.beforeStart);
    threadState.beforeStart = 0;
    this.slot = joinThread(memory, {
      threadId,
      name: threadName(),
      parentRow: share?.row ?? -1,
      os: currentOsThread(),
      startedAtMs: wallMs(),
    });
    this.#writer =
      this.slot === null
        ? null
        : new EventWriter(memory, this.slot, options.limits, this.#redaction, () => {
            this.#reportRefusal();
          });
    if (this.#writer !== null) {
      attachWriter(this.#writer, recordLevels(memory), SEVERITY[options.lazyLevel]);
    }
    this.#share = share !== null && this.#isGuest ? share : this.#shareWithWorkers();
    this.#share.sealOther?.();
    Object.defineProperty(this.#share, 'sealOther', {
      value: () => this.#sealSoon(),
      configurable: true,
    });
    if (!this.#isGuest) this.#listen();
  }

  /** Loads what a snapshot needs, so that nothing has to be opened when it is too late. */
  prepare(): void {
    this.#compressor ??= loadCompressor();
    this.#reserve ??= new DescriptorReserve();
  }

  get compressor(): Compressor {
    this.#compressor ??= loadCompressor();
    return this.#compressor;
  }

  /** Takes a snapshot in this thread, now. */
  takeSnapshot(request: SnapshotRequest): SnapshotResult {
    const result = takeSnapshot(this.memory, this.facts, request, {
      compressor: this.compressor,
      reserve: this.#reserve ?? undefined,
    });
    this.onSnapshot(result, request.reason);
    return result;
  }

  request(
    reason: string,
    kind: TriggerKind,
    details: { [detail: string]: unknown } = {},
    errorCbor: Uint8Array | null = null,
  ): SnapshotRequest {
    return {
      reason,
      trigger: { kind, thread: threadId, ...details },
      errorCbor,
      process: describeProcess(true),
    };
  }

  /** Ends this thread's part: its loggers are silent and its listeners gone. */
  leave(): void {
    for (const uninstall of this.#uninstallers.splice(0)) uninstall();
    this.#exit?.uninstall();
    if (threadState.writer === this.#writer) detachWriter();
    if (!this.#isGuest) setEnvironmentData(SHARE_KEY, undefined as never);
  }

  /** Seals its history. Not while a log call is under way. */
  close(): void {
    this.#writer?.seal();
    this.#reserve?.close();
  }

  #shareWithWorkers(): RecorderShare {
    const share: RecorderShare = {
      layoutVersion: LAYOUT_VERSION,
      buffer: this.memory.buffer,
      facts: this.facts,
      options: this.options,
      threadId,
      row: this.slot?.row ?? -1,
    };
    setEnvironmentData(SHARE_KEY, share as never);
    return share;
  }

  #listen(): void {
    this.#uninstallers.push(listen('worker', (worker: Worker) => this.#watch(worker)));
    if (this.options.snapshots.onCrash) {
      this.#uninstallers.push(installCrash((crash) => this.#onCrash(crash)));
    }
    this.#exit = installExit((exitCode) => this.#onExit(exitCode));
  }

  /** Later, since a log call may be under way further down the stack. */
  #sealSoon(): void {
    Promise.resolve()
      .then(() => this.#writer?.seal())
      .catch(() => {});
  }

  /** Seals for a worker that ended, however it did; `terminate()` runs nothing in it. */
  #watch(worker: Worker): void {
    // By the time of its 'exit' event the worker's own `threadId` is -1.
    const { threadId } = worker;
    this.#workerErrors.watch(worker, threadId);
    worker.prependListener('exit', (exitCode: number) => {
      try {
        endThread(this.memory, threadId, exitCode);
      } catch {
        // The ring of a stopped recorder; nothing is lost.
      }
    });
  }

  #onCrash({ error, origin, isFatal }: Crash): void {
    if (!isRunning(this.memory)) return;
    const sender = this.#workerErrors.senderOf(error);
    const noted = sender === null ? null : readCrash(this.memory);
    // A worker's error that nobody handled comes to its creator, which sees the same death again.
    const seen = noted?.sender === sender ? noted : null;
    const thread = seen?.threadId ?? sender ?? threadId;
    const crash = { isFatal, atMs: wallMs() };
    const makeRequest = () =>
      this.request(origin, origin, { thread }, encodeError(error, this.#redaction));
    if (seen === null && !this.#mayWrite(origin, isFatal)) {
      this.#noteSuppressed(crash, makeRequest);
      return;
    }
    const request = makeRequest();
    let path = seen?.path ?? null;
    const mark = seen === null ? markChanges(this.memory) : null;
    if (seen === null) path = this.takeSnapshot(request).path;
    if (path === null) return;
    noteCrash(this.memory, { threadId: thread, sender: threadId, path });
    this.#crash = { ...crash, request: () => request, path, writtenAtMs: crash.atMs, mark };
    this.#exit?.moveLast();
  }

  /** A crash of the process is always worth a file; what the application swallows is not. */
  #mayWrite(origin: TriggerKind, isFatal: boolean): boolean {
    if (isFatal && threadId === 0) return true;
    const second = (wallMs() - this.facts.startedAtMs) / 1000;
    return spendTriggerBudget(this.memory, BUDGET_KINDS.indexOf(origin), second);
  }

  /** If the process ends of it after all, its file is to show this error and not one before. */
  #noteSuppressed(
    crash: { readonly isFatal: boolean; readonly atMs: number },
    request: () => SnapshotRequest,
  ): void {
    if (threadId !== 0) return;
    const { path = null, writtenAtMs = 0 } = this.#crash ?? {};
    const isRecent = crash.atMs - writtenAtMs < SHUTDOWN_MS;
    this.#crash = { ...crash, request, path: isRecent ? path : null, writtenAtMs, mark: null };
  }

  #onExit(exitCode: number): void {
    // Calls that found no place in the ring, or came before it.
    if (this.slot === null) addToCounter(this.memory, 'unjoined', threadState.beforeStart);
    if (!isRunning(this.memory)) return;
    const crash = this.#crash;
    if (crash !== null && isEndOf(crash, exitCode)) {
      if (crash.mark === null || hasChangedSince(this.memory, crash.mark)) {
        const replaces = crash.path === null ? {} : { replaces: crash.path };
        this.takeSnapshot({ ...crash.request(), ...replaces });
      }
      return;
    }
    this.onExit(exitCode);
  }

  #reportRefusal(): void {
    setImmediate(() => {
      this.onProblem(
        new Error(
          'ttlog: an event was refused: every segment of the ring is in use; give memory.bytes at ' +
            'least 4 x threads x memory.segmentBytes',
        ),
      );
    }).unref();
  }
}

/** Whether the process ends of this crash, and not long after one that was swallowed. */
function isEndOf(crash: SeenCrash, exitCode: number): boolean {
  return crash.isFatal || (exitCode !== 0 && wallMs() - crash.atMs < SHUTDOWN_MS);
}

/** The name that the thread was given (Node 22.20, 24.6), else that of its script. */
function threadName(): string {
  if (threadId === 0) return 'main';
  const { threadName } = workerThreads as { threadName?: string };
  return threadName || basename(process.argv[1] ?? '') || `worker-${threadId}`;
}
