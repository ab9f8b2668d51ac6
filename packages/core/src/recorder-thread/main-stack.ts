/**
 * The JavaScript stack of a main thread that does not answer, through the inspector: it is paused
 * for as long as it takes to say where it is. Where it runs no JavaScript it never hears of it,
 * and the request is withdrawn.
 */

import type { Debugger } from 'node:inspector';
import type { RingMemory } from '../ring/ring-memory.ts';
import { closeMainSession, type MainSession, openMainSession } from './main-session.ts';

/** Its frames as text, innermost first, or why there are none. */
export type MainStack =
  | { readonly frames: string[]; readonly problem: null }
  | { readonly frames: null; readonly problem: string };

/** A main thread that runs JavaScript stops within some 20 ms. */
const GIVE_UP_MS = 500;
const MAX_FRAMES = 64;

type Paused = Debugger.PausedEventDataType;

/** Calls back once, in half a second at the latest. Never throws. */
export function captureMainStack(memory: RingMemory, onStack: (stack: MainStack) => void): void {
  let session: MainSession;
  try {
    session = openMainSession(memory);
  } catch (error) {
    onStack(none(error));
    return;
  }
  let isDone = false;
  const finish = (stack: MainStack): void => {
    if (isDone) return;
    isDone = true;
    clearTimeout(timer);
    closeMainSession(memory, session);
    onStack(stack);
  };
  const timer = setTimeout(() => finish(none('it runs no JavaScript')), GIVE_UP_MS);
  // A frame names its script by number only.
  const urls = new Map<string, string>();
  session.on('Debugger.scriptParsed', ({ params }) => urls.set(params.scriptId, params.url));
  session.on('Debugger.paused', ({ params }) => {
    try {
      session.post('Debugger.resume');
      finish({ frames: framesOf(params, urls), problem: null });
    } catch (error) {
      finish(none(error));
    }
  });
  try {
    session.post('Debugger.enable');
    session.post('Debugger.pause');
  } catch (error) {
    finish(none(error));
  }
}

function framesOf({ callFrames }: Paused, urls: ReadonlyMap<string, string>): string[] {
  return callFrames.slice(0, MAX_FRAMES).map(({ functionName, location }) => {
    const { scriptId, lineNumber, columnNumber = 0 } = location;
    const at = `${urls.get(scriptId) || '<anonymous>'}:${lineNumber + 1}:${columnNumber + 1}`;
    return functionName === '' ? at : `${functionName} (${at})`;
  });
}

function none(reason: unknown): MainStack {
  return { frames: null, problem: reason instanceof Error ? reason.message : String(reason) };
}
