/**
 * One recorder a process, however many copies of the package are loaded: ESM and CommonJS, two
 * versions, a bundled copy. The first copy hangs its functions at `globalThis` and the others call
 * them; a copy that does not understand what hangs there does nothing, and counts.
 */

import { defineEvent } from './logger/define-event.ts';
import { getLogger, withContext } from './logger/logger.ts';
import { joinProcessRecorder, startRecorder } from './recorder.ts';
import { copies } from './recorder-stats.ts';
import { type Package, silentPackage } from './silent-recorder.ts';

/** Raised when an older copy could not call the functions of a newer one, or the reverse. */
const HUB_VERSION = 1;
const HUB_KEY = Symbol.for('ttlog.v1');

export interface ProcessHub extends Package {
  readonly version: number;
  /** Copies of the package that could not join; the recorder's notes tell of them. */
  incompatibleCopies: number;
}

export const hub: Package = joinHub();

function joinHub(): Package {
  try {
    const existing = (globalThis as { [HUB_KEY]?: unknown })[HUB_KEY];
    if (existing === undefined) return hang(makeHub());
    if (isHub(existing)) return existing;
    (existing as ProcessHub).incompatibleCopies++;
  } catch {
    // Not a hub at all; whoever put it there has the name.
  }
  return silentPackage('another version of ttlog was loaded first, which this one cannot join');
}

function hang(made: ProcessHub): ProcessHub {
  // Where globals are frozen every copy has a recorder of its own.
  Reflect.defineProperty(globalThis, HUB_KEY, { value: made });
  return made;
}

function isHub(value: unknown): value is ProcessHub {
  const { version, startRecorder, getLogger, defineEvent, withContext } = value as ProcessHub;
  const functions = [startRecorder, getLogger, defineEvent, withContext];
  return version === HUB_VERSION && functions.every((entry) => typeof entry === 'function');
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
    get incompatibleCopies() {
      return copies.incompatible;
    },
    set incompatibleCopies(count) {
      copies.incompatible = count;
    },
  };
}
