/**
 * Values of events by name, and `--match FIELD=VALUE`: where a name is looked for in an event, and when a value is the one
 * asked for. Generous on purpose: a name may be a field, a binding or something of ttlog's, and
 * `5` finds the number, the bigint and the text.
 */

import { Mark, type RecordedEvent } from 'ttlog/reader';
import { UsageError } from '../arguments/usage-error.ts';
import { threadLabel } from '../format/source-label.ts';
import { type RecordingFile, sourceOf } from '../recording-file.ts';

export type EventTest = (event: RecordedEvent, file: RecordingFile) => boolean;

export function parseMatch(text: string): EventTest {
  const split = text.indexOf('=');
  if (split <= 0) {
    throw new UsageError(`--match takes FIELD=VALUE, not "${text}"`);
  }
  const name = text.slice(0, split);
  const isWanted = valueTest(text.slice(split + 1));
  const ownValue = OWN_VALUES[name];
  return (event, file) =>
    hasMatch(event.fields, name, isWanted) ||
    hasMatch(event.context, name, isWanted) ||
    ownValue?.(event, file).some(isWanted) === true;
}

/** Names that mean what ttlog knows of every event; a field of the same name is found as well. */
export const OWN_VALUES: {
  readonly [name: string]: ((event: RecordedEvent, file: RecordingFile) => unknown[]) | undefined;
} = Object.assign(Object.create(null), {
  logger: ({ logger }: RecordedEvent) => [logger],
  level: ({ level }: RecordedEvent) => [level],
  severity: ({ severity }: RecordedEvent) => [severity],
  msg: ({ message }: RecordedEvent) => [message],
  message: ({ message }: RecordedEvent) => [message],
  kind: ({ kind }: RecordedEvent) => [kind],
  thread: ({ thread }: RecordedEvent, { recording }: RecordingFile) => [
    thread.id,
    thread.name,
    threadLabel(thread, recording.threads),
  ],
  thread_name: ({ thread }: RecordedEvent) => [thread.name],
  trace_id: ({ traceId }: RecordedEvent) => [traceId],
  span_id: ({ spanId }: RecordedEvent) => [spanId],
  trace_flags: ({ traceFlags }: RecordedEvent) => [traceFlags],
  service: (event: RecordedEvent, file: RecordingFile) => [sourceOf(event, file).service],
  host: (event: RecordedEvent, file: RecordingFile) => [sourceOf(event, file).host],
  pid: (event: RecordedEvent, file: RecordingFile) => [sourceOf(event, file).pid],
});

export type ValueTest = (value: unknown) => boolean;

/** Looks for the whole name first, then for each way to split it at a dot. */
function hasMatch(container: object, name: string, isWanted: ValueTest): boolean {
  const value = property(container, name);
  if (value !== ABSENT && isWanted(value)) return true;
  for (let dot = name.indexOf('.'); dot > 0; dot = name.indexOf('.', dot + 1)) {
    const outer = property(container, name.slice(0, dot));
    if (outer === null || typeof outer !== 'object') continue;
    if (hasMatch(outer, name.slice(dot + 1), isWanted)) return true;
  }
  return false;
}

/** In place of a value where there is none. */
export const ABSENT: unique symbol = Symbol('absent');

/** An own property, the entry of a Map, or a name that an Error has by definition. */
export function property(container: object, name: string): unknown {
  if (container instanceof Mark) {
    const { value } = container;
    return typeof value === 'object' && value !== null ? property(value, name) : ABSENT;
  }
  if (container instanceof Map) return container.has(name) ? container.get(name) : ABSENT;
  if (container instanceof Error && name === 'type') return container.name;
  if (container instanceof Error && (name === 'name' || name === 'message')) return container[name];
  return Object.hasOwn(container, name) ? (container as { [name: string]: unknown })[name] : ABSENT;
}

/** Equal as text, or as a number; a list or a set is equal when one of its items is. */
export function valueTest(wanted: string): ValueTest {
  const wantedNumber = wanted.trim() === '' ? Number.NaN : Number(wanted);
  const isWanted: ValueTest = (value) => {
    switch (typeof value) {
      case 'string':
        return value === wanted;
      case 'number':
        return value === wantedNumber || String(value) === wanted;
      case 'bigint':
        return String(value) === wanted || `${value}n` === wanted;
      case 'object':
        return value !== null ? isWantedObject(value) : wanted === 'null';
      default:
        return String(value) === wanted;
    }
  };
  const isWantedObject = (value: object): boolean => {
    if (Array.isArray(value)) return value.some(isWanted);
    if (value instanceof Set) return [...value].some(isWanted);
    if (value instanceof Date) {
      return !Number.isNaN(value.getTime()) && value.toISOString() === wanted;
    }
    if (value instanceof Error) return value.message === wanted || value.name === wanted;
    if (value instanceof Mark) return value.toString() === wanted || isWanted(value.value);
    return false;
  };
  return isWanted;
}
