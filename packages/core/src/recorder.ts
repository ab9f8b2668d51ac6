/**
 * The recorder of the process: the composition root, which knows every room. One a process; a
 * worker that the recorder reaches gets a handle on the same one.
 */

import os from 'node:os';
import workerThreads from 'node:worker_threads';
import { forgetBox, removeBox } from './black-box/box-file.ts';
import { releaseMapping, viewRing } from './black-box/mapped-ring.ts';
import { openRing } from './black-box/open-box.ts';
import { burstOrders, heapOrder, installTriggers, stallOrder } from './install-triggers.ts';
import { wallMs } from './logger/clock.ts';
import { type ForeignEvent, recordForeign } from './logger/foreign-event.ts';
import { getLogger } from './logger/logger.ts';
import type { TraceProvider } from './logger/span-context.ts';
import { threadState, useTraceProvider } from './logger/thread-state.ts';
import { LAYOUT_VERSION, MODE_OVERWRITE } from './memory/ring-layout.ts';
import {
  isDisabled,
  type RecorderOptions,
  type ResolvedOptions,
  resolveOptions,
  type TriggerOptions,
} from './options.ts';
import { ProcessOutput } from './process-output.ts';
import { isLevel, LEVELS, type Level, SEVERITY } from './record/level.ts';
import { Redaction } from './record/redaction.ts';
import type { Recorder, RecorderEventMap, RecorderStats } from './recorder-contract.ts';
import { RecorderEvents } from './recorder-events.ts';
import { CompressingPartner } from './recorder-thread/compressing-partner.ts';
import type { BurstNews, RecorderThreadNews } from './recorder-thread/protocol.ts';
import { RecorderThread } from './recorder-thread/recorder-thread.ts';
import { captureRing } from './ring/capture.ts';
import { isRunning, readCounter, setRecordLevel, stopRecording } from './ring/recorder-words.ts';
import { type RingGeometry, RingMemory, ringGeometry } from './ring/ring-memory.ts';
import { countStray, readStrayCount } from './ring/strays.ts';
import { silentRecorder } from './silent-recorder.ts';
import { readClocks } from './snapshot/clocks.ts';
import { compressorSearchPaths } from './snapshot/compress-frame.ts';
import { resolveDirectory } from './snapshot/directory.ts';
import { randomBytes } from './snapshot/random-bytes.ts';
import {
  account,
  buildSnapshotBytes,
  type RecorderFacts,
  type SnapshotRequest,
  type SnapshotResult,
} from './snapshot/take-snapshot.ts';
import { type RecorderShare, SHARE_KEY, ThreadRecorder } from './thread-recorder.ts';

const { getEnvironmentData, threadId } = workerThreads;

/** What the recorder itself has to say of the application. */
const ownLog = getLogger('ttlog');

/** No log call of another thread takes so long to notice that the recorder is stopped. */
const CLOSE_AFTER_MS = 1000;

/** The recorder that this thread has started or joined. */
let running: RunningRecorder | null = null;
/** This thread has left the process's recorder; only a new start joins it again. */
let hasLeft = false;
/** It cannot reach that recorder's ring, and is counted. */
let isStray = false;

/** Copies of the package that found a hub that they could not call. */
export const copies: { incompatible: number } = { incompatible: 0 };

/**
 * Starts recording. A second call returns the running recorder and notes the options that differ;
 * in a worker that the process's recorder reaches, it returns a handle on that one. Throws a
 * TypeError for a wrong option, which it names; nothing else makes it throw.
 */
export function startRecorder(options: RecorderOptions = {}): Recorder {
  const resolved = resolveOptions(options);
  const geometry = ringGeometry(
    resolved.memory.bytes,
    resolved.memory.segmentBytes,
    MODE_OVERWRITE,
    2,
    'memory.',
  );
  new Redaction(resolved.redact);
  if (isDisabled()) return silentRecorder('TTLOG_DISABLED=1', () => threadState.beforeStart);
  hasLeft = false;
  joinProcessRecorder();
  if (running !== null) {
    running.noteSecondStart(options);
    return running;
  }
  const opened = open(geometry, resolved);
  if (typeof opened === 'string') return silentRecorder(opened, () => threadState.beforeStart);
  const { memory, facts } = opened;
  setRecordLevel(memory, SEVERITY[resolved.recordLevel]);
  running = new RunningRecorder(memory, facts, resolved, null);
  running.onTrigger = (options.triggers ?? []).map(({ onTrigger }) => onTrigger);
  return running;
}

/**
 * Joins the recorder of the process, if there is one: in a worker that of the threads above it, in
 * a module registry with globals of its own (a test file in Jest) that of the thread. Never throws.
 */
export function joinProcessRecorder(): void {
  if (running !== null) {
    if (!running.hasEnded) return;
    void running.stop();
  }
  try {
    const share = getEnvironmentData(SHARE_KEY) as unknown as RecorderShare | undefined;
    if (share === undefined || share.layoutVersion !== LAYOUT_VERSION) return;
    if (hasLeft || isDisabled()) return;
    const memory = attachOrStray(share);
    if (memory === null || !isRunning(memory)) return;
    running = new RunningRecorder(memory, share.facts, share.options, share);
  } catch {
    // Something else stands under our key. The thread's calls are counted, and go nowhere.
  }
}

class RunningRecorder implements Recorder {
  /** The application's callbacks for bursts, which come on the thread that started the recorder. */
  onTrigger: readonly TriggerOptions['onTrigger'][] = [];
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
    const partner = new CompressingPartner(memory, (work) => this.#recorderThread?.help(work));
    const helps = () => this.#recorderThread?.state.state === 'running';
    this.#thread.partner = () => (helps() ? partner : undefined);
    if (!this.#isOwner) return;
    if (options.debug) for (const note of options.notes) say(`ttlog: ${note}`);
    this.#thread.prepare();
    this.#thread.onExit = (exitCode) => this.#onExit(exitCode);
    this.#thread.onSilence = () => {
      if (this.#recorderThread !== null) this.#output?.flushNow(this.#recorderThread);
    };
    const { box } = facts;
    // Only the name: the recorder thread may be writing, and the number must not be another's.
    if (box !== null) {
      this.#thread.onEnd = () => {
        this.#recorderThread?.awaitAttached();
        forgetBox(box);
      };
    }
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
    await this.#pending.catch(() => {});
    await this.#flushOutput();
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    try {
      // At once, so that a start that does not await this one's end works.
      if (running === this) running = null;
      for (const uninstall of this.#uninstallers.splice(0)) uninstall();
      // A handle of another thread or registry ends that one's part only.
      if (this.#isOwner) stopRecording(this.#thread.memory);
      else hasLeft = isRunning(this.#thread.memory);
      this.#thread.leave();
      useTraceProvider(null);
      await this.#pending.catch(() => {});
      this.#thread.close();
      await this.#flushOutput();
      await this.#recorderThread?.stop();
      const { box } = this.#thread.facts;
      if (!this.#isOwner || box === null) return;
      removeBox(box, CLOSE_AFTER_MS);
      if (box.mapping !== null) releaseMapping(box.mapping, box.descriptor);
    } catch (error) {
      this.#report(asError(error));
    }
  }

  async #flushOutput(): Promise<void> {
    if (this.#recorderThread === null) return;
    await this.#output?.flush(this.#recorderThread).catch((error) => this.#report(asError(error)));
  }

  stats(): RecorderStats {
    const { memory, facts } = this.#thread;
    const captured = captureRing(memory);
    const { threads, losses } = account(memory, captured);
    const { mode, reason } = facts.blackBox;
    return {
      state: this.hasEnded ? 'stopped' : 'running',
      threads: threads.filter((thread) => thread.end === null).length,
      events: captured.segments.reduce((sum, segment) => sum + segment.eventCount, 0),
      bytes: captured.segments.reduce((sum, segment) => sum + segment.records.length, 0),
      losses,
      recorderThread: this.#recorderThread?.state ?? { state: 'off' },
      blackBox: {
        mode: this.#boxProblem === null ? mode : 'off',
        reason: this.#boxProblem ?? reason,
        path: facts.box?.path ?? null,
        deferred: readCounter(memory, 'writesDeferred'),
      },
      snapshots: {
        written: readCounter(memory, 'written'),
        failed: readCounter(memory, 'failed'),
        suppressed: readCounter(memory, 'suppressed'),
      },
      notes: [...this.#notes, ...copyNotes(), ...strayNotes(this.#thread.strays)],
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

  record(event: ForeignEvent): void {
    recordForeign(event);
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
        buffer: facts.box?.mapping ? null : memory.buffer,
        attaching: new SharedArrayBuffer(4),
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
    this.#pending = Promise.allSettled([this.#pending, taken]);
    return (await taken) ?? this.#thread.takeSnapshot(request);
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
      say(`ttlog: snapshot ${result.path}`);
  }

  #report(error: Error): void {
    if (this.#thread.options.debug) say(`ttlog: ${error.message}`);
    this.#events.emit('error', error, () => {});
  }
}

/** Why not, where the system has no room for the ring. */
function open(
  geometry: RingGeometry,
  options: ResolvedOptions,
): { memory: RingMemory; facts: RecorderFacts } | string {
  const facts = gatherFacts(options);
  try {
    const { memory, box, fact } = openRing(geometry, facts, options.blackBox);
    return { memory, facts: { ...facts, box, blackBox: fact } };
  } catch (error) {
    return `memory.bytes: ${asError(error).message}`;
  }
}

/** Once a thread is told of as stray: it would try again at every `getLogger`. */
function attachOrStray(share: RecorderShare): RingMemory | null {
  if (isStray) return null;
  try {
    return attach(share);
  } catch (error) {
    isStray = true;
    countStray(share.strays);
    throw error;
  }
}

/** The ring of the process as this thread sees it; null where there is none. */
function attach({ buffer, facts }: RecorderShare): RingMemory | null {
  if (buffer !== null) return RingMemory.attach(buffer);
  const mapping = facts.box?.mapping;
  return mapping ? viewRing(mapping) : null;
}

function gatherFacts(options: ResolvedOptions): RecorderFacts {
  const { snapshots, notes, service } = options;
  return {
    service,
    host: os.hostname(),
    pid: process.pid,
    ppid: process.ppid,
    runId: Buffer.from(randomBytes(16)).toString('hex'),
    node: process.version,
    platform: process.platform,
    arch: process.arch,
    startedAtMs: wallMs(),
    clock: readClocks(),
    directory: resolveDirectory(snapshots.directory),
    fileMode: snapshots.fileMode,
    keep: snapshots.keep,
    blackBox: { mode: 'off', reason: 'not asked for' },
    box: null,
    notes: threadId === 0 ? notes : [...notes, `started in worker ${threadId}`],
  };
}

function copyNotes(): string[] {
  const { incompatible } = copies;
  return incompatible > 0
    ? [`copies of ttlog that could not join and record nothing: ${incompatible}`]
    : [];
}

function strayNotes(strays: Int32Array): string[] {
  const count = readStrayCount(strays);
  return count > 0 ? [`threads that cannot reach the ring and record nothing: ${count}`] : [];
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

function say(line: string): void {
  try {
    const { stderr } = process;
    // Where nobody reads it, or its disk is full, an 'error' event would end the process. It comes
    // after the callback.
    stderr.once('error', ignore);
    stderr.write(`${line}\n`, (error) => {
      if (!error) stderr.removeListener('error', ignore);
    });
  } catch {
    // There is no stderr.
  }
}

function ignore(): void {}
