/**
 * One recorder a process, however many copies of the package are loaded: ESM and CommonJS, two
 * versions, a bundled copy. The first copy hangs its functions at `globalThis` and the others call
 * them; a copy that does not understand what hangs there does nothing, and counts.
 */

import { defineEvent } from './logger/define-event.ts';
import { getLogger, withContext } from './logger/logger.ts';
import * as noop from './noop.ts';
import { joinProcessRecorder, startRecorder } from './recorder.ts';

/** Raised when an older copy could not call the functions of a newer one, or the reverse. */
const HUB_VERSION = 1;
const HUB_KEY = Symbol.for('ttlog.v1');

export interface ProcessHub {
  readonly version: number;
  readonly startRecorder: typeof startRecorder;
  readonly getLogger: typeof getLogger;
  readonly defineEvent: typeof defineEvent;
  readonly withContext: typeof withContext;
  /** Loggers of copies that could not join. */
  incompatibleCopies: number;
}

export const hub: ProcessHub = joinHub();

function joinHub(): ProcessHub {
  const globals = globalThis as { [HUB_KEY]?: ProcessHub };
  const existing = globals[HUB_KEY];
  if (existing === undefined) {
    const made = makeHub();
    Object.defineProperty(globalThis, HUB_KEY, { value: made });
    return made;
  }
  if (existing.version === HUB_VERSION) return existing;
  try {
    existing.incompatibleCopies++;
  } catch {
    // Not even a hub; whoever put it there has the name.
  }
  return { version: HUB_VERSION, incompatibleCopies: 0, ...noop };
}

function makeHub(): ProcessHub {
  return {
    version: HUB_VERSION,
    startRecorder,
    getLogger: (name) => {
      joinProcessRecorder();
      return getLogger(name);
    },
    defineEvent: (message, spec, options) => {
      joinProcessRecorder();
      return defineEvent(message, spec, options);
    },
    withContext,
    incompatibleCopies: 0,
  };
}
