/**
 * One thread's part in the recorder: its place in the ring, its loggers' writer, and what it does
 * when it crashes, exits, or one of its workers ends. Main and workers run the same.
 */

import path from 'node:path';
import workerThreads, { type Worker } from 'node:worker_threads';
import { mirrorFile } from './black-box/box-file.ts';
import { installWriteThrough } from './black-box/write-through.ts';
import { CrashSnapshots } from './crash-snapshots.ts';
import { wallMs } from './logger/clock.ts';
import { EventWriter } from './logger/event-writer.ts';
import { attachWriter, detachWriter, threadState } from './logger/thread-state.ts';
import { LAYOUT_VERSION } from './memory/ring-layout.ts';
import type { ResolvedOptions } from './options.ts';
import { SEVERITY } from './record/level.ts';
import { Redaction } from './record/redaction.ts';
import type { Death } from './recorder-thread/death.ts';
import { withHardStop } from './recorder-thread/hard-stop.ts';
import type { Lane } from './ring/lane.ts';
import { currentOsThread } from './ring/os-thread.ts';
import { addToCounter, isRunning, recordLevels } from './ring/recorder-words.ts';
import type { RingMemory } from './ring/ring-memory.ts';
import { makeStrayCount } from './ring/strays.ts';
import { endThread, joinThread, type ThreadSlot } from './ring/thread-table.ts';
import { type Compressor, loadCompressor } from './snapshot/compress-frame.ts';
import type { Partner } from './snapshot/copy-together.ts';
import { loadCrc32 } from './snapshot/crc-32.ts';
import { describeProcess } from './snapshot/describe-process.ts';
import { DescriptorReserve } from './snapshot/descriptor-reserve.ts';
import { hurriedCompressor } from './snapshot/hurried-compressor.ts';
import type { TriggerKind } from './snapshot/recording.ts';
import {
  type RecorderFacts,
  type SnapshotRequest,
  type SnapshotResult,
  takeSnapshot,
} from './snapshot/take-snapshot.ts';
import { type Crash, installCrash } from './triggers/crash.ts';
import { type ExitTrigger, installExit } from './triggers/exit.ts';
import { listen, shiftMaxListeners } from './triggers/process-listener.ts';
import { installReallyExit } from './triggers/really-exit.ts';

const { basename } = path;
const { isMainThread, setEnvironmentData, threadId } = workerThreads;

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
  /** Threads that cannot reach the ring. */
  readonly strays: Int32Array;
  /**
   * Only in that thread itself, and not sent: seals what another module registry's writer left
   * open. A registry that is gone (a test file in Jest) does not say so, and a segment of a living
   * thread is never taken.
   */
  sealOther?: () => void;
}

/** While these are written the process is dying, and waits. */
const DEATHS: readonly TriggerKind[] = [
  'uncaughtException',
  'unhandledRejection',
  'signal',
  'exit',
];
/** Leaves half of the second that a death may be delayed to copying, writing and flushing. */
const DEATH_COMPRESSION_MS = 500;

export class ThreadRecorder {
  readonly memory: RingMemory;
  readonly facts: RecorderFacts;
  readonly options: ResolvedOptions;
  readonly slot: ThreadSlot | null;
  readonly strays: Int32Array;
  /** Called for every snapshot that this thread writes. */
  onSnapshot: (result: SnapshotResult, reason: string) => void = () => {};
  /** Called for what went wrong and lost no event of itself. */
  onProblem: (error: Error) => void = () => {};
  /** Called at the thread's exit, unless a crash was written again there. */
  onExit: (exitCode: number) => void = () => {};
  /** Called when nothing more will be logged. */
  onSilence: () => void = () => {};
  /** Called when the thread has exited in order. */
  onEnd: () => void = () => {};
  /** Has the process exit after `end`, whatever hangs; `death` says how it would have ended. */
  exitAfter: (death: Death, end: () => void) => void = (_death, end) => end();
  /** Who helps with snapshots that this thread takes, if anybody does. */
  partner: () => Partner | undefined = () => undefined;
  #hasLostDeath = false;
  readonly #redaction: Redaction;
  readonly #writer: EventWriter | null;
  readonly #uninstallers: (() => void)[] = [];
  /** Another module registry of this thread has joined before, and listens for this one too. */
  readonly #isGuest: boolean;
  readonly #share: RecorderShare;
  readonly #crashes: CrashSnapshots;
  #exit: ExitTrigger | null = null;
  #compressor: Compressor | null = null;
  #reserve: DescriptorReserve | null = null;

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
    this.strays = share?.strays ?? makeStrayCount();
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
      const { box } = facts;
      const isMirrored = box !== null && box.mapping === null;
      if (isMirrored && options.blackBox.mode !== 'off' && options.blackBox.writeThrough) {
        this.#uninstallers.push(installWriteThrough(this.#writer.warn, mirrorFile(box.descriptor)));
      }
      attachWriter(this.#writer, recordLevels(memory), SEVERITY[options.lazyLevel]);
    }
    this.#crashes = new CrashSnapshots({
      memory,
      threadId,
      redaction: this.#redaction,
      takeSnapshot: (request, death) => this.takeSnapshot(request, death),
      request: (...facts) => this.request(...facts),
    });
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
    loadCrc32();
  }

  get compressor(): Compressor {
    this.#compressor ??= loadCompressor();
    return this.#compressor;
  }

  /** Takes a snapshot in this thread, now. With `death` the process ends of it, also if it hangs. */
  takeSnapshot(request: SnapshotRequest, death: Death | null = null): SnapshotResult {
    const isDeath = DEATHS.includes(request.trigger.kind);
    const take = (beforeFiles?: () => void) =>
      takeSnapshot(this.memory, this.facts, request, {
        compressor: isDeath
          ? hurriedCompressor(this.compressor, DEATH_COMPRESSION_MS)
          : this.compressor,
        reserve: this.#reserve ?? undefined,
        partner: this.partner(),
        beforeFiles,
      });
    // The end of a worker ends nobody else.
    const result = death !== null && isMainThread ? withHardStop(death, take) : take();
    // What the application handles, or a worker ends of, is no end of the process.
    if (death !== null && isMainThread) this.#hasLostDeath = result.path === null;
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

  /** Those of this thread that wait for somebody else to write them to the black box. */
  get unmirroredLanes(): Lane[] {
    if (this.#writer === null) return [];
    return [this.#writer.normal, this.#writer.warn].filter((lane) => lane.afterCommit === null);
  }

  /** Ends this thread's part: its loggers are silent and its listeners gone, but that of its exit. */
  leave(): void {
    for (const uninstall of this.#uninstallers.splice(0)) uninstall();
    if (threadState.writer === this.#writer) detachWriter();
    if (!this.#isGuest) setEnvironmentData(SHARE_KEY, undefined as never);
  }

  /** Seals its history. Not while a log call is under way. */
  close(): void {
    this.#writer?.seal();
    this.#reserve?.close();
  }

  /** An exit has nothing more to see to. Until then it ends in order what `leave` has begun. */
  forgetExit(): void {
    this.#exit?.uninstall();
  }

  #shareWithWorkers(): RecorderShare {
    const share: RecorderShare = {
      layoutVersion: LAYOUT_VERSION,
      buffer: this.memory.buffer,
      facts: this.facts,
      options: this.options,
      threadId,
      row: this.slot?.row ?? -1,
      strays: this.strays,
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
    // In a worker it ends the worker only.
    if (isMainThread) {
      this.#uninstallers.push(installReallyExit((exitCode) => this.#exitAtOnce(exitCode)));
    }
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
    this.#crashes.watch(worker, threadId);
    shiftMaxListeners(worker, 1);
    worker.prependListener('exit', (exitCode: number) => {
      try {
        endThread(this.memory, threadId, exitCode);
      } catch {
        // The ring of a stopped recorder; nothing is lost.
      }
    });
  }

  #onCrash(crash: Crash): void {
    if (!isRunning(this.memory)) return;
    this.#exit?.moveLast();
    this.#crashes.onCrash(crash);
    if (crash.isFatal && crash.exitCode !== null) this.#exitAtOnce(crash.exitCode);
  }

  #onExit(exitCode: number): void {
    // Calls that found no place in the ring, or came before it.
    if (this.slot === null) addToCounter(this.memory, 'unjoined', threadState.beforeStart);
    // One that is being stopped takes no snapshot, but may have to print and to remove its box.
    if (isRunning(this.memory) && !this.#crashes.onExit(exitCode)) this.onExit(exitCode);
    const death = { exitCode, lastWords: this.#crashes.lastWords };
    this.exitAfter(death, () => this.endInOrder());
  }

  /** The process ends, and no listener of 'exit' is called for it. */
  #exitAtOnce(exitCode: number): void {
    this.exitAfter({ exitCode, lastWords: this.#crashes.lastWords }, () => {});
  }

  /** The process ends with all said. A death whose snapshot could not be written leaves its black box. */
  endInOrder(): void {
    this.onSilence();
    if (!this.#hasLostDeath) this.onEnd();
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

/** What Node 24 calls a worker that was given no name. */
const NO_THREAD_NAME = 'WorkerThread';

/** The name that the thread was given (Node 22.20, 24.6), else that of its script. */
function threadName(): string {
  if (threadId === 0) return 'main';
  const { threadName = '' } = workerThreads as { threadName?: string };
  const given = threadName === NO_THREAD_NAME ? '' : threadName;
  return given || basename(process.argv[1] ?? '') || `worker-${threadId}`;
}
