/**
 * The recorder thread seen from outside: starts it when something first needs it, hands it work,
 * and says so when there is none to be had. One a process; it never keeps the process alive,
 * except while a snapshot is awaited that somebody asked for.
 */

// Not the globals, which may be fake.
import { clearInterval, clearTimeout, setInterval, setTimeout } from 'node:timers';
import { Worker } from 'node:worker_threads';
import type { SharedCopies } from '../snapshot/copy-together.ts';
import type { SnapshotRequest, SnapshotResult } from '../snapshot/take-snapshot.ts';
import { OWN_WORKER } from '../taps/own-worker.ts';
import type { Death } from './death.ts';
import { FileCalls } from './file-calls.ts';
import { withHardStop } from './hard-stop.ts';
import recorderThreadCode from './main.ts?inline-thread';
import type {
  FromRecorderThread,
  RecorderThreadData,
  RecorderThreadNews,
  SentResult,
  ToRecorderThread,
} from './protocol.ts';

export type RecorderThreadState =
  | { readonly state: 'off' | 'running' }
  | { readonly state: 'failed'; readonly reason: string };

/** The ring is outside of its heap; this is for the bookkeeping of a snapshot. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 };
/** Then it tells what new objects may take where nobody sets a limit: in main's heap. */
const RESOURCE_LIMITS_BESIDE_HEAP = { maxOldGenerationSizeMb: 256 };

/** A program that has nothing to do has ended by then. */
const ANNOUNCE_AFTER_MS = 10;

/** Most calls of a file system that does not hang are over by then. */
const CALL_MS = 20;
/** With what it takes to start and to end, of the second that a process's end may be delayed. */
const EXIT_MS = 850;
/** By then the process has been ended, or cannot be but by force. */
const FORCED_EXIT_MS = 4000;
/** Whoever waits for a snapshot is told that there is none once one call took 3 s. */
const LOOK_MS = 500;
const HANG_LOOKS = 6;
const STOP_MS = 1000;

interface Pending {
  snapshot?: (result: SnapshotResult | null) => void;
  capture?: (bytes: Uint8Array | null) => void;
  flush?: () => void;
}

export class RecorderThread {
  readonly #data: RecorderThreadData;
  readonly #onSnapshot: (result: SnapshotResult, reason: string, part: 1 | 2) => void;
  readonly #onNews: (news: RecorderThreadNews) => void;
  readonly #onFailure: (error: Error) => void;
  readonly #pending = new Map<number, Pending>();
  readonly #fileCalls: FileCalls;
  #callWatch: NodeJS.Timeout | null = null;
  #worker: Worker | null = null;
  /** Stopped, and not ended: on its way, or it hangs in a call. */
  #ending: Worker | null = null;
  #state: RecorderThreadState = { state: 'off' };
  #isStopped = false;
  #lastId = 0;
  /** Starts the thread where nothing else does. */
  #announcing: NodeJS.Timeout | null = null;

  /** `onSnapshot` hears of every snapshot that the thread took, whoever asked. */
  constructor(
    data: RecorderThreadData,
    onSnapshot: (result: SnapshotResult, reason: string, part: 1 | 2) => void,
    onNews: (news: RecorderThreadNews) => void,
    onFailure: (error: Error) => void,
  ) {
    this.#data = data;
    this.#fileCalls = new FileCalls(data.fileCalls);
    this.#onSnapshot = onSnapshot;
    this.#onNews = onNews;
    this.#onFailure = onFailure;
  }

  get state(): RecorderThreadState {
    return this.#state;
  }

  /** Starts the thread if it does not run. False: it cannot run, and will not be tried again. */
  start(): boolean {
    if (this.#worker !== null) return true;
    if (this.#isStopped || this.#state.state === 'failed') return false;
    try {
      const worker = new Worker(recorderThreadCode, {
        eval: true,
        name: 'ttlog-recorder',
        workerData: this.#data,
        // NODE_OPTIONS and --import would otherwise preload the application's hooks here too.
        execArgv: [],
        env: {},
        // Else Node makes the application's process.stdout and stderr to pipe this thread's into.
        stdout: true,
        stderr: true,
        resourceLimits: this.#data.heap === null ? RESOURCE_LIMITS : RESOURCE_LIMITS_BESIDE_HEAP,
      });
      Object.defineProperty(worker, OWN_WORKER, { value: true });
      worker.on('message', (message: FromRecorderThread) => this.#receive(message));
      worker.on('error', (error: Error) => this.#fail(error));
      worker.on('exit', () => this.#fail(new Error('the recorder thread has ended')));
      // Last, since a listener for messages holds the process.
      worker.unref();
      this.#worker = worker;
      this.#state = { state: 'running' };
      if (this.#announcing !== null) this.announceRecordings();
      return true;
    } catch (error) {
      this.#fail(error instanceof Error ? error : new Error(String(error)));
      return false;
    }
  }

  /** null where the thread cannot do it. */
  snapshot(request: SnapshotRequest): Promise<SnapshotResult | null> {
    return new Promise((resolve) => {
      this.#ask({ kind: 'snapshot', id: ++this.#lastId, request }, { snapshot: resolve });
    });
  }

  /** null where the thread cannot do it. */
  capture(request: SnapshotRequest): Promise<Uint8Array | null> {
    return new Promise((resolve) => {
      this.#ask({ kind: 'capture', id: ++this.#lastId, request }, { capture: resolve });
    });
  }

  /** Asks for all to be printed. `onDone` is called also where the thread cannot; returns the ticket. */
  flush(onDone: () => void): number {
    const id = ++this.#lastId;
    this.#ask({ kind: 'flush', id }, { flush: onDone });
    return id;
  }

  /** Asks for help with a snapshot that is taken elsewhere. There may be none. */
  help(copies: SharedCopies): void {
    try {
      this.#worker?.postMessage({ kind: 'help', copies } satisfies ToRecorderThread);
    } catch {
      // It is done without.
    }
  }

  /** Recordings of earlier processes come as news from now on. It does not hold the process. */
  announceRecordings(): void {
    this.#announcing ??= setTimeout(() => this.start(), ANNOUNCE_AFTER_MS).unref();
    try {
      this.#worker?.postMessage({ kind: 'announce' } satisfies ToRecorderThread);
    } catch {
      // They are told of after another start.
    }
  }

  /** For good. Resolves to whether the thread has ended: nothing ends one that hangs in a call. */
  async stop(): Promise<boolean> {
    this.#isStopped = true;
    if (this.#announcing !== null) clearTimeout(this.#announcing);
    const worker = this.#worker;
    this.#worker = null;
    this.#state = { state: 'off' };
    worker?.removeAllListeners('exit');
    worker?.once('exit', () => {
      this.#ending = null;
    });
    this.#ending = worker;
    const hasEnded = worker === null || (await isTerminated(worker));
    if (!hasEnded) worker.unref();
    this.#settleAll();
    return hasEnded;
  }

  /**
   * Does `end`, the last thing before the process exits in order. Where the thread hangs in a call,
   * Node would wait for ever for it; then the process ends by `death` within a second. Not where a
   * handler of uncaught exceptions throws: no JavaScript runs after it, and Node stops threads in
   * the reverse order of their start, so that a thread which watches would have to be started
   * before this one, in every process (Node 20.20: 2 of 2 such ended it, 3 of 3 later ones did not).
   */
  exitAfter(death: Death, end: () => void): void {
    const calls = this.#fileCalls;
    const mayHang = (this.#worker ?? this.#ending) !== null;
    const isFree = !mayHang || calls.awaitEnd(CALL_MS);
    if (isFree) {
      end();
      if (!mayHang || calls.close(CALL_MS)) return;
    }
    withHardStop(
      death,
      (arm) => {
        arm();
        if (!isFree) end();
        if (!calls.close(FORCED_EXIT_MS)) process.kill(process.pid, 'SIGKILL');
      },
      EXIT_MS,
    );
  }

  #ask(message: Exclude<ToRecorderThread, { kind: 'help' | 'announce' }>, pending: Pending): void {
    if (!this.start()) {
      pending.snapshot?.(null);
      pending.capture?.(null);
      pending.flush?.();
      return;
    }
    this.#pending.set(message.id, pending);
    this.#callWatch ??= this.#watchCalls();
    // Whoever awaits a snapshot wants it done before the process ends.
    this.#worker?.ref();
    this.#worker?.postMessage(message);
  }

  #receive(message: FromRecorderThread): void {
    if (message.kind === 'ready') return;
    if (message.kind !== 'snapshot' && message.kind !== 'capture' && message.kind !== 'flushed') {
      this.#onNews(message);
      return;
    }
    const pending = this.#pending.get(message.id);
    this.#pending.delete(message.id);
    if (this.#pending.size === 0) this.#release();
    if (message.kind === 'flushed') {
      pending?.flush?.();
      return;
    }
    if (message.kind === 'capture') {
      pending?.capture?.(message.bytes);
      return;
    }
    const result = received(message.outcome);
    this.#onSnapshot(result, message.reason, message.part);
    pending?.snapshot?.(result);
  }

  /** Whoever waits for a thread that hangs is not to wait for ever, nor hold the process. */
  #watchCalls(): NodeJS.Timeout {
    let before: number | null = null;
    let looks = 0;
    return setInterval(() => {
      const call = this.#fileCalls.current;
      looks = call !== null && call === before ? looks + 1 : 0;
      if (looks >= HANG_LOOKS) {
        this.#settleAll(new Error('ttlog: the file system does not answer'));
      }
      before = call;
    }, LOOK_MS).unref();
  }

  /** Nobody waits for anything any more. */
  #release(): void {
    this.#worker?.unref();
    if (this.#callWatch !== null) clearInterval(this.#callWatch);
    this.#callWatch = null;
  }

  #fail(error: Error): void {
    if (this.#state.state === 'failed') return;
    this.#worker = null;
    this.#state = { state: 'failed', reason: error.message };
    this.#settleAll();
    this.#onFailure(error);
  }

  /** With an error a snapshot is not to be tried elsewhere. */
  #settleAll(error?: Error): void {
    for (const pending of this.#pending.values()) {
      pending.snapshot?.(error === undefined ? null : { path: null, error });
      pending.capture?.(null);
      pending.flush?.();
    }
    this.#pending.clear();
    this.#release();
  }
}

async function isTerminated(worker: Worker): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), STOP_MS);
  });
  const hasEnded = await Promise.race([worker.terminate().then(() => true), tooLate]);
  clearTimeout(timer);
  return hasEnded;
}

function received(outcome: SentResult): SnapshotResult {
  const { errorCode, ...result } = outcome;
  if (result.path === null && errorCode !== undefined) {
    Object.assign(result.error, { code: errorCode });
  }
  return result;
}
