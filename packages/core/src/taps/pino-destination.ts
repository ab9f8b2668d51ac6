/**
 * Where a logger of pino prints, by the form of its stream: pino's own has a descriptor, a
 * multistream a list of such. Of other streams, and of those of another thread, nothing is known.
 */

import type { PrintedTo } from '../record/printed-mark.ts';

type Stream = { readonly fd?: unknown; readonly streams?: readonly Entry[] };
type Entry = { readonly level: number; readonly stream: Stream };
type Instance = { readonly [symbol: symbol]: Stream | undefined };

/** By what pino calls the symbol under which a logger has its stream; each copy of pino has its own. */
const STREAM = 'pino.stream';
const MAX_COPIES = 16;
const STDOUT = 1;
const STDERR = 2;

const symbols: symbol[] = [];

/** Of a line of this level's number; null where that is not known. */
export function destinationOf(instance: unknown, level: number): PrintedTo | null {
  const stream = streamOf(Object(instance));
  if (stream === undefined) return null;
  return placeOf(stream.streams === undefined ? stream : mostSevere(stream.streams, level));
}

function placeOf(stream: Stream | undefined): PrintedTo | null {
  if (stream?.fd === STDOUT) return 'stdout';
  return stream?.fd === STDERR ? 'stderr' : null;
}

/** With `dedupe`, of which nothing can be seen, a line goes there only, else to others as well. */
function mostSevere(entries: readonly Entry[], level: number): Stream | undefined {
  const taking = entries.filter((entry) => entry.level <= level);
  const highest = Math.max(...taking.map((entry) => entry.level));
  const streams = taking.filter((entry) => entry.level === highest).map(({ stream }) => stream);
  return streams.find((stream) => placeOf(stream) !== null);
}

function streamOf(instance: Instance): Stream | undefined {
  for (const symbol of symbols) {
    const stream = instance[symbol];
    if (stream !== undefined) return stream;
  }
  if (symbols.length >= MAX_COPIES) return undefined;
  const found = symbolOf(instance);
  if (found === undefined) return undefined;
  symbols.push(found);
  return instance[found];
}

/** Children of a logger have it as their prototype. */
function symbolOf(instance: object): symbol | undefined {
  for (let object = instance; object !== null; object = Object.getPrototypeOf(object)) {
    const own = Object.getOwnPropertySymbols(object);
    const found = own.find(({ description }) => description === STREAM);
    if (found !== undefined) return found;
  }
  return undefined;
}
