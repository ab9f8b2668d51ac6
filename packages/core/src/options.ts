/**
 * What a recorder can be told: defaults, environment, validation. An option beats its environment
 * variable, which beats the default. A wrong option throws; a wrong environment value is noted and
 * ignored. The only file that reads `process.env`.
 */

import { isLevel, LEVELS, type Level } from './record/level.ts';

export interface Trigger {
  readonly name: string;
  readonly count: number;
}

export interface TriggerOptions {
  name: string;
  level: Level;
  /** So many events of this level or above … */
  count: number;
  /** … within this time take a snapshot. */
  withinMs: number;
  /** Only events whose message contains this. */
  match?: string;
  /** The trigger rests for this long afterwards. */
  cooldownMs?: number;
  onTrigger?: (trigger: Trigger) => void;
}

export interface SnapshotOptions {
  /** Where snapshots go. Default: TTLOG_SNAPSHOT_DIR, else `<temporary directory>/ttlog-<uid>`. */
  directory?: string;
  /** A snapshot every so often, whatever the main thread is doing. Default: TTLOG_SNAPSHOT_INTERVAL_MS, else none. */
  intervalMs?: number;
  /** A snapshot when an uncaught exception or unhandled rejection ends a thread. Default true. */
  onCrash?: boolean;
  /** A snapshot at exit: `'nonzero'` for exit codes but 0. Default false. */
  onExit?: 'nonzero' | 'always' | false;
  /** Signals that end the process and leave a snapshot. Default none. */
  signals?: NodeJS.Signals[];
  /** A signal that takes a snapshot, and the process goes on. Default none. */
  requestSignal?: NodeJS.Signals;
  /** A second part with what followed the trigger. Default none. */
  afterMs?: number;
  /** Permissions of snapshot files. Default 0o600. */
  fileMode?: number;
  /** The path of each snapshot on stderr. Default false. */
  announce?: boolean;
  /** What is kept of this service's snapshots. Default 20 files, 256 MiB, 7 days. */
  keep?: { files?: number; bytes?: number; ageMs?: number };
}

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
  blackBox?:
    | 'mirrored'
    | 'mapped'
    | false
    | { mode: 'mirrored' | 'mapped'; periodMs?: number; writeThrough?: boolean };
  stall?: { afterMs: number; stack?: boolean } | false;
  heap?: { nearLimit: number } | false;
  triggers?: TriggerOptions[];
  output?:
    | 'pretty'
    | 'json'
    | { level?: Level; format?: 'pretty' | 'json'; destination?: string }
    | false;
  /** Keys and paths whose values never reach the ring. Default: the list in the README. */
  redact?: { paths?: string[]; defaults?: boolean } | false;
  /** Caps on one event. Default: depth 6, 100 entries, 8 KiB a text, 16 KiB an event. */
  limits?: { depth?: number; entries?: number; stringBytes?: number; eventBytes?: number };
}

/** Options with everything decided. Plain data: it travels to the other threads. */
export interface ResolvedOptions {
  service: string;
  recordLevel: Level;
  lazyLevel: Level;
  memory: { bytes: number; segmentBytes: number };
  snapshots: {
    directory: string | undefined;
    intervalMs: number | undefined;
    onCrash: boolean;
    onExit: 'nonzero' | 'always' | false;
    signals: NodeJS.Signals[];
    requestSignal: NodeJS.Signals | undefined;
    fileMode: number;
    announce: boolean;
    keep: { files: number; bytes: number; ageMs: number };
  };
  redact: { paths: string[]; defaults: boolean } | false;
  limits: { depth: number; entries: number; stringBytes: number; eventBytes: number };
  /** TTLOG_DEBUG=1: ttlog's own problems go to stderr. */
  debug: boolean;
  /** Environment values that were ignored, and options that are not in force. */
  notes: string[];
}

const MIB = 1024 * 1024;
const DAY_MS = 24 * 60 * 60 * 1000;
/** Timers of Node take no more. */
const MAX_MS = 2 ** 31 - 1;

type Environment = { readonly [name: string]: string | undefined };

/** TTLOG_DISABLED=1 beats everything: no memory, thread or listener. */
export function isDisabled(environment: Environment = process.env): boolean {
  return environment.TTLOG_DISABLED === '1';
}

/** Variables of a package manager's own process, which inherits NODE_OPTIONS from its user. */
export function isPackageManager(scriptPath: string | undefined): boolean {
  const name = scriptPath?.split(/[\\/]/).pop() ?? '';
  return /^(npm|npx|pnpm|pnpx|yarn|yarnpkg|corepack)(-cli)?(\.c?js)?$/.test(name);
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
  for (const later of ['blackBox', 'stall', 'heap', 'triggers', 'output']) {
    if (given[later] !== undefined && given[later] !== false) {
      notes.push(`${later}: not in force in this version`);
    }
  }
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
  const wholeNumber = (text: string) => (/^\d{1,15}$/.test(text) ? Number(text) : undefined);
  const positive = (text: string) => wholeNumber(text) || undefined;
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
        fromEnvironment(
          'TTLOG_MEMORY_BYTES',
          memoryBytes,
          'a whole number from 524288 to 2130706432',
        ) ??
        16 * MIB,
      segmentBytes: whole(memory.segmentBytes, 'memory.segmentBytes', 1, 16 * MIB) ?? 64 * 1024,
    },
    snapshots: resolveSnapshots(given.snapshots, {
      directory: environment.TTLOG_SNAPSHOT_DIR || undefined,
      intervalMs: fromEnvironment(
        'TTLOG_SNAPSHOT_INTERVAL_MS',
        positive,
        'a whole number of milliseconds',
      ),
    }),
    redact: resolveRedact(given.redact),
    limits: {
      depth: whole(limits.depth, 'limits.depth', 1, 64) ?? 6,
      entries: whole(limits.entries, 'limits.entries', 1, 100_000) ?? 100,
      stringBytes: whole(limits.stringBytes, 'limits.stringBytes', 16, 4 * MIB) ?? 8 * 1024,
      eventBytes: whole(limits.eventBytes, 'limits.eventBytes', 256, 8 * MIB) ?? 16 * 1024,
    },
    debug: environment.TTLOG_DEBUG === '1',
    notes,
  };
}

/** Within what a ring of default segments takes, so that a wrong value cannot throw later. */
function memoryBytes(text: string): number | undefined {
  const bytes = /^\d{1,15}$/.test(text) ? Number(text) : 0;
  return bytes >= 512 * 1024 && bytes <= 2_130_706_432 ? bytes : undefined;
}

function resolveSnapshots(
  value: unknown,
  environment: { directory: string | undefined; intervalMs: number | undefined },
): ResolvedOptions['snapshots'] {
  const given = record(value, 'snapshots', [
    ...['directory', 'intervalMs', 'onCrash', 'onExit', 'signals', 'requestSignal', 'afterMs'],
    ...['fileMode', 'announce', 'keep'],
  ]);
  const keep = record(given.keep, 'snapshots.keep', ['files', 'bytes', 'ageMs']);
  const { onExit } = given;
  if (onExit !== undefined && onExit !== false && onExit !== 'nonzero' && onExit !== 'always') {
    throw wrong('snapshots.onExit', onExit, "'nonzero', 'always' or false");
  }
  const signals = given.signals ?? [];
  if (!Array.isArray(signals) || !signals.every(isSignal)) {
    throw wrong('snapshots.signals', signals, "a list of signals such as ['SIGTERM', 'SIGINT']");
  }
  const { requestSignal } = given;
  if (requestSignal !== undefined && !isSignal(requestSignal)) {
    throw wrong('snapshots.requestSignal', requestSignal, "a signal such as 'SIGUSR2'");
  }
  return {
    directory: string(given.directory, 'snapshots.directory') ?? environment.directory,
    intervalMs:
      whole(given.intervalMs, 'snapshots.intervalMs', 10, MAX_MS) ?? environment.intervalMs,
    onCrash: boolean(given.onCrash, 'snapshots.onCrash') ?? true,
    onExit: (onExit as 'nonzero' | 'always' | false | undefined) ?? false,
    signals,
    requestSignal,
    fileMode: whole(given.fileMode, 'snapshots.fileMode', 0o400, 0o777) ?? 0o600,
    announce: boolean(given.announce, 'snapshots.announce') ?? false,
    keep: {
      files: whole(keep.files, 'snapshots.keep.files', 1, 1_000_000) ?? 20,
      bytes: whole(keep.bytes, 'snapshots.keep.bytes', 0, Number.MAX_SAFE_INTEGER) ?? 256 * MIB,
      ageMs: whole(keep.ageMs, 'snapshots.keep.ageMs', 0, Number.MAX_SAFE_INTEGER) ?? 7 * DAY_MS,
    },
  };
}

function resolveRedact(value: unknown): ResolvedOptions['redact'] {
  if (value === false) return false;
  const given = record(value, 'redact', ['paths', 'defaults']);
  const paths = given.paths ?? [];
  if (!Array.isArray(paths) || !paths.every((path) => typeof path === 'string')) {
    throw wrong('redact.paths', paths, "a list of paths such as ['user.email']");
  }
  return { paths, defaults: boolean(given.defaults, 'redact.defaults') ?? true };
}

/**
 * Signals that a listener can be put on. SIGSEGV and its kin are not among them: with a listener
 * a real fault would be executed again for ever.
 */
const LISTENABLE: readonly string[] = [
  ...['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGBREAK', 'SIGALRM', 'SIGABRT'],
  ...['SIGPIPE', 'SIGWINCH', 'SIGIO', 'SIGTRAP', 'SIGXCPU', 'SIGVTALRM', 'SIGUSR1', 'SIGPWR'],
  ...['SIGSYS', 'SIGCONT', 'SIGTSTP', 'SIGTTIN', 'SIGTTOU', 'SIGURG', 'SIGXFSZ'],
];

function isSignal(value: unknown): value is NodeJS.Signals {
  return typeof value === 'string' && LISTENABLE.includes(value);
}

function record(
  value: unknown,
  option: string,
  known: readonly string[],
): { [key: string]: unknown } {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(option, value, `an object with ${known.join(', ')}`);
  }
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) {
      const prefix = option === 'options' ? '' : `${option}.`;
      throw new TypeError(
        `ttlog: there is no option ${prefix}${key}; known are ${known.join(', ')}`,
      );
    }
  }
  return value as { [key: string]: unknown };
}

function string(value: unknown, option: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value === '') throw wrong(option, value, 'a non-empty string');
  return value;
}

function boolean(value: unknown, option: string): boolean | undefined {
  if (value !== undefined && typeof value !== 'boolean')
    throw wrong(option, value, 'true or false');
  return value;
}

function level(value: unknown, option: string): Level | undefined {
  if (value === undefined || isLevel(value)) return value;
  throw wrong(option, value, LEVELS.map((name) => `'${name}'`).join(', '));
}

function whole(value: unknown, option: string, from: number, to: number): number | undefined {
  if (value === undefined) return undefined;
  if (!Number.isInteger(value) || (value as number) < from || (value as number) > to) {
    throw wrong(option, value, `a whole number from ${from} to ${to}`);
  }
  return value as number;
}

function wrong(option: string, value: unknown, takes: string): TypeError {
  const got = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return new TypeError(`ttlog: ${option} is ${got}; it takes ${takes}`);
}
