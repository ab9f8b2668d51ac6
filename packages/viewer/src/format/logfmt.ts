/**
 * `key=value` pairs on one line, as go-logfmt writes them: values with blanks, quotes or controls
 * in double quotes, objects flattened with dots, other composite values as JSON in quotes. Keys
 * and their order are those of `jsonl.ts`.
 */

import type { RecordedEvent } from 'ttlog/reader';
import { fieldsBesideSource, type RecordingFile, sourceOf } from '../recording-file.ts';
import { isoClock } from './clock.ts';
import { jsonString } from './escape.ts';
import { jsonValue } from './json-value.ts';
import { flattenedKey } from './jsonl.ts';
import { isPlainObject } from './value.ts';

/** Levels of objects that become dotted keys; what is deeper is JSON. */
const MAX_FLATTENED_DEPTH = 8;

const BARE = /^[\x21\x23-\x3c\x3e-\x7e]+$/;

export function logfmtFormat(): (event: RecordedEvent, file: RecordingFile) => string {
  const time = isoClock();
  return (event, file) => {
    const { context, thread } = event;
    const fields = fieldsBesideSource(event);
    const { service, host, pid } = sourceOf(event, file);
    let line = `time=${time(event.timeNs)} level=${event.level}`;
    if (event.logger !== '') line += ` logger=${text(event.logger)}`;
    line += ` msg=${text(event.message)}`;
    if (event.kind !== 'log') line += ` kind=${event.kind}`;
    line += ` service=${text(service)} host=${text(host)}`;
    line += ` pid=${scalar(pid)} thread=${thread.id}`;
    if (thread.name !== '') line += ` thread_name=${text(thread.name)}`;
    for (const [key, value] of Object.entries(context)) {
      const isHidden = Object.hasOwn(fields, key);
      line += pair(isHidden ? `context.${key}` : flattenedKey(key, 'context.'), value, 0);
    }
    for (const [key, value] of Object.entries(fields)) {
      line += pair(flattenedKey(key, 'fields.'), value, 0);
    }
    if (event.traceId !== undefined) line += ` trace_id=${text(event.traceId)}`;
    if (event.spanId !== undefined) line += ` span_id=${text(event.spanId)}`;
    if (event.traceFlags !== undefined) line += ` trace_flags=${scalar(event.traceFlags)}`;
    return `${line}\n`;
  };
}

function pair(key: string, value: unknown, depth: number): string {
  if (typeof value === 'object' && value !== null && depth < MAX_FLATTENED_DEPTH) {
    if (value instanceof Error) return errorPairs(key, value, depth);
    if (isPlainObject(value)) {
      let pairs = '';
      for (const name of Object.keys(value))
        pairs += pair(`${key}.${name}`, value[name], depth + 1);
      if (pairs !== '') return pairs;
    }
  }
  return ` ${keyText(key)}=${scalar(value)}`;
}

const WRITTEN_APART = new Set(['name', 'message', 'stack', 'cause']);

function errorPairs(key: string, error: Error, depth: number): string {
  let pairs = pair(`${key}.type`, error.name, depth + 1);
  pairs += pair(`${key}.message`, error.message, depth + 1);
  pairs += pair(`${key}.stack`, error.stack, depth + 1);
  for (const [name, item] of Object.entries(error)) {
    if (WRITTEN_APART.has(name)) continue;
    pairs += pair(`${key}.${name}`, item, depth + 1);
  }
  if (Object.hasOwn(error, 'cause')) pairs += pair(`${key}.cause`, error.cause, depth + 1);
  return pairs;
}

function scalar(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return text(value);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
    case 'boolean':
      return String(value);
    default: {
      const json = jsonValue(value);
      return text(json.startsWith('"') ? (JSON.parse(json) as string) : json);
    }
  }
}

function text(value: string): string {
  return BARE.test(value) ? value : jsonString(value);
}

/** Keys cannot be quoted: what would end one becomes `_`. */
function keyText(key: string): string {
  return key === '' ? '_' : jsonString(key.replace(/[\s="]/g, '_')).slice(1, -1);
}
