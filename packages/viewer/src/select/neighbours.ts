/** `-A`, `-B` and `-C`: the events around those that matched, each once. */

import type { OptionSpec, ParsedArguments } from '../arguments/option.ts';
import { UsageError } from '../arguments/usage-error.ts';
import type { SourcedEvent } from '../recording-file.ts';

export const NEIGHBOUR_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'after',
    short: 'A',
    value: 'N',
    summary: 'Also the N events after each match; -- stands between groups.',
  },
  { name: 'before', short: 'B', value: 'N', summary: 'Also the N events before each match.' },
  { name: 'context', short: 'C', value: 'N', summary: 'The same as -A N -B N.' },
];

export interface Neighbours {
  readonly before: number;
  readonly after: number;
}

/** undefined where none are asked for. Throws UsageError. */
export function parseNeighbours(given: ParsedArguments): Neighbours | undefined {
  const context = parseCount(given, 'context');
  const before = parseCount(given, 'before') ?? context;
  const after = parseCount(given, 'after') ?? context;
  if (before === undefined && after === undefined) return undefined;
  return { before: before ?? 0, after: after ?? 0 };
}

/** As many events are kept in memory at a time. */
const MAX_NEIGHBOURS = 1_000_000;

function parseCount(given: ParsedArguments, name: string): number | undefined {
  const text = given.value(name);
  if (text === undefined) return undefined;
  if (/^\d{1,7}$/.test(text) && Number(text) <= MAX_NEIGHBOURS) return Number(text);
  throw new UsageError(`--${name} takes a number up to ${MAX_NEIGHBOURS}, not "${text}"`);
}

/** Matches among `events` with their neighbours; `undefined` instead of what is passed over. */
export function* withNeighbours(
  events: Iterable<SourcedEvent>,
  isMatch: (sourced: SourcedEvent) => boolean,
  { before, after }: Neighbours,
): Generator<SourcedEvent | undefined> {
  const waiting: SourcedEvent[] = [];
  // The oldest of `waiting`, once it is full and used as a ring.
  let oldest = 0;
  let left = 0;
  let place = -1;
  for (const { event, file } of events) {
    place++;
    const sourced = { event, file, place };
    if (isMatch(sourced)) {
      for (let index = 0; index < waiting.length; index++) {
        yield { ...waiting[(oldest + index) % waiting.length], isNeighbour: true };
      }
      waiting.length = 0;
      oldest = 0;
      left = after;
      yield sourced;
    } else if (left > 0) {
      left--;
      yield { ...sourced, isNeighbour: true };
    } else {
      if (waiting.length < before) waiting.push(sourced);
      else if (before > 0) {
        waiting[oldest] = sourced;
        oldest = (oldest + 1) % before;
      }
      yield undefined;
    }
  }
}

/** Whether events are missing between two that are shown one after the other. */
export function isApart(previous: SourcedEvent | undefined, next: SourcedEvent): boolean {
  if (previous?.place === undefined || next.place === undefined) return false;
  return Math.abs(next.place - previous.place) !== 1;
}
