/**
 * Events known in advance: their message and fields are declared once, so that a wrong field does
 * not compile and every call has the same shape.
 */

import { POOL_NORMAL, POOL_WARN } from '../memory/ring-layout.ts';
import { LEVELS, type Level, SEVERITY } from '../record/level.ts';
import type { CallShape } from './call-shape.ts';
import type { Context } from './context.ts';
import type { EventWriter } from './event-writer.ts';
import type { Fields } from './fields.ts';
import type { LogSource } from './log-source.ts';
import { insideOf, type Logger, sourceNamed, writeEvent } from './logger.ts';
import { insideSpan } from './span-context.ts';
import { threadState } from './thread-state.ts';

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

const FIELD_TYPES: readonly string[] = ['int', 'number', 'bigint', 'string', 'boolean', 'any'];

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
  return makeEvent(message, Object.keys(spec), sourceNamed(logger), null) as DefinedEvent<S>;
}

function makeEvent(
  message: string,
  keys: readonly string[],
  source: LogSource,
  context: Context | null,
): DefinedEvent<EventSpec> {
  const declared = new DeclaredEvent(message, keys, source, context);
  const event: { [name: string]: unknown } = {
    message,
    with: (logger: Logger) => {
      const inside = insideOf(logger);
      return makeEvent(message, keys, inside.source, inside.context);
    },
  };
  for (const level of LEVELS) {
    const severity = SEVERITY[level];
    event[level] = (fields: Fields): void => {
      if (threadState.levels[0] <= severity) declared.write(severity, fields);
    };
  }
  return event as unknown as DefinedEvent<EventSpec>;
}

/** What one declaration knows: its shape in each lane, which need not be looked for. */
class DeclaredEvent {
  readonly #message: string;
  readonly #keys: readonly string[];
  readonly #source: LogSource;
  readonly #context: Context | null;
  #writer: EventWriter | null = null;
  #normalShape: CallShape | null = null;
  #warnShape: CallShape | null = null;

  constructor(
    message: string,
    keys: readonly string[],
    source: LogSource,
    context: Context | null,
  ) {
    this.#message = message;
    this.#keys = keys;
    this.#source = source;
    this.#context = context;
  }

  write(severity: number, fields: Fields): void {
    const { writer, contexts, traceProvider } = threadState;
    if (writer !== null && contexts === null) {
      const own = this.#context;
      const context = traceProvider === null ? own : insideSpan(own, traceProvider);
      if (writer !== this.#writer) this.#adopt(writer);
      const shape = severity >= SEVERITY.warn ? this.#warnShape : this.#normalShape;
      if (shape !== null && writer.writeShaped(severity, context, shape, fields)) return;
      // The table may have let go of the shape; it is asked for again next time.
      this.#writer = null;
    }
    const ordered = inOrder(fields, this.#keys);
    writeEvent(this.#source, this.#context, severity, this.#message, ordered);
  }

  #adopt(writer: EventWriter): void {
    this.#writer = writer;
    this.#normalShape = writer.declareShape(this.#source, POOL_NORMAL, this.#message, this.#keys);
    this.#warnShape = writer.declareShape(this.#source, POOL_WARN, this.#message, this.#keys);
  }
}

/** The declared fields first, then what else was passed; nothing that throws gets out. */
function inOrder(fields: Fields, keys: readonly string[]): Fields {
  const ordered: { [key: string]: unknown } = {};
  try {
    for (const key of keys) ordered[key] = fields?.[key];
    for (const key of Object.keys(fields ?? {})) if (!(key in ordered)) ordered[key] = fields[key];
  } catch {
    return fields;
  }
  return ordered;
}
