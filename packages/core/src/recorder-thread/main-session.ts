/**
 * A session with the main thread's inspector. While one is connected, a main thread that ends says
 * so on stderr and waits; so each is short, and main waits for its end before.
 */

import type InspectorModule from 'node:inspector';
import { createRequire } from 'node:module';
import { beginInspection, endInspection } from '../ring/inspection.ts';
import type { RingMemory } from '../ring/ring-memory.ts';

export type MainSession = InspectorModule.Session;

/** Throws where there can be none. */
export function openMainSession(memory: RingMemory): MainSession {
  if (!beginInspection(memory)) throw new Error('the process is ending');
  try {
    // Not imported: where Node is built without inspector that would end this thread.
    const inspector = createRequire(process.execPath)('node:inspector') as typeof InspectorModule;
    const session = new inspector.Session();
    session.connectToMainThread();
    return session;
  } catch (error) {
    endInspection(memory);
    throw error;
  }
}

/** Also resumes a main thread that is paused, and takes back what was asked. Never throws. */
export function closeMainSession(memory: RingMemory, session: MainSession): void {
  try {
    session.disconnect();
  } catch {
    // It is disconnected already.
  }
  endInspection(memory);
}
