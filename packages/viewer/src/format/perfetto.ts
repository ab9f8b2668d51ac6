/**
 * A recording in the trace event format that Perfetto and chrome://tracing open: threads as tracks, spans
 * as asynchronous slices (they overlap, which nested ones must not), log events as instants, the
 * crash marked on all tracks. Times are microseconds with three decimals.
 */

import type { RecordedEvent, RecordedSpan } from 'ttlog/reader';
import { spansOfFiles } from '../digest/spans-of-files.ts';
import type { RecordingFile } from '../recording-file.ts';
import { causeText, isCrash } from './ending.ts';
import { jsonString } from './escape.ts';
import { deathNs } from './event-clock.ts';
import { jsonValue } from './json-value.ts';
import { processLabel, threadLabel } from './source-label.ts';

export interface PerfettoPiece {
  readonly text: string;
  /** Log events in it. */
  readonly events: number;
}

/** The whole document, a piece at a time. */
export function* perfettoPieces(
  events: Iterable<{ readonly event: RecordedEvent; readonly file: RecordingFile } | undefined>,
  files: readonly RecordingFile[],
): Generator<PerfettoPiece> {
  const pids = new Map<RecordingFile, number>();
  const pidOf = (file: RecordingFile): number => pids.get(file)!;
  const runs = new Map<string, number>();
  let text = '{"displayTimeUnit":"ns","traceEvents":[';
  let separator = '';
  for (const file of files) {
    const { runId, pid } = file.recording.header;
    // Two processes with one pid (containers) would share their tracks.
    const isTaken = [...runs.values()].includes(pid) && !runs.has(runId);
    runs.set(runId, runs.get(runId) ?? (isTaken ? 1_000_000_000 + runs.size : pid));
    pids.set(file, runs.get(runId)!);
    for (const item of [...trackItems(file, pidOf(file)), ...crashItems(file, pidOf(file))]) {
      text += separator + item;
      separator = ',\n';
    }
  }
  yield { text, events: 0 };
  for (const { span, file } of spansOfFiles(files)) {
    yield { text: separator + spanItems(span, file, pidOf(file)).join(',\n'), events: 0 };
    separator = ',\n';
  }
  for (const sourced of events) {
    if (sourced === undefined || sourced.event.kind !== 'log') {
      yield { text: '', events: 0 };
      continue;
    }
    const { event, file } = sourced;
    yield { text: separator + instantItem(event, pidOf(file)), events: 1 };
    separator = ',\n';
  }
  const sources = files.map((file) => jsonString(file.path)).join(',');
  yield { text: `],"otherData":{"source":"ttlog-view","recordings":[${sources}]}}\n`, events: 0 };
}

function trackItems(file: RecordingFile, pid: number): string[] {
  const { threads } = file.recording;
  const named = (name: string, tid: number, args: string): string =>
    `{"ph":"M","name":"${name}","pid":${pid},"tid":${tid},"args":${args}}`;
  return [
    named('process_name', 0, `{"name":${jsonString(processLabel(file))}}`),
    ...threads.flatMap((thread, index) => [
      named('thread_name', thread.id, `{"name":${jsonString(threadLabel(thread, threads))}}`),
      named('thread_sort_index', thread.id, `{"sort_index":${index}}`),
    ]),
  ];
}

function crashItems(file: RecordingFile, pid: number): string[] {
  const { header } = file.recording;
  if (!isCrash(header)) return [];
  const args = jsonValue({ error: header.error, reason: header.reason });
  const name = jsonString(causeText(file));
  const tid = Number.isSafeInteger(header.trigger.thread) ? header.trigger.thread : 0;
  const ts = microseconds(deathNs(file));
  return [
    `{"ph":"i","s":"g","name":${name},"cat":"crash","ts":${ts},"pid":${pid},"tid":${tid},"args":${args}}`,
  ];
}

function instantItem(event: RecordedEvent, pid: number): string {
  const { message, level, logger, thread, fields, context, timeNs } = event;
  const ids = event.traceId === undefined ? {} : { trace_id: event.traceId, span_id: event.spanId };
  const args = jsonValue({ logger, level, ...context, ...fields, ...ids });
  const place = `"ts":${microseconds(timeNs)},"pid":${pid},"tid":${thread.id}`;
  return `{"ph":"i","s":"t","name":${jsonString(message)},"cat":"${level}",${place},"args":${args}}`;
}

/** A span that never ended ends with the recording, and says so. */
function spanItems(span: RecordedSpan, { recording }: RecordingFile, pid: number): string[] {
  const { name, scope, traceId, spanId, thread, startNs, attributes, status } = span;
  const isUnfinished = span.endNs === null;
  let endNs = span.endNs ?? recording.endNs;
  if (endNs < startNs) endNs = startNs;
  const ids = { trace_id: traceId, span_id: spanId, parent_span_id: span.parentSpanId ?? null };
  const marks = isUnfinished ? { unfinished: true } : {};
  const args = jsonValue({ ...attributes, ...ids, status, ...marks });
  const common =
    `"name":${jsonString(name)},"cat":${jsonString(scope.name || 'span')},` +
    `"id":${jsonString(`${traceId}/${spanId}`)},"pid":${pid},"tid":${thread.id}`;
  return [
    `{"ph":"b",${common},"ts":${microseconds(startNs)},"args":${args}}`,
    `{"ph":"e",${common},"ts":${microseconds(endNs)}}`,
  ];
}

/** Exact, which a double of so many digits is not. */
function microseconds(ns: bigint): string {
  const size = ns < 0n ? -ns : ns;
  const fraction = String(size % 1000n).padStart(3, '0');
  return `${ns < 0n ? '-' : ''}${size / 1000n}.${fraction}`;
}
