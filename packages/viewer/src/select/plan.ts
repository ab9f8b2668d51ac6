/**
 * Who answers which part of a selection: the reader, by its index and its dictionaries, or a test
 * of each event.
 */

import { type EventQuery, LEVELS, type Level } from 'ttlog/reader';
import { threadLabel } from '../format/source-label.ts';
import type { QueriedFile } from '../input/merge.ts';
import { PlainLog } from '../input/plain-log.ts';
import type { RecordingFile } from '../recording-file.ts';
import type { EventTest } from './field-match.ts';
import type { Neighbours } from './neighbours.ts';
import type { Query, TitleTest } from './query.ts';
import { bothBounds, type QueryBounds } from './query-bounds.ts';
import type { ResolveTime, TimeFrame } from './time-expression.ts';

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

export interface Plan {
  readonly sources: QueriedFile[];
  /** What the reader is not asked for, or not for all of it; the cheap ones first. */
  readonly tests: EventTest[];
}

export function planOf(selection: Selection, files: readonly RecordingFile[]): Plan {
  const frame = timeFrame(files, selection.utc);
  const { minLevel, neighbours } = selection;
  const tests: EventTest[] = [];
  const titles: TitleTest[] = [];
  let bounds: QueryBounds = {
    minSeverity: minLevel === undefined ? 0 : LEVELS.indexOf(minLevel) * 4 + 1,
    sinceNs: selection.since?.(frame) ?? null,
    untilNs: selection.until?.(frame) ?? null,
  };
  if (neighbours !== undefined) {
    // Neighbours may be of any level and thread, but are of the time asked for.
    if (selection.threads.length > 0) tests.push(threadTest(selection, files));
    const { minSeverity } = bounds;
    if (minSeverity > 0) tests.push(({ severity }) => severity >= minSeverity);
    bounds = { ...bounds, minSeverity: 0 };
  }
  for (const query of selection.queries.map((bind) => bind(frame))) {
    if (neighbours === undefined) {
      bounds = bothBounds(bounds, query.bounds);
      if (query.title !== null) titles.push(query.title);
      if (query.isAnswered) continue;
    }
    tests.push(query.test);
  }
  tests.push(...selection.tests);
  const sources = files.map((file) => {
    return { file, query: readerQuery(bounds, titles, selection, file) };
  });
  return { sources, tests };
}

function readerQuery(
  bounds: QueryBounds,
  titles: readonly TitleTest[],
  selection: Selection,
  file: RecordingFile,
): EventQuery {
  const query: EventQuery = {};
  if (bounds.minSeverity > 0) query.minLevel = bounds.minSeverity;
  if (bounds.sinceNs !== null) query.sinceNs = bounds.sinceNs;
  if (bounds.untilNs !== null) query.untilNs = bounds.untilNs;
  const ids = selection.neighbours === undefined ? wantedThreads(selection, file) : undefined;
  if (ids !== undefined) query.thread = [...ids];
  if (titles.length > 0) query.title = (title) => titles.every((isWanted) => isWanted(title));
  return query;
}

function threadTest(selection: Selection, files: readonly RecordingFile[]): EventTest {
  const ids = new Map(files.map((file) => [file, wantedThreads(selection, file)]));
  return ({ thread: { id, name } }, file) => {
    const wanted = ids.get(file);
    return wanted === undefined || wanted.has(id) || wanted.has(name);
  };
}

/** Ends where the last of the recordings ends, begins where the first process started. */
export function timeFrame(files: readonly RecordingFile[], utc: boolean): TimeFrame {
  let endNs = files[0]?.recording.endNs ?? 0n;
  let startedAtMs = Number.POSITIVE_INFINITY;
  for (const { recording } of files) {
    if (recording.endNs > endNs) endNs = recording.endNs;
    startedAtMs = Math.min(startedAtMs, recording.header.startedAtMs);
  }
  return { endNs, startedAtMs, utc };
}

/** Ids of the threads asked for, and names where an id does not tell a thread; undefined for all. */
function wantedThreads(
  { threads: wanted }: Selection,
  { recording }: RecordingFile,
): ReadonlySet<number | string> | undefined {
  if (wanted.length === 0) return undefined;
  const { threads } = recording;
  const ids = new Set<number | string>(wanted.filter((text) => /^\d+$/.test(text)).map(Number));
  // In a plain log threads of several processes may have one id.
  const isByName = recording instanceof PlainLog;
  if (isByName) for (const text of wanted) ids.add(text);
  for (const thread of threads) {
    const { id, name } = thread;
    const isNamed = !isByName && wanted.includes(name);
    const label = threadLabel(thread, threads);
    if (isNamed || (label !== name && wanted.includes(label))) ids.add(id);
  }
  return ids;
}
