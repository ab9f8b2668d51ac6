/**
 * A plain JSON log (one object a line) behind the interface of a recording, so that every command reads
 * it. Lines are parsed when they are walked, and only those that are wanted by what is known of each.
 */

import {
  type Damage,
  type EventQuery,
  LEVELS,
  type RecordedEvent,
  type Recording,
} from 'ttlog/reader';
import type { EventSource, LineEvent } from '../recording-file.ts';
import { MAX_LINE_BYTES, PlainBytes, plainText } from './plain-bytes.ts';
import { isPlainLine, type PlainLine, readPlainLine } from './plain-event.ts';
import { PlainSurvey, type PlainThread } from './plain-survey.ts';

/** Lines looked at to tell whether this is such a log. */
const PROBED_LINES = 5;
const PROBED_BYTES = 64 * 1024;

/** null where the bytes are something else. */
export function openPlainLog(
  bytes: Buffer,
  path: string,
  damage: readonly Damage[] = [],
): PlainLog | null {
  if (!isPlainLog(bytes)) return null;
  const log = new PlainLog(PlainBytes.of(bytes), path, damage);
  for (const _ of log.finish());
  return log;
}

/** Whether these bytes are such a log. */
function isPlainLog(bytes: Buffer): boolean {
  return isPlainBeginning(PlainBytes.of(bytes));
}

/** Whether a log that begins so is such a log; of the lines that it takes loads what tells. */
export function isPlainBeginning(plain: PlainBytes): boolean {
  let start = 0;
  for (let line = 0; line < PROBED_LINES && start < plain.lengthBytes; line++) {
    if (line > 0 && start >= PROBED_BYTES) return false;
    const end = plain.lineEnd(start, MAX_LINE_BYTES);
    if (isPlainLine(plainText(plain.bytes.subarray(start, end)))) return true;
    start = end + 1;
  }
  return false;
}

/**
 * One that is not complete has the events that were seen of it, which is good for as long as they come
 * in the order of their times.
 */
export class PlainLog implements Recording {
  readonly footer = null;
  readonly damage: readonly Damage[];
  readonly #survey: PlainSurvey;
  readonly #path: string;
  #header: { readonly of: string; readonly header: Recording['header'] } | null = null;

  constructor(plain: PlainBytes, path: string, damage: readonly Damage[] = []) {
    this.#survey = new PlainSurvey(plain);
    this.#path = path;
    this.damage = damage;
  }

  get isComplete(): boolean {
    return this.#survey.isComplete;
  }

  /** Whether its events cannot be told in their order before all of it was seen. */
  get isOutOfOrder(): boolean {
    return !this.#survey.isOrdered && !this.#survey.isComplete;
  }

  /** From 0 to 1. */
  get progress(): number {
    return this.#survey.progress;
  }

  /** Looks at the rest of it; yields now and then. */
  finish(): Generator<void> {
    return this.#survey.finish();
  }

  get header(): Recording['header'] {
    const survey = this.#survey;
    const of = `${survey.isComplete} ${survey.threads.length}`;
    if (this.#header?.of !== of) this.#header = { of, header: headerOf(survey, this.#path) };
    return this.#header.header;
  }

  get threads(): Recording['threads'] {
    return this.header.threads;
  }

  get losses(): Recording['losses'] {
    return this.header.losses;
  }

  get endNs(): bigint {
    return this.#survey.endNs;
  }

  *events(query: EventQuery = {}): Generator<RecordedEvent, undefined> {
    const survey = this.#survey;
    const { header } = this;
    const minSeverity = severityOf(query.minLevel);
    const { sinceNs, untilNs, thread, title } = query;
    const threads = thread === undefined || typeof thread === 'object' ? thread : [thread];
    const { count } = survey;
    for (let at = sinceNs === undefined ? 0 : survey.placeAtTime(sinceNs); at < count; at++) {
      const timeNs = survey.timeNsAt(at);
      if (untilNs !== undefined && timeNs > untilNs) return;
      if (survey.severityAt(at) < minSeverity) continue;
      const line = readPlainLine(survey.textAt(at), timeNs);
      const sourced = withSource(line, header);
      const event = line.isThreadByName ? withThread(sourced, survey.threadAt(at)) : sourced;
      if (title?.(event) === false) continue;
      const { id, name } = event.thread;
      if (threads === undefined || threads.includes(id) || threads.includes(name)) yield event;
    }
  }

  /** Time, level and thread of one event after the other, seen for it if need be. */
  heads(): PlainHeads {
    return new PlainHeads(this.#survey);
  }
}

/** Where the log turns out not to be in order, it ends there, and `isOutOfOrder` of the log says so. */
export class PlainHeads {
  /** Nobody takes two lines of a log for one. */
  readonly message = '';
  readonly #survey: PlainSurvey;
  #at = -1;

  constructor(survey: PlainSurvey) {
    this.#survey = survey;
  }

  next(): boolean {
    const survey = this.#survey;
    this.#at++;
    if (this.#at < survey.count) return true;
    return !survey.isComplete && survey.isOrdered && survey.readLine() && survey.isOrdered;
  }

  get timeNs(): bigint {
    return this.#survey.timeNsAt(this.#at);
  }

  get severity(): number {
    return this.#survey.severityAt(this.#at);
  }

  get thread(): RecordedEvent['thread'] {
    return this.#survey.threadAt(this.#at);
  }
}

function severityOf(level: EventQuery['minLevel']): number {
  if (level === undefined) return 0;
  return typeof level === 'number' ? level : LEVELS.indexOf(level) * 4 + 1;
}

const NOTHING_LOST = { overwritten: 0, refused: 0, tooLarge: 0, cut: 0, torn: 0, lagged: 0 };

function headerOf(survey: PlainSurvey, path: string): Recording['header'] {
  const startedAtMs = Number(survey.startNs / 1_000_000n);
  const takenAtMs = Number(survey.endNs / 1_000_000n);
  const threads = survey.threads.map(({ id, name, events }, row) => ({
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

/** With the id that the survey gave to the thread of that name. */
function withThread(event: LineEvent, { id }: PlainThread): LineEvent {
  return { ...event, thread: { id, name: event.thread.name } };
}

/** Of a line that is of another process than the first one, which the header tells of. */
function withSource({ event, ...told }: PlainLine, header: EventSource): LineEvent {
  const source = {
    service: told.service ?? header.service,
    host: told.host ?? header.host,
    pid: told.pid ?? header.pid,
  };
  const others = (['host', 'pid', 'service'] as const).filter((key) => source[key] !== header[key]);
  if (others.length === 0) return event;
  // A field of that name which the line has itself stays what it is.
  const fields = others.filter((key) => !Object.hasOwn(event.fields, key));
  for (const key of fields) event.fields[key] = source[key];
  return { ...event, source: { ...source, fields } };
}
