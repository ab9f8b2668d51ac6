/**
 * Puts the triggers of the thread that owns the recorder in place: signals, the interval, and the
 * watch over its event loop. Crashes and exits are each thread's own affair.
 */

// Not the globals, which may be fake.
import { clearTimeout, setTimeout } from 'node:timers';
import workerThreads from 'node:worker_threads';
import type { ResolvedOptions } from './options.ts';
import { SEVERITY } from './record/level.ts';
import type { BurstOrder, HeapOrder, StallOrder } from './recorder-thread/protocol.ts';
import { forbidInspection, isInspected } from './ring/inspection.ts';
import { noteLoopTurn } from './ring/loop-turn.ts';
import type { SnapshotRequest } from './snapshot/take-snapshot.ts';
import { maySnapshot } from './snapshot/trigger-budget.ts';
import type { ThreadRecorder } from './thread-recorder.ts';
import { type HeapReport, HeapWatch, heapSizeLimitBytes } from './triggers/heap.ts';
import { installInspectionEnd, isInspectorOpen } from './triggers/inspector.ts';
import { installLoopTurn } from './triggers/loop-turn.ts';
import { installDeathSignals, installRequestSignal, signalExitCode } from './triggers/signals.ts';

const { isMainThread, resourceLimits, threadId } = workerThreads;

/** Signs of life within the time after which a loop is said to stand still. */
const TURNS_PER_STALL = 5;
const MIN_PERIOD_MS = 5;
const MAX_PERIOD_MS = 200;
const HEAP_PERIOD_MS = 50;
/** A program that has nothing to do has ended by then. */
const FIRST_NEED_MS = 10;
/** Allocated within some 0.1 s, which a snapshot may take. */
const URGENT_BYTES = 64 * 1024 * 1024;

/** Of this thread's heap, which is one as long as the process lives. */
let youngMib: Int32Array | null = null;

export interface TriggerHost {
  readonly thread: ThreadRecorder;
  /** On the recorder thread. */
  snapshotElsewhere(request: SnapshotRequest): Promise<unknown>;
  startRecorderThread(): void;
}

/** Returns what takes them away again. */
export function installTriggers(host: TriggerHost): (() => void)[] {
  const { thread } = host;
  const { snapshots, stall, heap, triggers, output } = thread.options;
  const uninstallers = isMainThread ? installSignals(host) : [];
  if (stall !== false || heap !== false) uninstallers.push(installWatch(host));
  const needsThread =
    snapshots.intervalMs !== undefined ||
    stall !== false ||
    heap !== false ||
    triggers.length > 0 ||
    output !== false;
  if (needsThread) host.startRecorderThread();
  else if (thread.facts.box !== null) uninstallers.push(installFirstNeed(host));
  return uninstallers;
}

/**
 * The black box needs its thread from the first event on that is not written through, which a loop
 * without end may follow. A process that ends before then does not wait for a thread to start.
 */
function installFirstNeed({ thread, startRecorderThread }: TriggerHost): () => void {
  // Two timers: one that is due as the program's first turn ends is called even where nothing more
  // is to come.
  let timer = setTimeout(() => {
    timer = setTimeout(startRecorderThread, FIRST_NEED_MS).unref();
  }).unref();
  // A mapped one writes itself.
  const lanes = thread.facts.box?.mapping ? [] : thread.unmirroredLanes;
  const forget = (): void => {
    clearTimeout(timer);
    for (const lane of lanes) lane.afterCommit = null;
  };
  for (const lane of lanes) {
    lane.afterCommit = () => {
      forget();
      startRecorderThread();
    };
  }
  return forget;
}

/** What the recorder thread is told to watch. */
export function stallOrder(options: ResolvedOptions): StallOrder | null {
  const { stall } = options;
  if (stall === false) return null;
  return {
    threadId,
    afterMs: stall.afterMs,
    periodMs: turnPeriodMs(options),
    // The inspector reaches no other thread.
    stack: stall.stack && isMainThread,
  };
}

/** What it is told to look after when the loop does not turn. */
export function heapOrder(options: ResolvedOptions): HeapOrder | null {
  const { heap } = options;
  // The inspector reaches no other thread.
  if (heap === false || !isMainThread) return null;
  return {
    threadId,
    nearLimit: heap.nearLimit,
    sizeLimitBytes: heapSizeLimitBytes(),
    youngMib: youngMibOf(heap),
    periodMs: turnPeriodMs(options),
  };
}

/**
 * What new objects may take, which V8 chooses by its version and by the memory there is, and Node
 * tells in worker threads only. A flag of the process stands above that.
 */
function youngMibOf({ youngMib: flagMib }: { youngMib: number }): Int32Array {
  if (youngMib === null) {
    youngMib = new Int32Array(new SharedArrayBuffer(4));
    youngMib[0] = flagMib || (resourceLimits.maxYoungGenerationSizeMb ?? 0);
  }
  return youngMib;
}

/** What it is told to count. */
export function burstOrders({ triggers }: ResolvedOptions): BurstOrder[] {
  return triggers.map((trigger) => ({ ...trigger, severity: SEVERITY[trigger.level] }));
}

function installSignals({ thread, snapshotElsewhere }: TriggerHost): (() => void)[] {
  const { signals, requestSignal } = thread.options.snapshots;
  const uninstallers: (() => void)[] = [];
  if (signals.length > 0) {
    const onSignal = (signal: NodeJS.Signals, isDeath: boolean): void => {
      const death = isDeath ? { exitCode: signalExitCode(signal), lastWords: '' } : null;
      thread.takeSnapshot(thread.request(signal, 'signal', { signal }), death);
    };
    uninstallers.push(installDeathSignals(signals, onSignal, () => thread.endInOrder()));
  }
  if (requestSignal !== undefined) {
    const onSignal = (): void => {
      const details = { signal: requestSignal };
      void snapshotElsewhere(thread.request(requestSignal, 'requestSignal', details));
    };
    uninstallers.push(installRequestSignal(requestSignal, onSignal));
  }
  return uninstallers;
}

function installWatch(host: TriggerHost): () => void {
  const { thread } = host;
  const { stall, heap } = thread.options;
  const wantsInspector = stall !== false && stall.stack;
  const watch = heap === false ? null : new HeapWatch(heap.nearLimit, youngMibOf(heap));
  const uninstallTurn = installLoopTurn(turnPeriodMs(thread.options), (atNs) => {
    const report = watch?.check() ?? null;
    noteLoopTurn(thread.memory, {
      atNs,
      isInspected: wantsInspector && isInspectorOpen(),
      heapBytes: watch?.totalBytes ?? 0,
    });
    if (report !== null) snapshotHeap(host, report);
  });
  const uninstallEnd = installInspectionEnd(
    () => forbidInspection(thread.memory),
    () => isInspected(thread.memory),
  );
  return () => {
    uninstallTurn();
    uninstallEnd();
  };
}

/** By itself where the heap may be full before another thread is done. */
function snapshotHeap({ thread, snapshotElsewhere }: TriggerHost, report: HeapReport): void {
  if (!maySnapshot(thread.memory, 'heap')) return;
  const request = thread.request('heap', 'heap', { ...report, source: 'v8' });
  if (report.limitBytes - report.usedBytes < URGENT_BYTES) thread.takeSnapshot(request);
  else void snapshotElsewhere(request);
}

function turnPeriodMs({ stall, heap }: ResolvedOptions): number {
  const forStallMs = stall === false ? MAX_PERIOD_MS : Math.floor(stall.afterMs / TURNS_PER_STALL);
  const forHeapMs = heap === false ? MAX_PERIOD_MS : HEAP_PERIOD_MS;
  return Math.min(MAX_PERIOD_MS, Math.max(MIN_PERIOD_MS, Math.min(forStallMs, forHeapMs)));
}
