/**
 * One JSON object a line, as hl, lnav, jq, pino-pretty and DuckDB read it: first what ttlog
 * knows, then the context and the fields, all at the top level. A key of the application that is
 * the name of something of ours stands under `fields.` or `context.`, and so does one that begins
 * with such a prefix, so that nothing is lost and nothing is ambiguous.
 */

import { flattenedKey, type RecordedEvent, TRACE_NAMES, type TraceNames } from 'ttlog/reader';
import type { RecordingFile } from '../recording-file.ts';
import { isoClock } from './clock.ts';
import { jsonString } from './escape.ts';
import { jsonValue } from './json-value.ts';

export { flattenedKey, TRACE_NAMES, type TraceNames };

/** Rendered keys kept; a recording with more is slower, never larger in memory. */
const MAX_KEPT_KEYS = 4096;

export function jsonlFormat(
  names: TraceNames = TRACE_NAMES,
): (event: RecordedEvent, file: RecordingFile) => string {
  const [traceKey, spanKey, flagsKey] = [names.traceId, names.spanId, names.flags].map(jsonString);
  const time = isoClock();
  const sources = new Map<RecordingFile, string>();
  const fieldKeys = keyCache('fields.', names);
  const contextKeys = keyCache('context.', names);
  return (event, file) => {
    let source = sources.get(file);
    if (source === undefined) {
      source = sourceText(file);
      sources.set(file, source);
    }
    const { fields, context, thread } = event;
    let line = `{"time":"${time(event.timeNs)}","level":"${event.level}"`;
    if (event.logger !== '') line += `,"logger":${jsonString(event.logger)}`;
    line += `,"msg":${jsonString(event.message)}`;
    if (event.kind !== 'log') line += `,"kind":"${event.kind}"`;
    line += `${source},"thread":${thread.id}`;
    if (thread.name !== '') line += `,"thread_name":${jsonString(thread.name)}`;
    for (const key of Object.keys(context)) {
      // A field of the same name is the one that counts; the binding it hides is kept aside.
      const rendered = Object.hasOwn(fields, key)
        ? `,${jsonString(`context.${key}`)}:`
        : contextKeys(key);
      line += rendered + jsonValue(context[key]);
    }
    for (const key of Object.keys(fields)) line += fieldKeys(key) + jsonValue(fields[key]);
    if (event.traceId !== undefined) line += `,${traceKey}:${jsonString(event.traceId)}`;
    if (event.spanId !== undefined) line += `,${spanKey}:${jsonString(event.spanId)}`;
    if (event.traceFlags !== undefined) line += `,${flagsKey}:"${flagsText(event.traceFlags)}"`;
    return `${line}}\n`;
  };
}

/** Two hex digits, as in a `traceparent` header. */
function flagsText(flags: number): string {
  return (flags & 0xff).toString(16).padStart(2, '0');
}

function keyCache(prefix: 'fields.' | 'context.', names: TraceNames): (key: string) => string {
  const rendered = new Map<string, string>();
  return (key) => {
    let text = rendered.get(key);
    if (text === undefined) {
      text = `,${jsonString(flattenedKey(key, prefix, names))}:`;
      if (rendered.size >= MAX_KEPT_KEYS) rendered.clear();
      rendered.set(key, text);
    }
    return text;
  };
}

function sourceText({ recording: { header } }: RecordingFile): string {
  const service = jsonString(header.service);
  return `,"service":${service},"host":${jsonString(header.host)},"pid":${jsonValue(header.pid)}`;
}
