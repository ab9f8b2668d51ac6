/**
 * How much the main thread's heap holds, asked through the inspector: V8 answers between two steps
 * of whatever main is doing, also in a loop that never ends. Nothing else is asked of it.
 */

import type InspectorModule from 'node:inspector';
import { createRequire } from 'node:module';

export interface HeapUsage {
  /** Bytes of objects, new ones among them. */
  readonly usedSize: number;
  readonly totalSize: number;
}

export class MainHeap {
  #session: InspectorModule.Session | null = null;
  #isAsking = false;

  /** Calls back when main answers, which may be never. False: it cannot be asked. */
  ask(onUsage: (usage: HeapUsage) => void): boolean {
    if (this.#isAsking) return true;
    try {
      this.#session ??= connect();
      this.#isAsking = true;
      this.#session.post('Runtime.getHeapUsage', undefined, (error, usage) => {
        this.#isAsking = false;
        if (error === null) onUsage(usage as HeapUsage);
      });
      return true;
    } catch {
      return false;
    }
  }

  /** Takes back what was asked. */
  close(): void {
    try {
      this.#session?.disconnect();
    } catch {
      // It is disconnected already.
    }
    this.#session = null;
    this.#isAsking = false;
  }
}

function connect(): InspectorModule.Session {
  // Not imported: where Node is built without inspector that would end this thread.
  const inspector = createRequire(process.execPath)('node:inspector') as typeof InspectorModule;
  const session = new inspector.Session();
  session.connectToMainThread();
  return session;
}
