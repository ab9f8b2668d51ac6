/**
 * What `--since` and `--until` take, and which instant is meant. Relative times count back from
 * the end of the recording, since that is where the crash is; the reader's own clock plays no part.
 */

import { UsageError } from '../arguments/usage-error.ts';

/** What an expression is resolved against. */
export interface TimeFrame {
  /** Epoch nanoseconds of the last event. */
  readonly endNs: bigint;
  /** Epoch milliseconds at which the process started. */
  readonly startedAtMs: number;
  /** Whether days and times of day without a zone are UTC. */
  readonly utc: boolean;
}

/** Epoch nanoseconds. */
export type ResolveTime = (frame: TimeFrame) => bigint;

/** What is understood, for a message. */
export const TIME_FORMS: string =
  '-5s, 2m ago, 1h30m, 12:00[:05[.250]], 2026-01-31[T12:00[:05[.250]]][Z|+02:00], today, yesterday or @EPOCH';

/** Parses at once, so that a mistake is reported before any file is opened. */
export function parseTime(text: string, optionName: string): ResolveTime {
  const resolve = timeResolver(text);
  if (resolve === undefined) {
    throw new UsageError(`--${optionName} does not understand "${text}"; it takes ${TIME_FORMS}`);
  }
  return resolve;
}

/** undefined for what is no time. */
export function timeResolver(text: string): ResolveTime | undefined {
  const trimmed = text.trim();
  return (
    parseEpoch(trimmed) ??
    parseRelative(trimmed) ??
    parseDay(trimmed) ??
    parseTimeOfDay(trimmed) ??
    parseDate(trimmed)
  );
}

/** Nanoseconds of `1h30m`, `250ms`, `2 days 3 hours`; undefined for anything else. */
export function parseDurationNs(text: string): bigint | undefined {
  const part = /\s*(\d+)(?:\.(\d{1,9}))?\s*([a-zµμ]+)/gy;
  let totalNs = 0n;
  let parsedLength = 0;
  for (let match = part.exec(text); match !== null; match = part.exec(text)) {
    const [, whole, fraction = '', unit] = match;
    const unitNs = UNITS_NS[unit];
    if (unitNs === undefined) return undefined;
    totalNs += (BigInt(whole + fraction) * unitNs) / 10n ** BigInt(fraction.length);
    parsedLength = part.lastIndex;
  }
  return parsedLength > 0 && parsedLength === text.length ? totalNs : undefined;
}

const MS_NS = 1_000_000n;
const SECOND_NS = 1000n * MS_NS;
const MINUTE_NS = 60n * SECOND_NS;
const HOUR_NS = 60n * MINUTE_NS;
const DAY_NS = 24n * HOUR_NS;

const UNITS_NS: { readonly [unit: string]: bigint | undefined } = Object.assign(
  Object.create(null),
  unitNames(1n, 'ns'),
  unitNames(1000n, 'us', 'µs', 'μs', 'usec'),
  unitNames(MS_NS, 'ms', 'msec'),
  unitNames(SECOND_NS, 's', 'sec', 'secs', 'second', 'seconds'),
  unitNames(MINUTE_NS, 'm', 'min', 'mins', 'minute', 'minutes'),
  unitNames(HOUR_NS, 'h', 'hr', 'hrs', 'hour', 'hours'),
  unitNames(DAY_NS, 'd', 'day', 'days'),
  unitNames(7n * DAY_NS, 'w', 'week', 'weeks'),
);

function unitNames(unitNs: bigint, ...names: string[]): { [name: string]: bigint } {
  return Object.fromEntries(names.map((name) => [name, unitNs]));
}

/** `-5s`, `5s ago`, `5s`; also `end`, the last event itself. */
function parseRelative(text: string): ResolveTime | undefined {
  if (text === 'end') return ({ endNs }) => endNs;
  const match = /^-?\s*(.+?)(?:\s+ago)?$/.exec(text);
  const backNs = match === null ? undefined : parseDurationNs(match[1]);
  return backNs === undefined ? undefined : ({ endNs }) => endNs - backNs;
}

/** `@1767322800.25`. */
function parseEpoch(text: string): ResolveTime | undefined {
  const match = /^@(-?)(\d{1,12})(?:\.(\d{1,9}))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign, seconds, fraction = ''] = match;
  const sizeNs = BigInt(seconds) * SECOND_NS + fractionNs(fraction);
  return () => (sign === '-' ? -sizeNs : sizeNs);
}

/** The day on which the recording ends, or the one before. */
function parseDay(text: string): ResolveTime | undefined {
  const daysBack = ['today', 'yesterday'].indexOf(text);
  if (daysBack < 0) return undefined;
  return (frame) => onDayOfEnd(frame, daysBack, { hour: 0, minute: 0, second: 0, ns: 0n });
}

interface TimeOfDay {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Within the second. */
  readonly ns: bigint;
}

/**
 * `12:00` on the day on which the recording ends; on the day before if that would be after its
 * end and the process was running by then.
 */
function parseTimeOfDay(text: string): ResolveTime | undefined {
  const match = /^(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?$/.exec(text);
  const time = match === null ? undefined : timeOfDay(match[1], match[2], match[3], match[4]);
  if (time === undefined) return undefined;
  return (frame) => {
    const sameDayNs = onDayOfEnd(frame, 0, time);
    if (sameDayNs <= frame.endNs) return sameDayNs;
    const dayBeforeNs = onDayOfEnd(frame, 1, time);
    const isRunning = Number(dayBeforeNs / MS_NS) >= frame.startedAtMs;
    return isRunning ? dayBeforeNs : sameDayNs;
  };
}

/** ISO 8601, where the time, its seconds and the zone may be left out. */
function parseDate(text: string): ResolveTime | undefined {
  const match =
    /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|UTC|[+-]\d\d:?\d\d)?)?$/i.exec(
      text,
    );
  if (match === null) return undefined;
  const [year, month, day] = [match[1], match[2], match[3]].map(Number);
  const time = timeOfDay(match[4] ?? '0', match[5] ?? '0', match[6], match[7]);
  const isDay = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
  const zone = match[8]?.toUpperCase();
  const offsetMinutes = zone === undefined ? undefined : zoneMinutes(zone);
  if (time === undefined || !isDay || month < 1 || month > 12) return undefined;
  return ({ utc }) => {
    const isUtc = utc || offsetMinutes !== undefined;
    const instantNs = instant(year, month - 1, day, time, isUtc);
    return instantNs - BigInt(offsetMinutes ?? 0) * MINUTE_NS;
  };
}

function zoneMinutes(zone: string): number {
  if (zone === 'Z' || zone === 'UTC') return 0;
  const size = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return zone.startsWith('-') ? -size : size;
}

function timeOfDay(
  hours: string,
  minutes: string,
  seconds = '0',
  fraction = '',
): TimeOfDay | undefined {
  const [hour, minute, second] = [hours, minutes, seconds].map(Number);
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  return { hour, minute, second, ns: fractionNs(fraction) };
}

function fractionNs(digits: string): bigint {
  return BigInt(digits.padEnd(9, '0'));
}

function onDayOfEnd({ endNs, utc }: TimeFrame, daysBack: number, time: TimeOfDay): bigint {
  const end = new Date(Number(endNs / MS_NS));
  if (Number.isNaN(end.getTime())) return endNs;
  return utc
    ? instant(end.getUTCFullYear(), end.getUTCMonth(), end.getUTCDate() - daysBack, time, true)
    : instant(end.getFullYear(), end.getMonth(), end.getDate() - daysBack, time, false);
}

function instant(
  year: number,
  month: number,
  day: number,
  { hour, minute, second, ns }: TimeOfDay,
  isUtc: boolean,
): bigint {
  const ms = isUtc
    ? Date.UTC(year, month, day, hour, minute, second)
    : new Date(year, month, day, hour, minute, second).getTime();
  return (Number.isNaN(ms) ? 0n : BigInt(ms)) * MS_NS + ns;
}
