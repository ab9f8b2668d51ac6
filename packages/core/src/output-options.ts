/**
 * The option `output`: what it takes, and its validation.
 */

import path from 'node:path';
import { boolean, isOneOf, level, record, string, whole, wrong } from './option-values.ts';
import type { Level } from './record/level.ts';

export interface OutputOptions {
  /** What is printed, of what is recorded. Default `'info'`. */
  level?: Level;
  /** Default `'json'`. */
  format?: 'pretty' | 'json';
  /**
   * `'stdout'`, `'stderr'`, or the path of a file, to which lines are appended; `%p` in it is the
   * process's id. Default `'stdout'`.
   */
  destination?: 'stdout' | 'stderr' | (string & {});
  /** In JSON: `'pino'` writes levels as 10 to 60 and times in epoch milliseconds. Default: names, ISO. */
  levelNumbers?: 'pino';
  /** In JSON: the keys of an event's trace. Default `trace_id`, `span_id`, `trace_flags`. */
  traceNames?: { traceId?: string; spanId?: string; flags?: string };
  /**
   * Also what the program prints there by itself, which is left out otherwise where the taps of
   * `ttlog/register` or the transport of `ttlog/winston` know of it. Default false.
   */
  repeat?: boolean;
  /** What led to an event that is printed. Default: off; `true` stands for all defaults. */
  backtrace?: boolean | BacktraceOptions;
}

export interface BacktraceOptions {
  /** Before an event of this level or above … Default `'error'`. */
  on?: Level;
  /** … those of this level or above that were not printed are printed, once each … Default `'debug'`. */
  level?: Level;
  /** … but no more than the last so many, up to 10,000 … Default 100. */
  events?: number;
  /** … of the same context or trace, of the same thread, or of all threads. Default `'context'`. */
  scope?: 'context' | 'thread' | 'process';
}

/** With everything decided. */
export interface ResolvedOutput {
  level: Level;
  format: 'pretty' | 'json';
  destination: 'stdout' | 'stderr' | { path: string };
  levelNumbers: 'pino' | undefined;
  traceNames: { traceId: string; spanId: string; flags: string };
  /** null: if the destination is a terminal. */
  isColoured: boolean | null;
  repeat: boolean;
  backtrace: Required<BacktraceOptions> | null;
}

type Environment = { readonly [name: string]: string | undefined };

const FORMATS = ['pretty', 'json'] as const;
const SCOPES = ['context', 'thread', 'process'] as const;
const MAX_EVENTS = 10_000;

/** `value` is the option, or what the environment says in its place. */
export function resolveOutput(value: unknown, environment: Environment): ResolvedOutput | false {
  if (value === undefined || value === false) return false;
  const given =
    typeof value === 'string'
      ? { format: value }
      : record(value, 'output', [
          ...['level', 'format', 'destination', 'levelNumbers', 'traceNames', 'repeat'],
          'backtrace',
        ]);
  const { format = 'json', levelNumbers } = given;
  if (!isOneOf(format, FORMATS)) {
    throw typeof value === 'string'
      ? wrong('output', value, "'pretty', 'json', false or an object")
      : wrong('output.format', format, "'pretty' or 'json'");
  }
  if (levelNumbers !== undefined && levelNumbers !== 'pino') {
    throw wrong('output.levelNumbers', levelNumbers, "'pino'");
  }
  return {
    level: level(given.level, 'output.level') ?? 'info',
    format,
    destination: resolveDestination(given.destination),
    levelNumbers,
    traceNames: resolveTraceNames(given.traceNames),
    isColoured: colourOf(environment),
    repeat: boolean(given.repeat, 'output.repeat') ?? false,
    backtrace: resolveBacktrace(given.backtrace),
  };
}

function resolveDestination(value: unknown): ResolvedOutput['destination'] {
  const destination = string(value, 'output.destination') ?? 'stdout';
  if (destination === 'stdout' || destination === 'stderr') return destination;
  return { path: path.resolve(destination.replaceAll('%p', String(process.pid))) };
}

function resolveTraceNames(value: unknown): ResolvedOutput['traceNames'] {
  const given = record(value, 'output.traceNames', ['traceId', 'spanId', 'flags']);
  const names = {
    traceId: string(given.traceId, 'output.traceNames.traceId') ?? 'trace_id',
    spanId: string(given.spanId, 'output.traceNames.spanId') ?? 'span_id',
    flags: string(given.flags, 'output.traceNames.flags') ?? 'trace_flags',
  };
  const texts = Object.values(names);
  if (new Set(texts).size < texts.length) {
    throw wrong('output.traceNames', texts.join(', '), 'three different names');
  }
  return names;
}

function resolveBacktrace(value: unknown): ResolvedOutput['backtrace'] {
  if (value === undefined || value === false) return null;
  const isAll = typeof value === 'boolean' && boolean(value, 'output.backtrace');
  const option = 'output.backtrace';
  const given = isAll ? {} : record(value, option, ['on', 'level', 'events', 'scope']);
  const { scope = 'context' } = given;
  if (!isOneOf(scope, SCOPES)) {
    throw wrong(`${option}.scope`, scope, "'context', 'thread' or 'process'");
  }
  return {
    on: level(given.on, `${option}.on`) ?? 'error',
    level: level(given.level, `${option}.level`) ?? 'debug',
    events: whole(given.events, `${option}.events`, 1, MAX_EVENTS) ?? 100,
    scope,
  };
}

/** As most programs on a terminal decide it. */
function colourOf({ NO_COLOR, FORCE_COLOR, CLICOLOR_FORCE, TERM }: Environment): boolean | null {
  if (NO_COLOR) return false;
  const forced = FORCE_COLOR || CLICOLOR_FORCE;
  if (forced) return forced !== '0' && forced !== 'false';
  return TERM === 'dumb' ? false : null;
}
