/**
 * Puts the triggers of the thread that owns the recorder in place: signals, the interval, and the
 * watch over its event loop. Crashes and exits are each thread's own affair.
 */

import workerThreads from 'node:worker_threads';
import type { ResolvedOptions } from './options.ts';
import { SEVERITY } from './record/level.ts';
import type { BurstOrder, StallOrder } from './recorder-thread/protocol.ts';
import { noteLoopTurn } from './ring/loop-turn.ts';
import type { SnapshotRequest } from './snapshot/take-snapshot.ts';
import type { ThreadRecorder } from './thread-recorder.ts';
import { isInspectorOpen } from './triggers/inspector.ts';
import { installLoopTurn } from './triggers/loop-turn.ts';
import { installDeathSignals, installRequestSignal, signalExitCode } from './triggers/signals.ts';

const { isMainThread, threadId } = workerThreads;

/** Signs of life within the time after which a loop is said to stand still. */
const TURNS_PER_STALL = 5;
const MIN_PERIOD_MS = 5;
const MAX_PERIOD_MS = 200;

export interface TriggerHost {
  readonly thread: ThreadRecorder;
  /** On the recorder thread. */
  snapshotElsewhere(request: SnapshotRequest): Promise<unknown>;
  startRecorderThread(): void;
}

/** Returns what takes them away again. */
export function installTriggers(host: TriggerHost): (() => void)[] {
  const { thread } = host;
  const { snapshots, stall, triggers } = thread.options;
  const uninstallers = isMainThread ? installSignals(host) : [];
  if (stall !== false) uninstallers.push(installWatch(thread, stall));
  const needsThread =
    snapshots.intervalMs !== undefined ||
    thread.facts.box !== null ||
    stall !== false ||
    triggers.length > 0;
  if (needsThread) host.startRecorderThread();
  return uninstallers;
}

/** What the recorder thread is told to watch. */
export function stallOrder({ stall }: ResolvedOptions): StallOrder | null {
  if (stall === false) return null;
  return {
    threadId,
    afterMs: stall.afterMs,
    periodMs: turnPeriodMs(stall.afterMs),
    // The inspector reaches no other thread.
    stack: stall.stack && isMainThread,
  };
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

function installWatch(
  { memory }: ThreadRecorder,
  { afterMs, stack }: Exclude<ResolvedOptions['stall'], false>,
): () => void {
  return installLoopTurn(turnPeriodMs(afterMs), (atNs) => {
    noteLoopTurn(memory, { atNs, isInspected: stack && isInspectorOpen() });
  });
}

function turnPeriodMs(afterMs: number): number {
  const periodMs = Math.floor(afterMs / TURNS_PER_STALL);
  return Math.min(MAX_PERIOD_MS, Math.max(MIN_PERIOD_MS, periodMs));
}
