/**
 * A plain JSON log (one object a line) behind the interface of a recording, so that every command reads
 * it. Lines are parsed when they are walked; only where they begin is kept if they are out of order, and
 * now and then a place to begin at.
 */

import {
  type Damage,
  type EventQuery,
  LEVELS,
  type RecordedEvent,
  type Recording,
} from 'ttlog/reader';
import { isPlainLine, readPlainLine } from './plain-event.ts';

const NEWLINE = 10;
/** Lines looked at to tell whether this is such a log. */
const PROBED_LINES = 5;
const PROBED_BYTES = 64 * 1024;
/** Longer lines are cut. */
const MAX_LINE_BYTES = 1024 * 1024;

/** null where the bytes are something else. */
export function openPlainLog(
  bytes: Buffer,
  path: string,
  damage: readonly Damage[] = [],
): Recording | null {
  if (!isPlainLog(bytes)) return null;
  const survey = surveyLines(bytes);
  const header = headerOf(survey, path);
  return {
    header,
    footer: null,
    threads: header.threads,
    losses: header.losses,
    damage,
    endNs: survey.endNs,
    events: (query = {}) => walk(bytes, survey, query),
  };
}

function isPlainLog(bytes: Buffer): boolean {
  const text = bytes.subarray(0, PROBED_BYTES).toString('utf8');
  const lines = text.split('\n', PROBED_LINES).filter((line) => line.trim() !== '');
  return lines.some((line) => isPlainLine(line.trim()));
}

interface Survey {
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly host: string;
  readonly pid: number;
  readonly service: string;
  /** Events by thread id. */
  readonly threads: ReadonlyMap<number, { readonly name: string; events: number }>;
  /** Where lines begin, in the order of their times; null where that is their order anyway. */
  readonly order: Float64Array | null;
  /** The first time that a line tells: that of lines before it. */
  readonly firstNs: bigint;
  /** Every so often a place to begin at, so that a stretch of time is read without what is before. */
  readonly stops: readonly Stop[];
}

interface Stop {
  /** Lines before it, in the order of their times. */
  readonly place: number;
  readonly start: number;
  readonly timeNs: bigint;
  /** Of the line before, for a line without a time. */
  readonly previousNs: bigint;
}

const LINES_PER_STOP = 256;

function surveyLines(bytes: Buffer): Survey {
  const threads = new Map<number, { name: string; events: number }>();
  const starts: number[] = [];
  const times: bigint[] = [];
  let isOrdered = true;
  let [host, service, pid] = ['', '', 0];
  let [startNs, endNs] = [0n, 0n];
  const firstNs = firstTime(bytes);
  let previousNs = firstNs;
  for (const { start, text } of lines(bytes)) {
    const line = readPlainLine(text, previousNs);
    const { timeNs, thread } = line.event;
    if (starts.length === 0) [startNs, endNs] = [timeNs, timeNs];
    if (timeNs < previousNs) isOrdered = false;
    if (timeNs < startNs) startNs = timeNs;
    if (timeNs > endNs) endNs = timeNs;
    if (host === '') host = line.host ?? '';
    if (service === '') service = line.service ?? '';
    if (pid === 0) pid = line.pid ?? 0;
    const known = threads.get(thread.id);
    if (known === undefined) threads.set(thread.id, { name: thread.name, events: 1 });
    else known.events++;
    starts.push(start);
    times.push(timeNs);
    previousNs = timeNs;
  }
  const indexes = isOrdered ? null : indexesByTime(times);
  const order = indexes === null ? null : Float64Array.from(indexes, (index) => starts[index]);
  const stops: Stop[] = [];
  for (let place = LINES_PER_STOP; place < starts.length; place += LINES_PER_STOP) {
    const index = indexes === null ? place : indexes[place];
    const previous = indexes === null ? place - 1 : indexes[place - 1];
    const [timeNs, previousNs] = [times[index], times[previous]];
    stops.push({ place, start: starts[index], timeNs, previousNs });
  }
  return { startNs, endNs, host, pid, service, threads, order, firstNs, stops };
}

function indexesByTime(times: readonly bigint[]): number[] {
  const indexes = times.map((_, index) => index);
  return indexes.sort((a, b) => (times[a] < times[b] ? -1 : times[a] > times[b] ? 1 : a - b));
}

function firstTime(bytes: Buffer): bigint {
  for (const { text } of lines(bytes)) {
    const { event, hasTime } = readPlainLine(text, 0n);
    if (hasTime) return event.timeNs;
  }
  return 0n;
}

function* walk(
  bytes: Buffer,
  { order, firstNs, stops }: Survey,
  query: EventQuery,
): Generator<RecordedEvent> {
  const minSeverity = severityOf(query.minLevel);
  const { sinceNs, untilNs, thread, title } = query;
  const threads = thread === undefined || typeof thread === 'object' ? thread : [thread];
  const stop = sinceNs === undefined ? undefined : lastStopBefore(stops, sinceNs);
  let previousNs = stop?.previousNs ?? firstNs;
  const source =
    order === null
      ? lines(bytes, stop?.start ?? 0)
      : linesAt(bytes, order.subarray(stop?.place ?? 0));
  for (const { text } of source) {
    const { event } = readPlainLine(text, previousNs);
    previousNs = event.timeNs;
    if (event.severity < minSeverity) continue;
    if (sinceNs !== undefined && event.timeNs < sinceNs) continue;
    if (untilNs !== undefined && event.timeNs > untilNs) return;
    if (title?.(event) === false) continue;
    const { id, name } = event.thread;
    if (threads === undefined || threads.includes(id) || threads.includes(name)) yield event;
  }
}

function lastStopBefore(stops: readonly Stop[], timeNs: bigint): Stop | undefined {
  let [low, high] = [0, stops.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (stops[middle].timeNs < timeNs) low = middle + 1;
    else high = middle;
  }
  return stops[low - 1];
}

function severityOf(level: EventQuery['minLevel']): number {
  if (level === undefined) return 0;
  return typeof level === 'number' ? level : LEVELS.indexOf(level) * 4 + 1;
}

interface Line {
  readonly start: number;
  readonly text: string;
}

/** Lines that hold anything. */
function* lines(bytes: Buffer, from = 0): Generator<Line> {
  for (let start = from; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline < 0 ? bytes.length : newline;
    const text = textAt(bytes, start, end);
    if (text !== '') yield { start, text };
    start = end + 1;
  }
}

function* linesAt(bytes: Buffer, order: Float64Array): Generator<Line> {
  for (const start of order) {
    const newline = bytes.indexOf(NEWLINE, start);
    yield { start, text: textAt(bytes, start, newline < 0 ? bytes.length : newline) };
  }
}

function textAt(bytes: Buffer, start: number, end: number): string {
  return bytes.toString('utf8', start, Math.min(end, start + MAX_LINE_BYTES)).trim();
}

const NOTHING_LOST = { overwritten: 0, refused: 0, tooLarge: 0, cut: 0, torn: 0, lagged: 0 };

function headerOf(survey: Survey, path: string): Recording['header'] {
  const startedAtMs = Number(survey.startNs / 1_000_000n);
  const takenAtMs = Number(survey.endNs / 1_000_000n);
  const threads = Array.from(survey.threads, ([id, { name, events }], row) => ({
    row,
    id,
    name,
    parent: null,
    startedAtMs,
    end: null,
    attempted: events,
    losses: NOTHING_LOST,
  }));
  return {
    format: 0,
    service: survey.service === '' ? path.replace(/^.*[/\\]/, '') : survey.service,
    host: survey.host,
    pid: survey.pid,
    ppid: 0,
    // Two logs may hold the same line and mean two events.
    runId: path,
    node: '',
    platform: '',
    arch: '',
    startedAtMs,
    takenAtMs,
    clock: { monoNs: 0n, wallMs: takenAtMs },
    reason: 'a plain log',
    trigger: { kind: 'request', thread: 0 },
    error: null,
    process: { uptimeMs: 0, memory: {}, resourceUsage: {}, eventLoopDelayMs: null },
    ring: { bytes: 0, segmentBytes: 0, segments: 0 },
    blackBox: { mode: 'off', reason: 'a plain log' },
    losses: { ...NOTHING_LOST, lapped: 0, beforeStart: 0 },
    threads,
    part: 1,
    notes: ['a plain log: what a recording knows of its process is missing'],
  };
}
