/**
 * Which events a command is about: the options that every command with filters shares, and the
 * stream of events that pass them. What the reader can skip by its index is asked of the reader.
 */

import { type EventQuery, LEVELS, type Level, type RecordedEvent } from 'ttlog/reader';
import { listed, type OptionSpec, type ParsedArguments } from '../arguments/option.ts';
import { UsageError } from '../arguments/usage-error.ts';
import { threadLabel } from '../format/source-label.ts';
import { mergeByTime, type QueriedFile } from '../input/merge.ts';
import type { RecordingFile, SourcedEvent } from '../recording-file.ts';
import { type EventTest, parseMatch } from './field-match.ts';
import { parseGrep } from './grep.ts';
import { levelOf } from './level-word.ts';
import {
  NEIGHBOUR_OPTIONS,
  type Neighbours,
  parseNeighbours,
  withNeighbours,
} from './neighbours.ts';
import { parseQuery, type Query } from './query.ts';
import { bothBounds, type QueryBounds } from './query-bounds.ts';
import { parseTime, type ResolveTime, type TimeFrame } from './time-expression.ts';

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

export interface Selection {
  readonly minLevel: Level | undefined;
  readonly tests: readonly EventTest[];
  readonly queries: readonly Query[];
  readonly neighbours: Neighbours | undefined;
  readonly since: ResolveTime | undefined;
  readonly until: ResolveTime | undefined;
  /** Ids, names or labels; empty for all. */
  readonly threads: readonly string[];
  readonly lines: { readonly count: number; readonly from: 'start' | 'end' } | undefined;
  readonly isReversed: boolean;
  readonly utc: boolean;
  /** Whether anything but number and order of events was asked for. */
  readonly isFiltered: boolean;
}

export function parseSelection(given: ParsedArguments, utc: boolean): Selection {
  const level = given.value('level');
  const since = given.value('since');
  const until = given.value('until');
  const lines = given.value('lines');
  return {
    minLevel: level === undefined ? undefined : parseLevel(level),
    tests: [...given.values('match').map(parseMatch), ...given.values('grep').map(parseGrep)],
    queries: given.values('where').map(parseQuery),
    neighbours: parseNeighbours(given),
    since: since === undefined ? undefined : parseTime(since, 'since'),
    until: until === undefined ? undefined : parseTime(until, 'until'),
    threads: given.values('thread'),
    lines: lines === undefined ? undefined : parseLines(lines),
    isReversed: given.has('reverse'),
    utc,
    isFiltered: FILTER_OPTIONS.some(({ name }) => given.has(name)),
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
  const matching = matchingEvents(selection, files);
  const { lines, isReversed } = selection;
  if (lines?.from === 'start') {
    const first = firstOf(matching, lines.count);
    return isReversed ? lastOf(first, lines.count, true) : first;
  }
  const needsEnd = lines !== undefined || isReversed;
  return needsEnd
    ? lastOf(matching, lines?.count ?? Number.POSITIVE_INFINITY, isReversed)
    : matching;
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

interface Plan {
  readonly sources: QueriedFile[];
  /** What the reader is not asked for, the cheap ones first. */
  readonly tests: EventTest[];
}

/** What of a selection the reader answers by its index, and what every event is asked. */
function planOf(selection: Selection, files: readonly RecordingFile[]): Plan {
  const frame = timeFrame(files, selection.utc);
  const { minLevel, neighbours } = selection;
  const tests: EventTest[] = [];
  if (selection.threads.length > 0) tests.push(threadTest(selection, files));
  const bound = selection.queries.map((query) => query(frame));
  let bounds: QueryBounds = {
    minSeverity: minLevel === undefined ? 0 : LEVELS.indexOf(minLevel) * 4 + 1,
    sinceNs: selection.since?.(frame) ?? null,
    untilNs: selection.until?.(frame) ?? null,
  };
  if (neighbours !== undefined) {
    // Neighbours may be of any level and thread, but are of the time asked for.
    const { minSeverity } = bounds;
    if (minSeverity > 0) tests.push(({ severity }) => severity >= minSeverity);
    bounds = { ...bounds, minSeverity: 0 };
  }
  for (const query of bound) {
    if (neighbours === undefined) bounds = bothBounds(bounds, query.bounds);
    tests.push(query.test);
  }
  tests.push(...selection.tests);
  const sources = files.map((file) => ({ file, query: readerQuery(bounds, selection, file) }));
  return { sources, tests };
}

function readerQuery(bounds: QueryBounds, selection: Selection, file: RecordingFile): EventQuery {
  const query: EventQuery = {};
  if (bounds.minSeverity > 0) query.minLevel = bounds.minSeverity;
  if (bounds.sinceNs !== null) query.sinceNs = bounds.sinceNs;
  if (bounds.untilNs !== null) query.untilNs = bounds.untilNs;
  const ids = selection.neighbours === undefined ? wantedThreads(selection, file) : undefined;
  if (ids?.size === 1) [query.thread] = ids;
  return query;
}

function threadTest(selection: Selection, files: readonly RecordingFile[]): EventTest {
  const ids = new Map(files.map((file) => [file, wantedThreads(selection, file)]));
  return ({ thread }: RecordedEvent, file) => ids.get(file)?.has(thread.id) !== false;
}

/** Ends where the last of the recordings ends, begins where the first process started. */
function timeFrame(files: readonly RecordingFile[], utc: boolean): TimeFrame {
  let endNs = files[0]?.recording.endNs ?? 0n;
  let startedAtMs = Number.POSITIVE_INFINITY;
  for (const { recording } of files) {
    if (recording.endNs > endNs) endNs = recording.endNs;
    startedAtMs = Math.min(startedAtMs, recording.header.startedAtMs);
  }
  return { endNs, startedAtMs, utc };
}

/** Ids of the threads asked for, or undefined for all. */
function wantedThreads(
  { threads: wanted }: Selection,
  { recording: { threads } }: RecordingFile,
): ReadonlySet<number> | undefined {
  if (wanted.length === 0) return undefined;
  const ids = wanted.filter((text) => /^\d+$/.test(text)).map(Number);
  for (const thread of threads) {
    const names = [thread.name, threadLabel(thread, threads)];
    if (wanted.some((text) => names.includes(text))) ids.push(thread.id);
  }
  return new Set(ids);
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

function parseLines(text: string): { count: number; from: 'start' | 'end' } {
  const match = /^(\+?)(\d{1,15})$/.exec(text);
  if (match === null) throw new UsageError(`--lines takes a number, or +number, not "${text}"`);
  return { count: Number(match[2]), from: match[1] === '+' ? 'start' : 'end' };
}
