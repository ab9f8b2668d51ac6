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
import { encodeError, fingerprintOf } from './record/encode-crash.ts';
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
import { DescriptorReserve } from './snapshot/descriptor-reserve.ts';
import type { SnapshotHeader, TriggerKind } from './snapshot/recording.ts';
import {
  type RecorderFacts,
  type SnapshotRequest,
  type SnapshotResult,
  takeSnapshot,
} from './snapshot/take-snapshot.ts';
import { type Crash, installCrash } from './triggers/crash.ts';
import { type ExitTrigger, installExit } from './triggers/exit.ts';
import { listen } from './triggers/process-listener.ts';

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
  /** Row of the thread that creates the worker. */
  readonly parentRow: number;
}

/** The snapshot of a crash that this thread may have to write again. */
interface WrittenCrash {
  readonly request: SnapshotRequest;
  readonly path: string;
  /** The ring as it was; null where another thread has written it. */
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
  readonly #exit: ExitTrigger;
  #compressor: Compressor | null = null;
  #reserve: DescriptorReserve | null = null;
  #crash: WrittenCrash | null = null;

  constructor(
    memory: RingMemory,
    facts: RecorderFacts,
    options: ResolvedOptions,
    parentRow: number,
  ) {
    this.memory = memory;
    this.facts = facts;
    this.options = options;
    this.#redaction = new Redaction(options.redact);
    addToCounter(memory, 'beforeStart', threadState.beforeStart);
    threadState.beforeStart = 0;
    this.slot = joinThread(memory, {
      threadId,
      name: threadName(),
      parentRow,
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
    this.#shareWithWorkers();
    this.#uninstallers.push(listen('worker', (worker: Worker) => this.#watch(worker)));
    if (options.snapshots.onCrash) {
      this.#uninstallers.push(installCrash((crash) => this.#onCrash(crash)));
    }
    this.#exit = installExit((exitCode) => this.#onExit(exitCode));
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
    error: unknown = undefined,
  ): SnapshotRequest {
    return {
      reason,
      trigger: { kind, thread: threadId, ...details },
      errorCbor: error === undefined ? null : encodeError(error, this.#redaction),
      process: describeProcess(),
    };
  }

  /** Ends this thread's part: its loggers are silent, its listeners gone, its history stands. */
  leave(): void {
    for (const uninstall of this.#uninstallers.splice(0)) uninstall();
    this.#exit.uninstall();
    if (threadState.writer === this.#writer) detachWriter();
    this.#writer?.seal();
    this.#reserve?.close();
    setEnvironmentData(SHARE_KEY, undefined as never);
  }

  #shareWithWorkers(): void {
    const share: RecorderShare = {
      layoutVersion: LAYOUT_VERSION,
      buffer: this.memory.buffer,
      facts: this.facts,
      options: this.options,
      parentRow: this.slot?.row ?? -1,
    };
    setEnvironmentData(SHARE_KEY, share as never);
  }

  /** Seals for a worker that ended, however it did; `terminate()` runs nothing in it. */
  #watch(worker: Worker): void {
    // By the time of its 'exit' event the worker's own `threadId` is -1.
    const { threadId } = worker;
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
    const fingerprint = fingerprintOf(error);
    const noted = readCrash(this.memory);
    const isSeenElsewhere =
      noted !== null && noted.fingerprint === fingerprint && noted.threadId !== threadId;
    const request = this.request(
      origin,
      origin,
      isSeenElsewhere ? { thread: noted.threadId } : {},
      error === undefined ? String(error) : error,
    );
    if (isSeenElsewhere && isFatal) {
      // A worker's error that nobody handled comes to main, where the same death is seen again.
      this.#crash = { request, path: noted.path, mark: null, isFatal, atMs: wallMs() };
      this.#exit.moveLast();
      return;
    }
    // A crash of the process is always worth a file; what the application swallows is not.
    const isEnd = isFatal && threadId === 0;
    if (!isEnd && !this.#mayTrigger(BUDGET_KINDS.indexOf(origin))) return;
    const mark = markChanges(this.memory);
    const result = this.takeSnapshot(request);
    if (result.path === null) return;
    noteCrash(this.memory, { fingerprint, threadId, path: result.path });
    this.#crash = { request, path: result.path, mark, isFatal, atMs: wallMs() };
    this.#exit.moveLast();
  }

  #mayTrigger(kind: number): boolean {
    return spendTriggerBudget(this.memory, kind, (wallMs() - this.facts.startedAtMs) / 1000);
  }

  #onExit(exitCode: number): void {
    // Calls that found no place in the ring, or came before it.
    if (this.slot === null) addToCounter(this.memory, 'unjoined', threadState.beforeStart);
    if (!isRunning(this.memory)) return;
    const crash = this.#crash;
    if (crash !== null && isEndOf(crash, exitCode)) {
      if (crash.mark === null || hasChangedSince(this.memory, crash.mark)) {
        this.takeSnapshot({ ...crash.request, replaces: crash.path });
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
function isEndOf(crash: WrittenCrash, exitCode: number): boolean {
  return crash.isFatal || (exitCode !== 0 && wallMs() - crash.atMs < SHUTDOWN_MS);
}

/** What the process looked like; each part is left out where it cannot be had. */
export function describeProcess(): SnapshotHeader['process'] {
  return {
    uptimeMs: Math.round(process.uptime() * 1000),
    memory: { ...process.memoryUsage() },
    resourceUsage: { ...process.resourceUsage() },
    eventLoopDelayMs: null,
  };
}

/** The name that the thread was given (Node 22.20, 24.6), else that of its script. */
function threadName(): string {
  if (threadId === 0) return 'main';
  const { threadName } = workerThreads as { threadName?: string };
  return threadName || basename(process.argv[1] ?? '') || `worker-${threadId}`;
}
