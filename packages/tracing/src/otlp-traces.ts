/** Spans as those of OTLP/JSON, the ones that never ended too. */

import { type RecordedSpan, type Recording, readSpans } from 'ttlog/reader';
import { isSpanId, isTraceId, nanoText, resourceOf, ScopeBatch } from './otlp-batch.ts';
import { type KeyValue, keyValues } from './otlp-value.ts';

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState?: string;
  readonly parentSpanId?: string;
  readonly flags: number;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: KeyValue[];
  readonly events: { timeUnixNano: string; name: string; attributes: KeyValue[] }[];
  readonly links: { traceId: string; spanId: string; attributes: KeyValue[] }[];
  readonly droppedAttributesCount?: number;
  readonly droppedEventsCount?: number;
  readonly droppedLinksCount?: number;
  readonly status: { readonly code: number; readonly message?: string };
}

/** OTLP has 0 for a span whose kind is not known. */
const FIRST_KIND = 1;

export function* traceLines(recording: Recording, size: number): Generator<string> {
  const resource = resourceOf(recording);
  const batch = new ScopeBatch<OtlpSpan>();
  const line = (): string => {
    const scopeSpans = batch.take().map(({ scope, records }) => ({ scope, spans: records }));
    return JSON.stringify({ resourceSpans: [{ resource, scopeSpans }] });
  };
  for (const span of readSpans(recording)) {
    if (!isTraceId(span.traceId) || !isSpanId(span.spanId)) continue;
    const { name, version } = span.scope;
    batch.add(name.toWellFormed(), version.toWellFormed(), toOtlpSpan(span, recording.endNs));
    if (batch.count >= size) yield line();
  }
  if (batch.count > 0) yield line();
}

function toOtlpSpan(span: RecordedSpan, recordingEndNs: bigint): OtlpSpan {
  const { traceId, spanId, parentSpanId, traceState, status, startNs, endNs, dropped } = span;
  const lastNs = recordingEndNs < startNs ? startNs : recordingEndNs;
  const unfinished = endNs === null ? { 'ttlog.unfinished': true } : {};
  const message = status.message.toWellFormed();
  return {
    traceId,
    spanId,
    ...(traceState === '' ? {} : { traceState: traceState.toWellFormed() }),
    ...(isSpanId(parentSpanId) ? { parentSpanId } : {}),
    flags: span.traceFlags & 0xff,
    name: span.name.toWellFormed(),
    kind: span.kind + FIRST_KIND,
    startTimeUnixNano: nanoText(startNs),
    endTimeUnixNano: nanoText(endNs ?? lastNs),
    attributes: keyValues({
      'thread.id': span.thread.id,
      ...span.attributes,
      ...unfinished,
    }),
    events: span.events.map(({ timeNs, name, attributes }) => ({
      timeUnixNano: nanoText(timeNs),
      name: name.toWellFormed(),
      attributes: keyValues(attributes),
    })),
    links: span.links
      .filter((link) => isTraceId(link.traceId) && isSpanId(link.spanId))
      .map((link) => ({
        traceId: link.traceId,
        spanId: link.spanId,
        attributes: keyValues(link.attributes),
      })),
    ...(dropped && {
      droppedAttributesCount: dropped.attributes,
      droppedEventsCount: dropped.events,
      droppedLinksCount: dropped.links,
    }),
    status: message === '' ? { code: status.code } : { code: status.code, message },
  };
}
