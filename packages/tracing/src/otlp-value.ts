/**
 * Recorded values as `AnyValue` of OTLP/JSON. What OTLP has no type for becomes the text that says
 * it; nothing is dropped. Lone surrogates, which protobuf refuses, are replaced.
 */

import types from 'node:util/types';

/** `{}` is no value at all, as null and undefined are. */
export interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  /** A decimal text, since JSON numbers end at 2^53. */
  readonly intValue?: string;
  readonly doubleValue?: number | 'NaN' | 'Infinity' | '-Infinity';
  /** Base64. */
  readonly bytesValue?: string;
  readonly arrayValue?: { readonly values: AnyValue[] };
  readonly kvlistValue?: { readonly values: KeyValue[] };
}

export interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

/** Deeper than anything that the recorder writes. */
const MAX_DEPTH = 32;
const MIN_INT64 = -(1n << 63n);
const MAX_INT64 = (1n << 63n) - 1n;

export function keyValues(fields: { readonly [key: string]: unknown }, depth = 0): KeyValue[] {
  return Object.keys(fields).map((key) => ({
    key: key.toWellFormed(),
    value: anyValue(fields[key], depth),
  }));
}

export function anyValue(value: unknown, depth = 0): AnyValue {
  switch (typeof value) {
    case 'string':
      return text(value);
    case 'boolean':
      return { boolValue: value };
    case 'number':
      return numberValue(value);
    case 'bigint':
      if (value >= MIN_INT64 && value <= MAX_INT64) return { intValue: String(value) };
      return text(String(value));
    case 'object':
      if (value === null) return {};
      if (depth >= MAX_DEPTH) return text('[too deep]');
      return objectValue(value, depth + 1);
    default:
      return value === undefined ? {} : text(String(value));
  }
}

function text(value: string): AnyValue {
  return { stringValue: value.toWellFormed() };
}

function numberValue(value: number): AnyValue {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return { intValue: String(value) };
  if (Number.isFinite(value)) return { doubleValue: value };
  return { doubleValue: String(value) as 'NaN' };
}

function objectValue(value: object, depth: number): AnyValue {
  const list = (values: Iterable<unknown>): AnyValue => ({
    arrayValue: { values: Array.from(values, (item) => anyValue(item, depth)) },
  });
  if (Array.isArray(value) || value instanceof Set) return list(value);
  if (value instanceof Uint8Array) return { bytesValue: Buffer.from(value).toString('base64') };
  if (types.isTypedArray(value)) return list(value as Iterable<unknown>);
  if (value instanceof Map) {
    const hasTextKeys = [...value.keys()].every((key) => typeof key === 'string');
    if (!hasTextKeys) return list(value);
    const values = Array.from(value, ([key, item]) => ({
      key: (key as string).toWellFormed(),
      value: anyValue(item, depth),
    }));
    return { kvlistValue: { values } };
  }
  if (value instanceof Date) {
    return text(Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString());
  }
  if (value instanceof Error) {
    return { kvlistValue: { values: keyValues(describeError(value), depth) } };
  }
  if (Object.getPrototypeOf(value) === Object.prototype) {
    return { kvlistValue: { values: keyValues(value as { [key: string]: unknown }, depth) } };
  }
  // A mark of the reader: what was cut, or could not be kept.
  return text(String(value));
}

/** Type, message and stack, with those of its causes below, and its own properties. */
export function describeError(error: Error): { [name: string]: unknown } {
  const described: { [name: string]: unknown } = {
    type: String(error.name),
    message: String(error.message),
    stacktrace: stackWithCauses(error),
  };
  for (const key of Object.keys(error)) {
    if (!(key in described) && key !== 'cause') {
      described[key] = (error as unknown as { [key: string]: unknown })[key];
    }
  }
  return described;
}

function stackWithCauses(error: Error): string {
  let stacks = '';
  let current: unknown = error;
  for (let depth = 0; depth < MAX_DEPTH && current instanceof Error; depth++) {
    const { stack, name, message, cause } = current;
    stacks += `${depth === 0 ? '' : '\nCaused by: '}${stack || `${name}: ${message}`}`;
    current = cause;
  }
  return stacks;
}
