/**
 * What every tap is made of: listening to channels and emitters of the application without being
 * noticed, and ids that tie the end of something to its beginning.
 */

import { subscribe } from 'node:diagnostics_channel';
import type { EventEmitter } from 'node:events';
import { threadId } from 'node:worker_threads';
import { hrtimeNs } from '../logger/clock.ts';
import type { RunInside } from '../logger/enter-context.ts';
import type { ForeignEvent } from '../logger/foreign-event.ts';
import type { Logger } from '../logger/logger.ts';
import type { TraceProvider } from '../logger/span-context.ts';

export interface TapTools {
  getLogger(name: string): Logger;
  /** Puts bindings on all events that follow in the running asynchronous context; null: not wanted. */
  readonly enterContext: ((bindings: object) => RunInside) | null;
  /** Of the recorder: what another tool has made. */
  readonly record: (event: ForeignEvent) => void;
  readonly setTraceContext: (provider: TraceProvider) => void;
}

/** Begins to listen, for as long as the thread lives. */
export type Tap = (tools: TapTools) => void;

let lastNumber = 0;

/** Not used before in the process: the thread's id and a running number. */
export function nextId(): string {
  lastNumber++;
  return `${threadId}-${lastNumber}`;
}

/** A stop watch that starts now and gives milliseconds, with three decimals. */
export function startWatch(): () => number {
  const startNs = hrtimeNs();
  return () => Math.round(Number(hrtimeNs() - startNs) / 1e3) / 1e3;
}

/** Calls `onMessage` with what the channel `name` publishes. A throw there would end the process. */
export function listenToChannel<M>(name: string, onMessage: (message: M) => void): void {
  const guarded = quiet(onMessage);
  subscribe(name, (message) => guarded(message as M));
}

/**
 * Calls `listener` at the next `event`. It does not count towards the number of listeners at which
 * Node warns of a leak.
 */
export function listenOnce<A extends unknown[]>(
  emitter: EventEmitter,
  event: string,
  listener: (...args: A) => void,
): void {
  const max = emitter.getMaxListeners();
  // 0 stands for no limit.
  if (max > 0) emitter.setMaxListeners(max + 1);
  emitter.once(event, quiet(listener) as (...args: unknown[]) => void);
}

/** The same without its exceptions. */
export function quiet<A extends unknown[]>(listener: (...args: A) => void): (...args: A) => void {
  return (...args) => {
    try {
      listener(...args);
    } catch {
      // What cannot be recorded is not worth an application.
    }
  };
}
