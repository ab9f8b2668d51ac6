/**
 * One JSON object a line, as hl, lnav, jq, pino-pretty and DuckDB read it: first what ttlog
 * knows, then the context and the fields, all at the top level. A key of the application that is
 * the name of something of ours stands under `fields.` or `context.`, and so does one that begins
 * with such a prefix, so that nothing is lost and nothing is ambiguous. `json-lines.ts` makes the
 * same without an object for each event.
 */

import { flattenedKey, type RecordedEvent, TRACE_NAMES, type TraceNames } from 'ttlog/reader';
import {
  type EventSource,
  fieldsBesideSource,
  type LineEvent,
  type RecordingFile,
} from '../recording-file.ts';
import { isoClock } from './clock.ts';
import { jsonString } from './escape.ts';
import { jsonValue } from './json-value.ts';

export { flattenedKey, TRACE_NAMES, type TraceNames };

/** Rendered keys kept; a recording with more is slower, never larger in memory. */
const MAX_KEPT_KEYS = 4096;

export function jsonlFormat(
  names: TraceNames = TRACE_NAMES,
): (event: RecordedEvent, file: RecordingFile) => string {
  const time = isoClock();
  const processes = new Map<RecordingFile, string>();
  const fieldKeys = keyCache(names);
  const processOf = ({ source }: LineEvent, file: RecordingFile): string => {
    if (source !== undefined) return processText(source);
    const known = processes.get(file);
    if (known !== undefined) return known;
    const text = processText(file.recording.header);
    processes.set(file, text);
    return text;
  };
  return (event, file) => {
    const { context, thread } = event;
    const fields = fieldsBesideSource(event);
    let line = `{"time":"${time(event.timeNs)}","level":"${event.level}"`;
    if (event.logger !== '') line += `,"logger":${jsonString(event.logger)}`;
    line += `,"msg":${jsonString(event.message)}`;
    if (event.kind !== 'log') line += `,"kind":"${event.kind}"`;
    line += processOf(event, file) + threadText(thread);
    line += bindingsText(context, (key) => Object.hasOwn(fields, key), names);
    for (const key of Object.keys(fields)) line += fieldKeys(key) + jsonValue(fields[key]);
    return `${line}${traceText(event, names)}}\n`;
  };
}

export function processText({ service, host, pid }: EventSource): string {
  return `,"service":${jsonString(service)},"host":${jsonString(host)},"pid":${jsonValue(pid)}`;
}

export function threadText({ id, name }: RecordedEvent['thread']): string {
  return `,"thread":${id}${name === '' ? '' : `,"thread_name":${jsonString(name)}`}`;
}

/** A field of the same name is the one that counts; the binding it hides is kept aside. */
export function bindingsText(
  bindings: RecordedEvent['context'],
  isField: (key: string) => boolean,
  names: TraceNames,
): string {
  let text = '';
  for (const key of Object.keys(bindings)) {
    const shown = isField(key) ? `context.${key}` : flattenedKey(key, 'context.', names);
    text += `,${jsonString(shown)}:${jsonValue(bindings[key])}`;
  }
  return text;
}

/** The ids, and the flags as two hex digits, as in a `traceparent` header. */
export function traceText(
  { traceId, spanId, traceFlags }: Pick<RecordedEvent, 'traceId' | 'spanId' | 'traceFlags'>,
  names: TraceNames,
): string {
  let text = '';
  if (traceId !== undefined) text += `,${jsonString(names.traceId)}:${jsonString(traceId)}`;
  if (spanId !== undefined) text += `,${jsonString(names.spanId)}:${jsonString(spanId)}`;
  if (traceFlags !== undefined) {
    const hex = (traceFlags & 0xff).toString(16).padStart(2, '0');
    text += `,${jsonString(names.flags)}:"${hex}"`;
  }
  return text;
}

function keyCache(names: TraceNames): (key: string) => string {
  const rendered = new Map<string, string>();
  return (key) => {
    let text = rendered.get(key);
    if (text === undefined) {
      text = `,${jsonString(flattenedKey(key, 'fields.', names))}:`;
      if (rendered.size >= MAX_KEPT_KEYS) rendered.clear();
      rendered.set(key, text);
    }
    return text;
  };
}
