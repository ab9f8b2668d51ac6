/**
 * Which events a command is about: the options that every command with filters shares, and the
 * stream of events that pass them. What of that the reader is asked for, `plan.ts` decides.
 */

import { LEVELS, type Level } from 'ttlog/reader';
import { listed, type OptionSpec, type ParsedArguments } from '../arguments/option.ts';
import { UsageError } from '../arguments/usage-error.ts';
import { mergeByTime, WalkMerge } from '../input/merge.ts';
import type { RecordingFile, SourcedEvent } from '../recording-file.ts';
import { type EventTest, parseMatch } from './field-match.ts';
import { fieldTests } from './field-operands.ts';
import { parseGrep } from './grep.ts';
import { levelOf } from './level-word.ts';
import { NEIGHBOUR_OPTIONS, parseNeighbours, withNeighbours } from './neighbours.ts';
import { planOf, type Selection, timeFrame } from './plan.ts';
import { parseQuery } from './query.ts';
import { parseTime } from './time-expression.ts';

export type { Selection } from './plan.ts';

/** Of every command that reads events. */
export const FILTER_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'level',
    short: 'l',
    value: 'LEVEL',
    summary:
      'Events of this level and above: trace, debug, info, warn, error, fatal, or a first letter.',
  },
  {
    name: 'grep',
    short: 'g',
    value: 'RE',
    isRepeatable: true,
    summary:
      'Events whose message, logger, fields or stacks match; case counts if RE has a capital. Several: all must match.',
  },
  {
    name: 'match',
    short: 'm',
    value: 'FIELD=VALUE',
    isRepeatable: true,
    summary: 'Events with this field or binding; user.id=7 looks inside. Several: all must match.',
  },
  {
    name: 'where',
    short: 'w',
    value: 'QUERY',
    isRepeatable: true,
    summary:
      'Events that fit: level >= warn and (status in (500, 502) or dur > 250ms) and not msg ~= health. See ttlog-view help query. Several: all must fit.',
  },
  {
    name: 'since',
    short: 'S',
    value: 'TIME',
    summary: 'From this time on: -5s and 2m ago count from the end; also 12:00:05, a date, @EPOCH.',
  },
  { name: 'until', short: 'U', value: 'TIME', summary: 'Up to this time, in the same forms.' },
  {
    name: 'thread',
    value: 'ID|NAME',
    isRepeatable: true,
    summary: 'Events of this thread. Several: any of them.',
  },
  {
    name: 'trace',
    value: 'ID',
    summary: 'Events of the trace with this id, or of those whose ids begin so.',
  },
];

/** The same, with order and number of what is shown. */
export const SELECTION_OPTIONS: readonly OptionSpec[] = [
  ...FILTER_OPTIONS,
  ...NEIGHBOUR_OPTIONS,
  {
    name: 'lines',
    short: 'n',
    value: 'N',
    summary: 'The last N of these events; +N for the first N.',
  },
  { name: 'reverse', short: 'r', summary: 'Newest first.' },
];

export function parseSelection(given: ParsedArguments, utc: boolean): Selection {
  const level = given.value('level');
  const since = given.value('since');
  const until = given.value('until');
  const lines = given.value('lines');
  const trace = given.value('trace');
  return {
    minLevel: level === undefined ? undefined : parseLevel(level),
    tests: [
      ...(trace === undefined ? [] : [parseTrace(trace)]),
      ...given.values('match').map(parseMatch),
      ...fieldTests(given.fieldValues ?? []),
      ...given.values('grep').map(parseGrep),
    ],
    queries: given.values('where').map(parseQuery),
    neighbours: parseNeighbours(given),
    since: since === undefined ? undefined : parseTime(since, 'since'),
    until: until === undefined ? undefined : parseTime(until, 'until'),
    threads: given.values('thread'),
    lines: lines === undefined ? undefined : parseLines(lines),
    isReversed: given.has('reverse'),
    utc,
    isFiltered:
      (given.fieldValues ?? []).length > 0 || FILTER_OPTIONS.some(({ name }) => given.has(name)),
  };
}

/** Unmatched events after which the stream pauses. */
const EVENTS_PER_PAUSE = 8192;

/**
 * The selected events, in the order asked for. Now and then, while nothing matches, `undefined`
 * comes instead: a moment for the caller to write what it has and to hear signals.
 */
export function selectEvents(
  selection: Selection,
  files: readonly RecordingFile[],
): Iterable<SourcedEvent | undefined> {
  const { lines, isReversed, neighbours } = selection;
  if (lines?.from === 'end' && neighbours === undefined) {
    return newest(selection, files, lines.count);
  }
  const matching = matchingEvents(selection, files);
  if (lines?.from === 'start') {
    const first = firstOf(matching, lines.count);
    return isReversed ? lastOf(first, lines.count, true) : first;
  }
  const needsEnd = lines !== undefined || isReversed;
  return needsEnd
    ? lastOf(matching, lines?.count ?? Number.POSITIVE_INFINITY, isReversed)
    : matching;
}

/**
 * The same events without an object for each, where the reader answers all that was asked, and
 * nothing but the first so many are wanted; else null.
 */
export function selectWalk(
  selection: Selection,
  files: readonly RecordingFile[],
): WalkMerge | null {
  const { neighbours, lines, isReversed } = selection;
  if (neighbours !== undefined || lines !== undefined || isReversed) return null;
  const { sources, tests } = planOf(selection, files);
  return tests.length === 0 ? WalkMerge.over(sources) : null;
}

function* matchingEvents(
  selection: Selection,
  files: readonly RecordingFile[],
): Generator<SourcedEvent | undefined> {
  const plan = planOf(selection, files);
  const events = mergeByTime(plan.sources);
  if (selection.neighbours !== undefined) {
    const isMatch = ({ event, file }: SourcedEvent): boolean =>
      plan.tests.every((test) => test(event, file));
    let unmatchedCount = 0;
    for (const sourced of withNeighbours(events, isMatch, selection.neighbours)) {
      if (sourced !== undefined || ++unmatchedCount % EVENTS_PER_PAUSE === 0) yield sourced;
    }
    return;
  }
  let unmatchedCount = 0;
  for (const sourced of events) {
    const { event, file } = sourced;
    if (plan.tests.every((test) => test(event, file))) yield sourced;
    else if (++unmatchedCount % EVENTS_PER_PAUSE === 0) yield undefined;
  }
}

function* firstOf(
  events: Iterable<SourcedEvent | undefined>,
  count: number,
): Generator<SourcedEvent | undefined> {
  let given = 0;
  if (count === 0) return;
  for (const event of events) {
    yield event;
    if (event !== undefined && ++given === count) return;
  }
}

/** Time before the end that is looked through first, and how much more each time. */
const FIRST_REACH_NS = 1_000_000n;
const REACH_FACTOR = 16n;

/**
 * The last `count`: from the end backwards, in ever longer stretches of time, until there are so many;
 * so the last fifty of a long recording do not take as long as all of it.
 */
function* newest(
  selection: Selection,
  files: readonly RecordingFile[],
  count: number,
): Generator<SourcedEvent | undefined> {
  const { isReversed } = selection;
  const frame = timeFrame(files, selection.utc);
  const untilNs = selection.until?.(frame) ?? frame.endNs;
  const isBeforeEnd = untilNs < frame.endNs;
  const endNs = isBeforeEnd ? untilNs : frame.endNs;
  // A recording may claim to have started at any time, or at none.
  const startedAtMs = Math.floor(frame.startedAtMs);
  const startedAtNs = Number.isSafeInteger(startedAtMs) ? BigInt(startedAtMs) * 1_000_000n : endNs;
  const startNs = selection.since?.(frame) ?? startedAtNs;
  for (
    let fromNs = endNs - FIRST_REACH_NS;
    fromNs > startNs && count > 0;
    fromNs = endNs - (endNs - fromNs) * REACH_FACTOR
  ) {
    const found: SourcedEvent[] = [];
    const within = { ...selection, since: () => fromNs };
    for (const sourced of lastOf(matchingEvents(within, files), count, isReversed)) {
      if (sourced === undefined) yield sourced;
      else found.push(sourced);
    }
    if (found.length < count) continue;
    yield* found;
    return;
  }
  yield* lastOf(matchingEvents(selection, files), count, isReversed);
}

/** Keeps no more than `count` events at a time. */
function* lastOf(
  events: Iterable<SourcedEvent | undefined>,
  count: number,
  isReversed: boolean,
): Generator<SourcedEvent | undefined> {
  const kept: SourcedEvent[] = [];
  let seen = 0;
  for (const event of events) {
    if (event === undefined) {
      yield undefined;
      continue;
    }
    if (count > 0) kept[seen % count] = event;
    if (++seen % EVENTS_PER_PAUSE === 0) yield undefined;
  }
  const oldest = kept.length < count ? 0 : seen % count;
  for (let index = 0; index < kept.length; index++) {
    const place = isReversed ? kept.length - 1 - index : index;
    yield kept[(oldest + place) % kept.length];
  }
}

function parseLevel(text: string): Level {
  const level = levelOf(text);
  if (level !== undefined) return level;
  throw new UsageError(`--level takes ${listed(LEVELS)}, not "${text}"`);
}

function parseTrace(text: string): EventTest {
  if (!/^[0-9a-f]{1,32}$/i.test(text)) {
    throw new UsageError(`--trace takes an id of up to 32 hexadecimal digits, not "${text}"`);
  }
  const beginning = text.toLowerCase();
  return ({ traceId }) => traceId?.startsWith(beginning) === true;
}

function parseLines(text: string): { count: number; from: 'start' | 'end' } {
  const match = /^(\+?)(\d{1,15})$/.exec(text);
  if (match === null) throw new UsageError(`--lines takes a number, or +number, not "${text}"`);
  return { count: Number(match[2]), from: match[1] === '+' ? 'start' : 'end' };
}
