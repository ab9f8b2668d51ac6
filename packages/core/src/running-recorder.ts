/**
 * A recorder while it runs: what its methods do, and what its thread tells it. How one comes about
 * is the business of recorder.ts.
 */

import workerThreads from 'node:worker_threads';
import { forgetBox, removeBox } from './black-box/box-file.ts';
import { releaseMapping } from './black-box/mapped-ring.ts';
import { burstOrders, heapOrder, installTriggers, stallOrder } from './install-triggers.ts';
import type { ForeignEvent } from './logger/foreign-event.ts';
import { getLogger } from './logger/logger.ts';
import type { TraceProvider } from './logger/span-context.ts';
import { recordMade, type SpanMoment } from './logger/span-event.ts';
import { useTraceProvider } from './logger/thread-state.ts';
import {
  type RecorderOptions,
  type ResolvedOptions,
  resolveOptions,
  type TriggerOptions,
} from './options.ts';
import { ProcessOutput } from './process-output.ts';
import { isLevel, LEVELS, type Level, SEVERITY } from './record/level.ts';
import type { Recorder, RecorderEventMap, RecorderStats } from './recorder-contract.ts';
import { RecorderEvents } from './recorder-events.ts';
import { countedNotes, ringStats } from './recorder-stats.ts';
import { CopyingPartner } from './recorder-thread/copying-partner.ts';
import type { Death } from './recorder-thread/death.ts';
import { FileCalls } from './recorder-thread/file-calls.ts';
import type { BurstNews, RecorderThreadNews } from './recorder-thread/protocol.ts';
import { RecorderThread } from './recorder-thread/recorder-thread.ts';
import { isRunning, readCounter, setRecordLevel, stopRecording } from './ring/recorder-words.ts';
import type { RingMemory } from './ring/ring-memory.ts';
import { compressorSearchPaths } from './snapshot/compress-frame.ts';
import {
  buildSnapshotBytes,
  type RecorderFacts,
  type SnapshotRequest,
  type SnapshotResult,
} from './snapshot/take-snapshot.ts';
import { writeToStderr } from './stderr-line.ts';
import { type RecorderShare, ThreadRecorder } from './thread-recorder.ts';

const { isMainThread } = workerThreads;

/** What the recorder itself has to say of the application. */
const ownLog = getLogger('ttlog');

/** No log call of another thread takes so long to notice that the recorder is stopped. */
const CLOSE_AFTER_MS = 1000;

export class RunningRecorder implements Recorder {
  /** The application's callbacks for bursts, which come on the thread that started the recorder. */
  onTrigger: readonly TriggerOptions['onTrigger'][] = [];
  /** Called at once when it is stopped; true: that was a handle, and the recorder goes on. */
  onStop: (goesOn: boolean) => void = () => {};
  readonly #thread: ThreadRecorder;
  readonly #recorderThread: RecorderThread | null;
  readonly #output: ProcessOutput | null;
  readonly #events = new RecorderEvents<RecorderEventMap>();
  readonly #notes: string[];
  readonly #uninstallers: (() => void)[] = [];
  readonly #isOwner: boolean;
  #stopping: Promise<void> | null = null;
  /** Why the black box is not kept up to date, if it is not. */
  #boxProblem: string | null = null;
  #pending: Promise<unknown> = Promise.resolve();

  constructor(
    memory: RingMemory,
    facts: RecorderFacts,
    options: ResolvedOptions,
    share: RecorderShare | null,
  ) {
    this.#isOwner = share === null;
    this.#notes = [...facts.notes];
    this.#thread = new ThreadRecorder(memory, facts, options, share);
    this.#thread.onSnapshot = (result, reason) => this.#announce(result, reason);
    this.#thread.onProblem = (error) => this.#report(error);
    this.#output =
      this.#isOwner && options.output !== false
        ? new ProcessOutput(memory, facts, options.output)
        : null;
    this.#recorderThread = this.#isOwner ? this.#makeRecorderThread() : null;
    const partner = new CopyingPartner(memory, (copies) => this.#recorderThread?.help(copies));
    const helps = () => this.#recorderThread?.state.state === 'running';
    this.#thread.partner = () => (helps() ? partner : undefined);
    if (!this.#isOwner) return;
    if (options.debug) for (const note of options.notes) writeToStderr(`ttlog: ${note}`);
    this.#thread.prepare();
    this.#thread.onExit = (exitCode) => this.#onExit(exitCode);
    this.#thread.onSilence = () => {
      if (this.#recorderThread !== null) this.#output?.flushNow(this.#recorderThread);
    };
    this.#thread.exitAfter = (death, end) => this.#exitAfter(death, end);
    const { box } = facts;
    // Only the name: the recorder thread may be writing, and the number must not be another's.
    if (box !== null) this.#thread.onEnd = () => forgetBox(box);
    this.#uninstallers.push(
      ...installTriggers({
        thread: this.#thread,
        snapshotElsewhere: (request) => this.#snapshotElsewhere(request),
        startRecorderThread: () => this.#recorderThread?.start(),
      }),
    );
  }

  /** Stopped, here or by the thread that had started it. */
  get hasEnded(): boolean {
    return this.#stopping !== null || !isRunning(this.#thread.memory);
  }

  async snapshot(reason = 'request'): Promise<SnapshotResult> {
    return this.#snapshotElsewhere(this.#thread.request(toText(reason), 'request'));
  }

  snapshotSync(reason = 'request'): SnapshotResult {
    if (this.hasEnded) return stopped();
    return this.#thread.takeSnapshot(this.#thread.request(toText(reason), 'request'));
  }

  async capture(reason = 'request'): Promise<Uint8Array> {
    if (this.hasEnded) return new Uint8Array(0);
    const request = this.#thread.request(toText(reason), 'request');
    const captured = await this.#recorderThread?.capture(request);
    if (captured) return captured;
    try {
      const { memory, facts, compressor } = this.#thread;
      return buildSnapshotBytes(memory, facts, request, { compressor });
    } catch (error) {
      this.#report(asError(error));
      return new Uint8Array(0);
    }
  }

  async flush(): Promise<void> {
    if (this.#stopping !== null) return this.#stopping;
    await this.#pending.catch(() => {});
    await this.#flushOutput();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    try {
      const { memory } = this.#thread;
      // At once, so that a start that does not await this one's end works.
      this.onStop(!this.#isOwner && isRunning(memory));
      for (const uninstall of this.#uninstallers.splice(0)) uninstall();
      // A handle of another thread or registry ends that one's part only.
      if (this.#isOwner) stopRecording(memory);
      this.#thread.leave();
      useTraceProvider(null);
      await this.#pending.catch(() => {});
      this.#thread.close();
      await this.#flushOutput();
      // All is printed, and the thread about to end.
      this.#thread.onSilence = () => {};
      this.#output?.close();
      // Where it hangs, main would not come back from what is left to be done with files. The exit
      // does it.
      if ((await this.#recorderThread?.stop()) === false) return;
      const { box } = this.#thread.facts;
      if (this.#isOwner && box !== null) {
        removeBox(box, CLOSE_AFTER_MS);
        if (box.mapping !== null) releaseMapping(box.mapping, box.descriptor);
      }
      this.#thread.forgetExit();
    } catch (error) {
      this.#report(asError(error));
    }
  }

  async #flushOutput(): Promise<void> {
    if (this.#recorderThread === null) return;
    await this.#output?.flush(this.#recorderThread).catch((error) => this.#report(asError(error)));
  }

  stats(): RecorderStats {
    const { memory, facts, strays } = this.#thread;
    const { mode, reason } = facts.blackBox;
    const problem = this.#boxProblem;
    return {
      state: this.hasEnded ? 'stopped' : 'running',
      ...ringStats(memory),
      recorderThread: this.#recorderThread?.state ?? { state: 'off' },
      blackBox: {
        mode: problem === null ? mode : 'off',
        reason: problem ?? reason,
        path: facts.box?.path ?? null,
        deferred: readCounter(memory, 'writesDeferred'),
      },
      notes: [...this.#notes, ...countedNotes(strays)],
    };
  }

  setLevel(level: Level): void {
    if (!isLevel(level)) {
      this.#report(
        new TypeError(`ttlog: setLevel: level is ${toText(level)}; it takes ${LEVELS.join(', ')}`),
      );
      return;
    }
    if (!this.hasEnded) setRecordLevel(this.#thread.memory, SEVERITY[level]);
  }

  setTraceContext(provider: TraceProvider): void {
    if (typeof provider === 'function') useTraceProvider(provider);
    else this.#report(new TypeError('ttlog: setTraceContext: it takes a function'));
  }

  record(event: ForeignEvent | SpanMoment): void {
    recordMade(event);
  }

  on<E extends keyof RecorderEventMap>(
    event: E,
    listener: (value: RecorderEventMap[E]) => void,
  ): this {
    this.#events.add(event, listener);
    // Not before, since each is told of once.
    if (event === 'recovered' && !this.hasEnded) this.#recorderThread?.announceRecordings();
    return this;
  }

  off<E extends keyof RecorderEventMap>(
    event: E,
    listener: (value: RecorderEventMap[E]) => void,
  ): this {
    this.#events.remove(event, listener);
    return this;
  }

  noteSecondStart(options: RecorderOptions): void {
    const resolved = resolveOptions(options);
    const own = this.#thread.options;
    for (const option of Object.keys(options) as (keyof ResolvedOptions)[]) {
      if (JSON.stringify(resolved[option]) === JSON.stringify(own[option])) continue;
      const note = `second startRecorder: ${option} differs and was ignored`;
      if (!this.#notes.includes(note)) this.#notes.push(note);
    }
  }

  #makeRecorderThread(): RecorderThread {
    const { memory, facts, options } = this.#thread;
    return new RecorderThread(
      {
        buffer: memory.buffer,
        fileCalls: new FileCalls().buffer,
        facts,
        compressorPaths: compressorSearchPaths(),
        periodMs: options.blackBox.mode === 'off' ? 0 : options.blackBox.periodMs,
        intervalMs: options.snapshots.intervalMs,
        afterMs: options.snapshots.afterMs,
        stall: stallOrder(options),
        heap: heapOrder(options),
        bursts: burstOrders(options),
        output: this.#output && {
          order: this.#output.order,
          progress: this.#output.progress.buffer,
        },
      },
      (result, reason, part) => this.#announce(result, reason, part),
      (news) => this.#onNews(news),
      (error) => {
        this.#notes.push(`recorder thread: ${error.message}`);
        this.#boxProblem = `recorder thread: ${error.message}`;
        this.#takeOverInterval();
        this.#report(error);
      },
    );
  }

  #onNews(news: RecorderThreadNews): void {
    if (news.kind === 'recovered') {
      const { path, reason } = news;
      this.#events.emit('recovered', { path, reason }, (error) => this.#report(error));
      return;
    }
    if (news.kind === 'note') {
      if (!this.#notes.includes(news.note)) this.#notes.push(news.note);
      return;
    }
    if (news.kind === 'burst') {
      this.#callTrigger(news);
      return;
    }
    if (news.kind === 'output') {
      if (news.problem !== null) this.#report(new Error(`ttlog: output: ${news.problem}`));
      return;
    }
    if (news.kind === 'stalled') {
      ownLog.warn('event loop stood still', { stalledMs: news.stalledMs });
      return;
    }
    this.#boxProblem = news.problem;
    if (news.problem !== null) this.#report(new Error(`ttlog: black box: ${news.problem}`));
  }

  #callTrigger({ ordinal, spanMs, atMs }: BurstNews): void {
    const { name, level, count, withinMs } = this.#thread.options.triggers[ordinal];
    try {
      this.onTrigger[ordinal]?.({ name, level, count, withinMs, spanMs, atMs });
    } catch (error) {
      this.#report(asError(error));
    }
  }

  /** Without the recorder thread a busy main thread delays the interval, which is better than none. */
  #takeOverInterval(): void {
    const { intervalMs } = this.#thread.options.snapshots;
    if (intervalMs === undefined || this.hasEnded) return;
    const timer = setInterval(() => {
      this.#thread.takeSnapshot(this.#thread.request('interval', 'interval', { intervalMs }));
    }, intervalMs);
    timer.unref();
    this.#uninstallers.push(() => clearInterval(timer));
  }

  async #snapshotElsewhere(request: SnapshotRequest): Promise<SnapshotResult> {
    if (this.hasEnded) return stopped();
    const taken = this.#recorderThread?.snapshot(request) ?? Promise.resolve(null);
    // Without their results, each of which would hold all before it.
    this.#pending = Promise.allSettled([this.#pending, taken]).then(() => {});
    return (await taken) ?? this.#thread.takeSnapshot(request);
  }

  #exitAfter(death: Death, end: () => void): void {
    // The end of a worker ends nobody else, whatever it waits for.
    if (this.#recorderThread === null || !isMainThread) end();
    else this.#recorderThread.exitAfter(death, end);
  }

  #onExit(exitCode: number): void {
    const { onExit } = this.#thread.options.snapshots;
    if (onExit === false || (onExit === 'nonzero' && exitCode === 0)) return;
    const death = { exitCode, lastWords: '' };
    this.#thread.takeSnapshot(this.#thread.request('exit', 'exit', { exitCode }), death);
  }

  #announce(result: SnapshotResult, reason: string, part: 1 | 2 = 1): void {
    if (result.path === null) {
      this.#report(result.error);
      return;
    }
    this.#events.emit('snapshot', { ...result, reason, part }, (error) => this.#report(error));
    if (this.#thread.options.snapshots.announce && part === 1)
      writeToStderr(`ttlog: snapshot ${result.path}`);
  }

  #report(error: Error): void {
    if (this.#thread.options.debug) writeToStderr(`ttlog: ${error.message}`);
    this.#events.emit('error', error, () => {});
  }
}

function stopped(): SnapshotResult {
  return { path: null, error: new Error('ttlog: the recorder is stopped') };
}

function toText(value: unknown): string {
  try {
    return String(value);
  } catch {
    return 'unnamed';
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(toText(error));
}
