/**
 * What a recorder can be told: defaults, environment, validation. An option beats its environment
 * variable, which beats the default. A wrong option throws; a wrong environment value is noted and
 * ignored. The only file that reads `process.env`.
 */

import { boolean, level, MAX_MS, MIB, record, string, whole, wrong } from './option-values.ts';
import { type OutputOptions, type ResolvedOutput, resolveOutput } from './output-options.ts';
import { isLevel, LEVELS, type Level } from './record/level.ts';
import { type RedactOptions, type ResolvedRedact, resolveRedact } from './redact-options.ts';
import {
  MIN_INTERVAL_MS,
  type ResolvedSnapshots,
  resolveSnapshots,
  type SnapshotOptions,
} from './snapshot-options.ts';
import { resolveTaps, type TapName } from './tap-options.ts';
import { type ResolvedTrigger, resolveTriggers, type TriggerOptions } from './trigger-options.ts';

export type { BacktraceOptions, OutputOptions } from './output-options.ts';
export type { SnapshotOptions } from './snapshot-options.ts';
export type { Trigger, TriggerOptions } from './trigger-options.ts';

export interface RecorderOptions {
  /** Default: TTLOG_SERVICE_NAME, OTEL_SERVICE_NAME, npm_package_name, `'node'`. */
  service?: string;
  /** What the ring keeps. Default: TTLOG_RECORD_LEVEL, else `'trace'`. */
  recordLevel?: Level;
  /** Lazy fields are asked for at or above this level. Default `'info'`. */
  lazyLevel?: Level;
  memory?: {
    /** Bytes of the ring's segments. Default: TTLOG_MEMORY_BYTES, else 16 MiB. */
    bytes?: number;
    /** Bytes of one segment. Default 64 KiB. */
    segmentBytes?: number;
  };
  snapshots?: SnapshotOptions;
  /**
   * The ring in a file as well, for deaths that run no JavaScript: SIGKILL, out of memory, native
   * faults. `mirrored`, the default: the recorder thread writes what is new every `periodMs` (50),
   * and warnings and errors are written at once (`writeThrough`, true). On a network or FUSE file
   * system it is off unless asked for by name. `mapped`: the ring's memory is the file, by koffi or
   * `node:ffi`; nothing is lost, but whoever truncates the file, or a disk that fails, kills the
   * process. `false`: none. Default: TTLOG_BLACK_BOX, else `mirrored`.
   */
  blackBox?:
    | 'mirrored'
    | 'mapped'
    | false
    | { mode: 'mirrored' | 'mapped'; periodMs?: number; writeThrough?: boolean };
  /**
   * A snapshot while the event loop stands still, once it has for `afterMs` (20 or more). `stack`
   * adds the main thread's JavaScript stack, for which the inspector stops it for some 20 ms.
   * Default: off; `stack` false.
   */
  stall?: { afterMs: number; stack?: boolean } | false;
  /**
   * A snapshot when the heap of the thread that starts the recorder holds this share of what V8 lets
   * it hold, from 0.1 to 0.99. Default: off.
   */
  heap?: { nearLimit: number } | false;
  /** Snapshots at bursts of events, at most 0.1 s after the one that completes the burst. Default none. */
  triggers?: TriggerOptions[];
  /**
   * Prints events, formatted on the recorder thread. A text is the format, to stdout. Default:
   * TTLOG_OUTPUT, else `false`.
   */
  output?: 'pretty' | 'json' | OutputOptions | false;
  /** What never reaches the ring. Default: the keys and shapes of the README. */
  redact?: RedactOptions | false;
  /** Caps on one event. Default: depth 6, 100 entries, 8 KiB a text, 16 KiB an event. */
  limits?: { depth?: number; entries?: number; stringBytes?: number; eventBytes?: number };
}

/** `isAskedFor`: by name; else it is on by default, and gives way where it could do harm. */
export type ResolvedBlackBox =
  | { mode: 'mirrored' | 'mapped'; isAskedFor: boolean; periodMs: number; writeThrough: boolean }
  | { mode: 'off'; reason: string };

/** Options with everything decided. Plain data: it travels to the other threads. */
export interface ResolvedOptions {
  service: string;
  recordLevel: Level;
  lazyLevel: Level;
  memory: { bytes: number; segmentBytes: number };
  snapshots: ResolvedSnapshots;
  blackBox: ResolvedBlackBox;
  stall: { afterMs: number; stack: boolean } | false;
  /** `youngMib`: what a flag for V8 lets new objects take; 0: there is none. */
  heap: { nearLimit: number; youngMib: number } | false;
  triggers: ResolvedTrigger[];
  output: ResolvedOutput | false;
  redact: ResolvedRedact | false;
  limits: { depth: number; entries: number; stringBytes: number; eventBytes: number };
  /** What `ttlog/register` listens to. */
  taps: TapName[];
  /** TTLOG_DEBUG=1: ttlog's own problems go to stderr. */
  debug: boolean;
  /** Environment values that were ignored. */
  notes: string[];
}

const MIN_STALL_MS = 20;
/** V8 reckons with so many for new objects. */
const YOUNG_SEMI_SPACES = 3;
/** As a ring has them; see memory/ring-layout.ts. */
const MIN_SEGMENTS = 8;
const MAX_MEMORY_BYTES = 2_130_706_432;

type Environment = { readonly [name: string]: string | undefined };

/** TTLOG_DISABLED=1 beats everything: no memory, thread or listener. */
export function isDisabled(environment: Environment = process.env): boolean {
  return environment.TTLOG_DISABLED === '1';
}

/** Variables of a package manager's own process, which inherits NODE_OPTIONS from its user. */
export function isPackageManager(scriptPath: string | undefined): boolean {
  const name = scriptPath?.split(/[\\/]/).pop() ?? '';
  return /^(npm|npx|pnpm|pnpx|yarn|yarnpkg|corepack)(-cli|-berry|-\d[\w.-]*)?(\.[cm]?js)?$/.test(
    name,
  );
}

/** Throws a TypeError that names the option, what it got and what it takes. */
export function resolveOptions(
  options: RecorderOptions = {},
  environment: Environment = process.env,
): ResolvedOptions {
  const notes: string[] = [];
  const given = record(options, 'options', [
    ...['service', 'recordLevel', 'lazyLevel', 'memory', 'snapshots', 'blackBox', 'stall', 'heap'],
    ...['triggers', 'output', 'redact', 'limits'],
  ]);
  const memory = record(given.memory, 'memory', ['bytes', 'segmentBytes']);
  const limits = record(given.limits, 'limits', ['depth', 'entries', 'stringBytes', 'eventBytes']);
  const fromEnvironment = <T>(
    name: string,
    parse: (text: string) => T | undefined,
    takes: string,
  ): T | undefined => {
    const text = environment[name];
    if (text === undefined || text === '') return undefined;
    const value = parse(text);
    if (value === undefined) {
      notes.push(`${name} is ${JSON.stringify(text)} and was ignored; it takes ${takes}`);
    }
    return value;
  };
  const levelNames = LEVELS.map((level) => `'${level}'`).join(', ');
  const wholeFromEnvironment = (name: string, from: number, to: number) =>
    fromEnvironment(
      name,
      (text) => {
        const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
        return number >= from && number <= to ? number : undefined;
      },
      `a whole number from ${from} to ${to}`,
    );
  const oneOf = (name: string, ...values: string[]) =>
    fromEnvironment(
      name,
      (text) => (values.includes(text) ? text : undefined),
      values.map((value) => `'${value}'`).join(', '),
    );
  oneOf('TTLOG_DISABLED', '1', '0');
  const output = oneOf('TTLOG_OUTPUT', 'pretty', 'json', 'off');
  const boxMode = oneOf('TTLOG_BLACK_BOX', 'mirrored', 'mapped', 'off');
  const segmentBytes = whole(memory.segmentBytes, 'memory.segmentBytes', 1, 16 * MIB) ?? 64 * 1024;
  return {
    service:
      string(given.service, 'service') ??
      (environment.TTLOG_SERVICE_NAME ||
        environment.OTEL_SERVICE_NAME ||
        environment.npm_package_name ||
        'node'),
    recordLevel:
      level(given.recordLevel, 'recordLevel') ??
      fromEnvironment(
        'TTLOG_RECORD_LEVEL',
        (text) => (isLevel(text) ? text : undefined),
        levelNames,
      ) ??
      'trace',
    lazyLevel: level(given.lazyLevel, 'lazyLevel') ?? 'info',
    memory: {
      bytes:
        whole(memory.bytes, 'memory.bytes', 1, Number.MAX_SAFE_INTEGER) ??
        // Within what a ring of these segments takes, so that a wrong value cannot throw later.
        wholeFromEnvironment(
          'TTLOG_MEMORY_BYTES',
          Math.max(MIB / 2, segmentBytes * MIN_SEGMENTS),
          MAX_MEMORY_BYTES,
        ) ??
        16 * MIB,
      segmentBytes,
    },
    snapshots: resolveSnapshots(given.snapshots, {
      directory: environment.TTLOG_SNAPSHOT_DIR || undefined,
      intervalMs: wholeFromEnvironment('TTLOG_SNAPSHOT_INTERVAL_MS', MIN_INTERVAL_MS, MAX_MS),
    }),
    blackBox: resolveBlackBox(
      given.blackBox ?? (boxMode === 'off' ? false : boxMode),
      testRunner(environment),
    ),
    stall: resolveStall(given.stall),
    heap: resolveHeap(given.heap, environment.NODE_OPTIONS),
    triggers: resolveTriggers(given.triggers),
    output: resolveOutput(given.output ?? (output === 'off' ? false : output), environment),
    redact: resolveRedact(given.redact),
    limits: {
      depth: whole(limits.depth, 'limits.depth', 1, 64) ?? 6,
      entries: whole(limits.entries, 'limits.entries', 1, 100_000) ?? 100,
      stringBytes: whole(limits.stringBytes, 'limits.stringBytes', 16, 4 * MIB) ?? 8 * 1024,
      eventBytes: whole(limits.eventBytes, 'limits.eventBytes', 256, 8 * MIB) ?? 16 * 1024,
    },
    taps: resolveTaps(environment.TTLOG_TAPS, notes),
    debug: oneOf('TTLOG_DEBUG', '1', '0') === '1',
    notes,
  };
}

/** One that ends its processes as it likes, and whose deaths nobody wants to read about. */
function testRunner(environment: Environment): string | undefined {
  if (environment.VITEST !== undefined) return 'Vitest';
  return environment.JEST_WORKER_ID === undefined ? undefined : 'Jest';
}

function resolveBlackBox(value: unknown, runner: string | undefined): ResolvedBlackBox {
  if (value === false) return { mode: 'off', reason: 'switched off' };
  if (value === undefined && runner !== undefined) {
    return { mode: 'off', reason: `off in ${runner} unless asked for by name` };
  }
  const known = ['mode', 'periodMs', 'writeThrough'];
  const given = typeof value === 'string' ? { mode: value } : record(value, 'blackBox', known);
  const mode = value === undefined ? 'mirrored' : given.mode;
  if (mode !== 'mirrored' && mode !== 'mapped') {
    const option = typeof value === 'string' ? 'blackBox' : 'blackBox.mode';
    throw wrong(option, mode, "'mirrored', 'mapped' or false");
  }
  return {
    mode,
    isAskedFor: value !== undefined,
    periodMs: whole(given.periodMs, 'blackBox.periodMs', 5, 60_000) ?? 50,
    writeThrough: boolean(given.writeThrough, 'blackBox.writeThrough') ?? true,
  };
}

function resolveStall(value: unknown): ResolvedOptions['stall'] {
  if (value === undefined || value === false) return false;
  const given = record(value, 'stall', ['afterMs', 'stack']);
  const afterMs = whole(given.afterMs, 'stall.afterMs', MIN_STALL_MS, MAX_MS);
  if (afterMs === undefined) throw wrong('stall.afterMs', afterMs, 'milliseconds, such as 1000');
  return { afterMs, stack: boolean(given.stack, 'stall.stack') ?? false };
}

function resolveHeap(value: unknown, nodeOptions = ''): ResolvedOptions['heap'] {
  if (value === undefined || value === false) return false;
  const { nearLimit } = record(value, 'heap', ['nearLimit']);
  if (typeof nearLimit !== 'number' || !(nearLimit >= 0.1 && nearLimit <= 0.99)) {
    throw wrong('heap.nearLimit', nearLimit, 'a number from 0.1 to 0.99, such as 0.9');
  }
  const flags = `${nodeOptions} ${process.execArgv.join(' ')}`;
  const semiSpaceMib = /.*--max[-_]semi[-_]space[-_]size[= ](\d+)/s.exec(flags)?.[1];
  return { nearLimit, youngMib: YOUNG_SEMI_SPACES * Number(semiSpaceMib ?? 0) };
}
