/**
 * What every logger of a thread shares: the writer, if a recorder runs, and the level. One object,
 * so that a logger that was made long before a recorder follows it from its first event on.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import { SEVERITY } from '../record/level.ts';
import type { Context } from './context.ts';
import type { EventWriter } from './event-writer.ts';
import type { TraceProvider } from './span-context.ts';

export interface ThreadState {
  /**
   * Element 0: the lowest severity that is recorded. A view of the shared ring while a recorder
   * runs, so that `setLevel` in any thread reaches every logger at once.
   */
  levels: Int32Array;
  /** null: no recorder; calls are counted and go nowhere. */
  writer: EventWriter | null;
  /** Lazy fields of calls below it are not asked for. */
  lazySeverity: number;
  /** Calls without a recorder, not yet added to a ring's header. */
  beforeStart: number;
  /** Set by the first `withContext`; until then no call looks for a context. */
  contexts: AsyncLocalStorage<Context> | null;
  traceProvider: TraceProvider | null;
  /** The writer, where no event has to look for a context; else null. */
  direct: EventWriter | null;
}

/** Everything passes, so that calls before a start are counted. */
const NO_LEVEL = new Int32Array(1);

export const threadState: ThreadState = {
  levels: NO_LEVEL,
  writer: null,
  lazySeverity: SEVERITY.info,
  beforeStart: 0,
  contexts: null,
  traceProvider: null,
  direct: null,
};

/** From now on the thread's calls go to `writer`. */
export function attachWriter(writer: EventWriter, levels: Int32Array, lazySeverity: number): void {
  threadState.levels = levels;
  threadState.lazySeverity = lazySeverity;
  threadState.writer = writer;
  updateDirect();
}

/** From now on the thread's calls are counted only. */
export function detachWriter(): void {
  threadState.writer = null;
  threadState.levels = NO_LEVEL;
  updateDirect();
}

/** The store of `withContext`; from its first use on, every call looks there. */
export function useContexts(): AsyncLocalStorage<Context> {
  threadState.contexts ??= new AsyncLocalStorage<Context>();
  updateDirect();
  return threadState.contexts;
}

/** Asks `provider` at every event from now on; null: no more. */
export function useTraceProvider(provider: TraceProvider | null): void {
  threadState.traceProvider = provider;
  updateDirect();
}

function updateDirect(): void {
  const { writer, contexts, traceProvider } = threadState;
  threadState.direct = contexts === null && traceProvider === null ? writer : null;
}
