/**
 * Errors on their way from a worker to the thread that created it, so that this thread knows whose
 * death it sees when nobody handles them. Looking is no handling: nothing is changed by it.
 */

import { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';

const { errorMonitor } = EventEmitter;

export class WorkerErrors {
  readonly #senders = new WeakMap<object, number>();
  /** Of what is no object: the last one will do, since it is thrown at once if nobody listens. */
  #last: { value: unknown; sender: number } | null = null;

  watch(worker: Worker, threadId: number): void {
    worker.on(errorMonitor, (error: unknown) => {
      if (typeof error === 'object' && error !== null) this.#senders.set(error, threadId);
      else this.#last = { value: error, sender: threadId };
    });
  }

  /** Id of the worker that the error came from; null for one of this thread's own. */
  senderOf(error: unknown): number | null {
    try {
      if (typeof error !== 'object' || error === null) return null;
      return this.#senders.get(error) ?? this.#senderOfWrapped(error);
    } catch {
      // An object that lets nobody look, which is none that a worker could have sent.
      return null;
    }
  }

  /** What is no Error is wrapped in one by the emitter that throws it. */
  #senderOfWrapped(error: object): number | null {
    const { code, context } = error as { code?: unknown; context?: unknown };
    if (code !== 'ERR_UNHANDLED_ERROR') return null;
    if (typeof context === 'object' && context !== null) return this.#senders.get(context) ?? null;
    return Object.is(this.#last?.value, context) ? (this.#last?.sender ?? null) : null;
  }
}
