/**
 * One line of a plain JSON log as an event: the names that pino, bunyan, winston and ttlog's own jsonl
 * give to time, level and message. A line that is no JSON object is a message of its own.
 */

import { LEVELS, type Level, Mark, type RecordedEvent } from 'ttlog/reader';
import { cutObject } from './cut-line.ts';

/** A line of a log, or the beginning of one that is too long. */
export interface PlainText {
  readonly text: string;
  readonly isCut: boolean;
}

/** What a line says beside its event. */
export interface PlainLine {
  readonly event: RecordedEvent;
  /** Whether the line told a time of its own. */
  readonly hasTime: boolean;
  /** Whether it named its thread and gave no number. */
  readonly isThreadByName: boolean;
  readonly host: string | undefined;
  readonly pid: number | undefined;
  readonly service: string | undefined;
}

/** Where the tools write what a line is about; the first of them that fits counts. */
const TIME_NAMES = ['time', 'timestamp', '@timestamp', 'ts', 'date'];
const LEVEL_NAMES = ['level', 'severity', 'lvl', 'log.level'];
const THREAD_NAMES = ['thread'];
const THREAD_NAME_NAMES = ['thread_name'];
const HOST_NAMES = ['hostname', 'host'];
const PID_NAMES = ['pid'];
const SERVICE_NAMES = ['service'];
const INFO_SEVERITY = 9;

/** `previousNs` is the time of a line that tells none. Never throws. */
export function readPlainLine(line: PlainText, previousNs: bigint): PlainLine {
  const object = parseObject(line);
  if (object === null) {
    const event = eventOf({
      message: line.isCut ? String(new Mark('cut', '', line.text)) : line.text,
      fields: {},
      timeNs: previousNs,
      severity: INFO_SEVERITY,
    });
    return { event, hasTime: false, isThreadByName: false, ...NO_SOURCE };
  }
  const fields = new Map(Object.entries(object));
  const take = (isWanted: (value: unknown) => boolean, names: readonly string[]): unknown => {
    for (const name of names) {
      const value = fields.get(name);
      if (!isWanted(value)) continue;
      fields.delete(name);
      return value;
    }
    return undefined;
  };
  const timeNs = take(isTime, TIME_NAMES);
  const level = take(isLevelValue, LEVEL_NAMES);
  const message = take(isMessage, ['msg', 'message', '@message']);
  const logger = take(isText, ['logger', 'name', 'logger_name']);
  const threadId = take(isCount, THREAD_NAMES);
  const threadName = take(isText, THREAD_NAME_NAMES);
  const traceId = take(isText, ['trace_id', 'traceId']) as string | undefined;
  const spanId = take(isText, ['span_id', 'spanId']) as string | undefined;
  const host = take(isText, HOST_NAMES) as string | undefined;
  const pid = take(isCount, PID_NAMES) as number | undefined;
  const service = take(isText, SERVICE_NAMES) as string | undefined;
  take((value) => value === 0, ['v']);
  const isMarkMissing = line.isCut && !Object.values(object).some((value) => value instanceof Mark);
  const err = fields.get('err');
  const event = eventOf({
    message: String(message ?? '') + (isMarkMissing ? String(new Mark('cut')) : ''),
    logger: logger as string | undefined,
    timeNs: timeNs === undefined ? previousNs : epochNs(timeNs)!,
    severity: level === undefined ? INFO_SEVERITY : severityOf(level)!,
    fields: Object.fromEntries(fields),
    thread: { id: (threadId as number | undefined) ?? 0, name: (threadName as string) ?? '' },
    traceId,
    spanId,
  });
  if (isErrorObject(err)) event.fields.err = restoredError(err);
  const isThreadByName = threadId === undefined && threadName !== undefined;
  return { event, hasTime: timeNs !== undefined, isThreadByName, host, pid, service };
}

const NO_SOURCE = { host: undefined, pid: undefined, service: undefined } as const;

/** What a line says of when, how bad and whose it is. */
export interface PlainHead {
  readonly timeNs: bigint;
  readonly hasTime: boolean;
  readonly severity: number;
  readonly thread: RecordedEvent['thread'];
  readonly isThreadByName: boolean;
  readonly host: string | undefined;
  readonly pid: number | undefined;
  readonly service: string | undefined;
}

const NO_THREAD: RecordedEvent['thread'] = Object.freeze({ id: 0, name: '' });

/** The same as of the whole line, for a third of the time. Never throws. */
export function readPlainHead(line: PlainText, previousNs: bigint): PlainHead {
  const object = parseObject(line) ?? {};
  const timeNs = firstOf(object, TIME_NAMES, epochNs);
  const id = firstOf(object, THREAD_NAMES, countOf);
  const name = firstOf(object, THREAD_NAME_NAMES, textOf);
  return {
    timeNs: timeNs ?? previousNs,
    hasTime: timeNs !== undefined,
    severity: firstOf(object, LEVEL_NAMES, severityOf) ?? INFO_SEVERITY,
    thread: id === undefined && name === undefined ? NO_THREAD : { id: id ?? 0, name: name ?? '' },
    isThreadByName: id === undefined && name !== undefined,
    host: firstOf(object, HOST_NAMES, textOf),
    pid: firstOf(object, PID_NAMES, countOf),
    service: firstOf(object, SERVICE_NAMES, textOf),
  };
}

function firstOf<T>(
  object: { readonly [key: string]: unknown },
  names: readonly string[],
  convert: (value: unknown) => T | undefined,
): T | undefined {
  for (const name of names) {
    const value = object[name];
    const converted = value === undefined ? undefined : convert(value);
    if (converted !== undefined && Object.hasOwn(object, name)) return converted;
  }
  return undefined;
}

function textOf(value: unknown): string | undefined {
  return isText(value) ? value : undefined;
}

function countOf(value: unknown): number | undefined {
  return isCount(value) ? value : undefined;
}

/** Whether a text is a line of such a log: an object that tells a time, a level or a message. */
export function isPlainLine(line: PlainText): boolean {
  const object = parseObject(line);
  if (object === null) return false;
  const { time, timestamp, ts, level, severity, msg, message } = object;
  return (
    [time, timestamp, ts, object['@timestamp']].some(isTime) ||
    [level, severity].some(isLevelValue) ||
    [msg, message].some(isMessage)
  );
}

function parseObject({ text, isCut }: PlainText): { [key: string]: unknown } | null {
  if (!text.startsWith('{')) return null;
  if (isCut) return cutObject(text);
  try {
    return JSON.parse(text) as { [key: string]: unknown };
  } catch {
    return null;
  }
}

interface EventParts {
  readonly timeNs: bigint;
  readonly severity: number;
  readonly message: string;
  readonly fields: RecordedEvent['fields'];
  readonly logger?: string | undefined;
  readonly thread?: RecordedEvent['thread'];
  readonly traceId?: string | undefined;
  readonly spanId?: string | undefined;
}

function eventOf(parts: EventParts): RecordedEvent {
  const { severity } = parts;
  return {
    kind: 'log',
    timeNs: parts.timeNs,
    level: LEVELS[Math.floor((severity - 1) / 4)],
    severity,
    logger: parts.logger ?? '',
    message: parts.message,
    fields: parts.fields,
    thread: parts.thread ?? { id: 0, name: '' },
    context: {},
    traceId: parts.traceId,
    spanId: parts.spanId,
    traceFlags: undefined,
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** One that is cut is a message as well. */
function isMessage(value: unknown): value is string | Mark {
  return isText(value) || (value instanceof Mark && isText(value.value));
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isTime(value: unknown): boolean {
  return epochNs(value) !== undefined;
}

const NS_PER_MS = 1_000_000n;

/** Of a number its size tells the unit: seconds, ms, µs or ns of this century. */
function epochNs(value: unknown): bigint | undefined {
  if (typeof value === 'number' && Number.isFinite(value) && value > 0) {
    if (value < 1e11) return BigInt(Math.round(value * 1e6)) * 1000n;
    if (value < 1e14) return BigInt(Math.round(value * 1000)) * 1000n;
    return value < 1e17 ? BigInt(Math.round(value)) * 1000n : BigInt(Math.round(value));
  }
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(value)) return undefined;
  const ms = Date.parse(value);
  if (Number.isNaN(ms)) return undefined;
  // Digits behind the milliseconds, which Date drops.
  const fraction = /[.,](\d{4,9})/.exec(value)?.[1].padEnd(9, '0').slice(3) ?? '0';
  return BigInt(ms) * NS_PER_MS + BigInt(fraction);
}

const NUMBERED_LEVELS: readonly (readonly [least: number, level: Level])[] = [
  [60, 'fatal'],
  [50, 'error'],
  [40, 'warn'],
  [30, 'info'],
  [20, 'debug'],
  [0, 'trace'],
];

const NAMED_LEVELS: { readonly [name: string]: Level | undefined } = Object.assign(
  Object.create(null),
  Object.fromEntries(LEVELS.map((level) => [level, level])),
  { silly: 'trace', verbose: 'debug', http: 'debug', notice: 'info', log: 'info' },
  { warning: 'warn', err: 'error', crit: 'fatal', critical: 'fatal', alert: 'fatal' },
  { emerg: 'fatal', panic: 'fatal' },
);

function isLevelValue(value: unknown): boolean {
  return severityOf(value) !== undefined;
}

/** The numbers of pino and bunyan, or a name. */
function severityOf(value: unknown): number | undefined {
  let level: Level | undefined;
  if (typeof value === 'string') level = NAMED_LEVELS[value.toLowerCase()];
  else if (typeof value === 'number')
    level = NUMBERED_LEVELS.find(([least]) => value >= least)?.[1];
  return level === undefined ? undefined : LEVELS.indexOf(level) * 4 + 1;
}

interface ErrorObject {
  readonly type?: unknown;
  readonly name?: unknown;
  readonly message?: unknown;
  readonly stack: string;
}

function isErrorObject(value: unknown): value is ErrorObject {
  return typeof value === 'object' && value !== null && isText((value as ErrorObject).stack);
}

/** As pino and bunyan write errors. */
function restoredError({ type, name, message, stack, ...rest }: ErrorObject): Error {
  const error = new Error(isText(message) ? message : '');
  error.name = isText(type) ? type : isText(name) ? name : 'Error';
  Object.defineProperty(error, 'name', { enumerable: false });
  error.stack = stack;
  for (const [key, value] of Object.entries(rest)) {
    if (key !== '__proto__') (error as unknown as { [key: string]: unknown })[key] = value;
  }
  return error;
}
