/**
 * Events known in advance: their message and fields are declared once, so that a wrong field does
 * not compile and every call has the same shape.
 */

import { POOL_NORMAL, POOL_WARN } from '../memory/ring-layout.ts';
import { LEVELS, type Level, SEVERITY } from '../record/level.ts';
import type { Context } from './context.ts';
import type { EncodeShaped, ValueKind } from './encode-shaped.ts';
import type { EventWriter } from './event-writer.ts';
import type { Fields } from './fields.ts';
import type { LogSource } from './log-source.ts';
import { activeContext, insideOf, type Logger, sourceNamed, writeEvent } from './logger.ts';
import { threadState } from './thread-state.ts';
import { NOT_PLAIN, WRITTEN } from './write-plain.ts';

export interface FieldTypes {
  int: number;
  number: number;
  bigint: bigint;
  string: string;
  boolean: boolean;
  any: unknown;
}

export type FieldType = keyof FieldTypes;

export interface EventSpec {
  readonly [field: string]: FieldType;
}

export type EventFields<S extends EventSpec> = { [field in keyof S]: FieldTypes[S[field]] };

type EventMethods<S extends EventSpec> = {
  readonly [level in Level]: (fields: EventFields<S>) => void;
};

/** An event that `defineEvent` made: one method a level. */
export interface DefinedEvent<S extends EventSpec> extends EventMethods<S> {
  readonly message: string;
  /** The same event with the name and the bindings of `logger`. */
  with(logger: Logger): DefinedEvent<S>;
}

const KIND_OF_TYPE: { readonly [type in FieldType]: ValueKind } = {
  int: 'int',
  number: 'int',
  bigint: 'other',
  string: 'string',
  boolean: 'boolean',
  any: 'other',
};
const FIELD_TYPES: readonly string[] = Object.keys(KIND_OF_TYPE);

/**
 * Declares an event. A value that does not fit its type is written as what it is, a missing one
 * as undefined, and further keys are kept: a declaration never loses data. Throws a TypeError for
 * a wrong declaration.
 */
export function defineEvent<const S extends EventSpec>(
  message: string,
  spec: S,
  options: { logger?: string } = {},
): DefinedEvent<S> {
  if (typeof message !== 'string') {
    throw new TypeError(`ttlog: defineEvent: message is ${typeof message}; it takes a string`);
  }
  if (typeof spec !== 'object' || spec === null) {
    throw new TypeError(
      `ttlog: defineEvent: fields is ${spec === null ? 'null' : typeof spec}; it takes an object ` +
        "such as { userId: 'int' }",
    );
  }
  for (const [field, type] of Object.entries(spec)) {
    if (!FIELD_TYPES.includes(type)) {
      throw new TypeError(
        `ttlog: defineEvent: field ${JSON.stringify(field)} is ${String(type)}; it takes ` +
          FIELD_TYPES.map((known) => `'${known}'`).join(', '),
      );
    }
  }
  const { logger = '' } = options;
  if (typeof logger !== 'string') {
    throw new TypeError(`ttlog: defineEvent: logger is ${typeof logger}; it takes a string`);
  }
  return makeEvent(message, spec, sourceNamed(logger), null) as DefinedEvent<S>;
}

function makeEvent(
  message: string,
  spec: EventSpec,
  source: LogSource,
  context: Context | null,
): DefinedEvent<EventSpec> {
  const declared = new DeclaredEvent(message, spec, source, context);
  const withLogger = (logger: Logger) => {
    const inside = insideOf(logger);
    return makeEvent(message, spec, inside.source, inside.context);
  };
  return { message, with: withLogger, ...methodsOf(declared) };
}

/** What one declaration knows: its shape in each lane, which need not be looked for. */
class DeclaredEvent {
  readonly context: Context | null;
  /** For whom `normal` and `warn` write, if they can. Never null, as `threadState.direct` may be. */
  writer: EventWriter | undefined = undefined;
  normal: EncodeShaped = writeNothing;
  warn: EncodeShaped = writeNothing;
  readonly #message: string;
  readonly #keys: readonly string[];
  readonly #kinds: readonly ValueKind[];
  readonly #source: LogSource;

  constructor(message: string, spec: EventSpec, source: LogSource, context: Context | null) {
    this.#message = message;
    this.#keys = Object.keys(spec);
    this.#kinds = Object.values(spec).map((type) => KIND_OF_TYPE[type]);
    this.#source = source;
    this.context = context;
  }

  /** Any event that the method of its level could not write by itself. */
  write(severity: number, fields: Fields): void {
    const { writer } = threadState;
    if (writer !== null) {
      if (writer !== this.writer) this.#adopt(writer);
      const encode = severity >= SEVERITY.warn ? this.warn : this.normal;
      try {
        const context = activeContext(this.context);
        if (context !== null) writer.prepareSpan(severity, context);
        if (encode(severity, context, fields) === WRITTEN) return;
      } catch {
        // A getter that throws; whoever writes the event next says which field it was.
      }
      // The table may have let go of the shape; it is asked for again next time.
      if (encode !== writeNothing) this.writer = undefined;
    }
    const ordered = inOrder(fields, this.#keys);
    writeEvent(this.#source, this.context, severity, this.#message, ordered);
  }

  #adopt(writer: EventWriter): void {
    const declare = (pool: number): EncodeShaped =>
      writer.declareShape(this.#source, pool, this.#message, this.#keys, this.#kinds)?.encode ??
      writeNothing;
    this.writer = writer;
    this.normal = declare(POOL_NORMAL);
    this.warn = declare(POOL_WARN);
  }
}

function writeNothing(): number {
  return NOT_PLAIN;
}

/**
 * One method a level, with code of its own for each event: V8 then knows at each call site what
 * is called. Closures that all events share took 82 ns where these take 67 (four fields, Node
 * 20.20).
 */
function methodsOf(declared: DeclaredEvent): EventMethods<EventSpec> {
  try {
    const make = new Function('declared', 'threadState', METHODS_SOURCE);
    return make(declared, threadState) as EventMethods<EventSpec>;
  } catch {
    // Code generation is not allowed here.
    const methods: { [level: string]: (fields: Fields) => void } = {};
    for (const level of LEVELS) {
      const severity = SEVERITY[level];
      methods[level] = (fields) => {
        if (threadState.levels[0] <= severity) declared.write(severity, fields);
      };
    }
    return methods as unknown as EventMethods<EventSpec>;
  }
}

const METHODS_SOURCE = `return {${LEVELS.map((level) => methodSource(level)).join(',')}};`;

function methodSource(level: Level): string {
  const severity = SEVERITY[level];
  const lane = severity >= SEVERITY.warn ? 'warn' : 'normal';
  return `
${level}(fields) {
  if (threadState.levels[0] > ${severity}) return;
  if (declared.writer === threadState.direct) {
    try {
      if (declared.${lane}(${severity}, declared.context, fields) === ${WRITTEN}) return;
    } catch {}
  }
  declared.write(${severity}, fields);
}`;
}

/** The declared fields first, then what else was passed; nothing that throws gets out. */
function inOrder(fields: Fields, keys: readonly string[]): Fields {
  const ordered: { [key: string]: unknown } = {};
  try {
    for (const key of keys) setOwn(ordered, key, readDeclared(fields, key));
    for (const key of Object.keys(fields ?? {})) {
      if (!Object.hasOwn(ordered, key)) setOwn(ordered, key, fields[key]);
    }
  } catch {
    return fields;
  }
  return ordered;
}

/** A getter of a class counts, what every object inherits does not. */
function readDeclared(fields: Fields | null | undefined, key: string): unknown {
  if (fields === undefined || fields === null) return undefined;
  const isInheritedByAll = key in Object.prototype;
  return isInheritedByAll && !Object.hasOwn(fields, key) ? undefined : fields[key];
}

/** Also for `__proto__`, and for `toString` where Object.prototype is frozen. */
function setOwn(target: { [key: string]: unknown }, key: string, value: unknown): void {
  if (key in target) {
    const flags = { enumerable: true, configurable: true, writable: true };
    Object.defineProperty(target, key, { value, ...flags });
  } else {
    target[key] = value;
  }
}
