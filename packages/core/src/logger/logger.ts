/**
 * The public logger: six levels, children, and the way from a call to the event writer. Getting
 * one opens nothing and starts nothing; without a recorder a call costs next to nothing.
 */

import { isLevel, type Level, SEVERITY } from '../record/level.ts';
import type { PrintedTo } from '../record/printed-mark.ts';
import { KIND_LOG } from '../record/record-layout.ts';
import { Context, type TraceContext } from './context.ts';
import type { EventWriter } from './event-writer.ts';
import type { Fields } from './fields.ts';
import { resolveCall } from './log-call.ts';
import { LogSource } from './log-source.ts';
import type { ExtraField } from './long-way.ts';
import { PRINTING } from './printing-logger.ts';
import { insideSpan, type TraceProvider } from './span-context.ts';
import { threadState, useContexts } from './thread-state.ts';
import { WRITTEN } from './write-plain.ts';

/**
 * What a `catch` clause binds: `unknown`, `any`, or a type of Error. Other types than these are
 * refused, since a number or a list in the place of a message is a mistake.
 */
export type Caught<E> = unknown extends E ? E : E extends Error ? E : never;

/** An object with fields: anything but a function or an array. */
export type FieldsOf<F> = F extends readonly unknown[] | ((...args: never[]) => unknown)
  ? never
  : F;

/**
 * The forms of a log call:
 *
 * | arguments | stored |
 * |---|---|
 * | `(msg)` | |
 * | `(msg, fields)` | the fields |
 * | `(msg, () => fields)` | called only at or above `lazyLevel`; below it the event says so |
 * | `(msg, error)`, `(msg, error, fields)`, `(error)`, `(error, msg)` | the error as field `err` |
 * | `(fields, msg)` | the fields, in pino's order |
 * | `(msg, anything else, ...)` | field `args`; `%s` is not formatted |
 *
 * Never throws, whatever it is given. Lazy fields are called once; a getter or `toJSON` may be run
 * a second time.
 */
export interface LogMethod {
  (message: string): void;
  (message: string, fields: object | (() => object)): void;
  (message: string, error: unknown, fields?: object): void;
  (message: string, ...anythingElse: unknown[]): void;
  <E>(error: Caught<E>, message?: string): void;
  <F extends object>(fields: FieldsOf<F>, message: string): void;
}

export interface Logger {
  readonly name: string;
  readonly trace: LogMethod;
  readonly debug: LogMethod;
  readonly info: LogMethod;
  readonly warn: LogMethod;
  readonly error: LogMethod;
  readonly fatal: LogMethod;
  /** As the method of that name; an unknown level is taken for `info`. */
  log(level: Level, message: string, ...rest: unknown[]): void;
  log<E>(level: Level, error: Caught<E>, message?: string): void;
  log<F extends object>(level: Level, fields: FieldsOf<F>, message: string): void;
  /** Whether an event of this level would be recorded now. */
  isLevelEnabled(level: Level): boolean;
  /** A logger whose events all carry `bindings`; they are copied now. */
  child(bindings: object): Logger;
}

const TRACE = SEVERITY.trace;
const DEBUG = SEVERITY.debug;
const INFO = SEVERITY.info;
const WARN = SEVERITY.warn;
const ERROR = SEVERITY.error;
const FATAL = SEVERITY.fatal;

/**
 * Methods are on the prototype and typed as properties by `Logger`, which is what users see. Torn
 * off their logger, as in `promise.catch(log.error)`, they log as the logger without a name.
 */
class SourceLogger {
  readonly source: LogSource;
  readonly context: Context | null;

  constructor(source: LogSource, context: Context | null) {
    this.source = source;
    this.context = context;
  }

  get name(): string {
    return this.source.name;
  }

  trace(...args: unknown[]): void {
    if (threadState.levels[0] <= TRACE) write(this, TRACE, args);
  }

  debug(...args: unknown[]): void {
    if (threadState.levels[0] <= DEBUG) write(this, DEBUG, args);
  }

  info(...args: unknown[]): void {
    if (threadState.levels[0] <= INFO) write(this, INFO, args);
  }

  warn(...args: unknown[]): void {
    if (threadState.levels[0] <= WARN) write(this, WARN, args);
  }

  error(...args: unknown[]): void {
    if (threadState.levels[0] <= ERROR) write(this, ERROR, args);
  }

  fatal(...args: unknown[]): void {
    if (threadState.levels[0] <= FATAL) write(this, FATAL, args);
  }

  log(level: Level, ...args: unknown[]): void {
    const severity = isLevel(level) ? SEVERITY[level] : INFO;
    if (threadState.levels[0] <= severity) write(this, severity, args);
  }

  isLevelEnabled(level: Level): boolean {
    return (
      threadState.writer !== null && isLevel(level) && threadState.levels[0] <= SEVERITY[level]
    );
  }

  [PRINTING](printedTo: PrintedTo): SourceLogger {
    return new SourceLogger(sourceNamed(this.source.name, KIND_LOG, printedTo), this.context);
  }

  child(bindings: object): SourceLogger {
    const { source, context } = insideOfThis(this);
    return new SourceLogger(source, new Context(context, bindings as Fields, null));
  }
}

/**
 * Sources by kind, place and name, so that all loggers of a name share what was learned of their calls. Past this
 * many a name gets a source of its own each time, and nothing grows.
 */
const MAX_SOURCES = 1024;
const sources: readonly Map<string, LogSource>[] = [new Map(), new Map(), new Map()];
const printedSources = {
  stdout: new Map<string, LogSource>(),
  stderr: new Map<string, LogSource>(),
};

/** The logger `name`. Cheap; the same name gives loggers that are alike. */
export function getLogger(name = ''): Logger {
  return new SourceLogger(sourceNamed(toName(name)), null) as unknown as Logger;
}

function toName(name: unknown): string {
  try {
    return String(name);
  } catch {
    return '';
  }
}

export function sourceNamed(
  name: string,
  kind: number = KIND_LOG,
  printedTo: PrintedTo | null = null,
): LogSource {
  const alike = printedTo === null ? sources[kind] : printedSources[printedTo];
  let source = alike.get(name);
  if (source === undefined) {
    source = new LogSource(name, kind, printedTo);
    if (alike.size < MAX_SOURCES) alike.set(name, source);
  }
  return source;
}

/**
 * Runs `run` with `bindings` on every event inside, also in what it starts asynchronously. Inner
 * calls add to outer ones. Returns what `run` returns.
 */
export function withContext<T>(bindings: object, run: () => T): T {
  const contexts = useContexts();
  return contexts.run(new Context(contexts.getStore() ?? null, bindings as Fields, null), run);
}

/** Source and bindings of a logger that `getLogger` or `child` made. */
export function insideOf(logger: Logger): Inside {
  if (logger instanceof SourceLogger) return logger;
  return { source: sourceNamed(toName(logger?.name ?? '')), context: null };
}

interface Inside {
  readonly source: LogSource;
  readonly context: Context | null;
}

/** What a method logs with, whose `this` may be anything where it was torn off its logger. */
function insideOfThis(self: unknown): Inside {
  return isOwnLogger(self) ? self : { source: sourceNamed(''), context: null };
}

function isOwnLogger(self: unknown): self is SourceLogger {
  try {
    return self instanceof SourceLogger;
  } catch {
    // A revoked proxy, or one whose trap throws.
    return false;
  }
}

/**
 * Short, so that V8 inlines it into a level's method and leaves out the list of arguments.
 * Whether `self` is a logger is not asked before it fails: one that is not has no source and no
 * context, or such as cannot be written with.
 */
function write(
  self: Partial<Inside> | undefined,
  severity: number,
  args: readonly unknown[],
): void {
  const { writer, direct } = threadState;
  if (writer === null) {
    threadState.beforeStart++;
    return;
  }
  try {
    const ownSource = self?.source ?? sourceNamed('');
    const ownContext = self?.context ?? null;
    const active = direct === null ? activeContext(ownContext) : ownContext;
    const message = args[0];
    if (typeof message === 'string') {
      if (args.length === 1) {
        writer.write(severity, ownSource, active, message, undefined);
        return;
      }
      const fields = args[1];
      if (args.length === 2 && isPlainObject(fields)) {
        if (direct === writer && writeAgain(ownSource, active, severity, message, fields)) return;
        writer.write(severity, ownSource, active, message, fields);
        return;
      }
    }
    writeResolved(writer, self, severity, args);
  } catch {
    writeDetached(self, severity, args);
  }
}

/** Whether the call was the same as the last one and is written: 4 ns less than to look it up. */
function writeAgain(
  source: LogSource,
  context: Context | null,
  severity: number,
  message: string,
  fields: Fields,
): boolean {
  const recent = source.recentShape;
  if (recent === null || recent.message !== message || recent.encode === null) return false;
  if (severity >= WARN || source.writer !== threadState.writer) return false;
  try {
    return recent.encode(severity, context, fields) === WRITTEN;
  } catch {
    // A getter that throws; whoever writes the event next says which field it was.
    return false;
  }
}

/** After a failure: once more without a name, if it may be that `self` is no logger. */
function writeDetached(self: unknown, severity: number, args: readonly unknown[]): void {
  const { writer } = threadState;
  try {
    if (writer === null) return;
    if (self === undefined || isOwnLogger(self)) writer.countFailed();
    else writeResolved(writer, undefined, severity, args);
  } catch {
    // No stack is left for another call.
  }
}

/** Any arguments. They are sorted out once, since lazy fields are called there. */
function writeResolved(
  writer: EventWriter,
  self: unknown,
  severity: number,
  args: readonly unknown[],
): void {
  const inside = insideOfThis(self);
  const { source } = inside;
  const context = activeContext(inside.context);
  const { lazySeverity } = threadState;
  const { message, fields, extras } = resolveCall(args, severity, lazySeverity, writer.redaction);
  if (extras.length === 0) writer.write(severity, source, context, message, fields);
  else writer.writeWith(severity, source, context, message, fields, extras);
}

/** The logger's bindings inside those of `withContext`, and the active span. */
export function activeContext(own: Context | null, provider?: TraceProvider): Context | null {
  const { contexts, traceProvider: usualProvider } = threadState;
  const traceProvider = provider ?? usualProvider;
  let context = own;
  if (contexts !== null) {
    const surrounding = contexts.getStore();
    if (surrounding !== undefined) context = own === null ? surrounding : surrounding.around(own);
  }
  return traceProvider === null ? context : insideSpan(context, traceProvider);
}

/**
 * Whether an object can be written as fields without a closer look. By `constructor`, which an
 * inline cache answers; `Object.getPrototypeOf` is a call out of optimized code (15 ns, Node
 * 20.20). What it turns away, a field named `constructor` too, is only slower.
 */
function isPlainObject(value: unknown): value is Fields {
  if (typeof value !== 'object' || value === null) return false;
  try {
    return value.constructor === Object;
  } catch {
    return false;
  }
}

/** An event that is not a call of a logger, sorted out already. */
export interface MadeEvent {
  readonly kind: number;
  readonly severity: number;
  readonly logger: string;
  readonly message: string;
  readonly fields: Fields | undefined;
  readonly extras: readonly ExtraField[];
  /** undefined: that of the active span. */
  readonly trace: TraceContext | undefined;
}

/** Writes `event` with the bindings of `withContext`. Never throws. */
export function recordEvent(event: MadeEvent): void {
  const { writer } = threadState;
  if (writer === null) return;
  try {
    const { kind, severity, logger, message, fields, extras, trace } = event;
    const context = activeContext(null, trace === undefined ? undefined : () => trace);
    writer.writeWith(severity, sourceNamed(logger, kind), context, message, fields, extras);
  } catch {
    writer.countFailed();
  }
}

/** For `defineEvent`: writes `fields` as an event of this source, as a log call would. */
export function writeEvent(
  source: LogSource,
  context: Context | null,
  severity: number,
  message: string,
  fields: Fields,
): void {
  write(new SourceLogger(source, context), severity, [message, fields]);
}
