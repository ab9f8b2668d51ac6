/**
 * A span as events of the recorder: what stands in which field. `ttlog/reader` makes spans of them
 * again (`readSpans`).
 */

import type { HrTime, SpanContext } from '@opentelemetry/api';
import { SpanStatusCode } from '@opentelemetry/api';
import type { Recorder, TraceContext } from 'ttlog';
import type { Scope, SdkSpan } from './sdk-types.ts';

/** OpenTelemetry severity numbers: a failed span is kept as long as errors are. */
const INFO = 9;
const ERROR = 17;

export function recordStart(recorder: Recorder, span: SdkSpan): void {
  const scope = scopeOf(span);
  recorder.record({
    kind: 'span-start',
    severity: INFO,
    logger: scope.name ?? '',
    message: span.name,
    facts: { ...identity(span, scope), startNs: nanoseconds(span.startTime) },
    attributes: span.attributes,
    lists: linksOf(span),
    trace: traceOf(span.spanContext()),
  });
}

/** Says again what the start said, which may be overwritten by then. */
export function recordEnd(recorder: Recorder, span: SdkSpan): void {
  const scope = scopeOf(span);
  const { code, message } = span.status;
  const status: { [name: string]: unknown } = {};
  if (code !== SpanStatusCode.UNSET) status.status = code;
  if (message !== undefined && message !== '') status.statusMessage = message;
  const events = span.events.map(({ name, time, attributes }) => ({
    name,
    timeNs: nanoseconds(time),
    ...(attributes === undefined ? {} : { attributes }),
  }));
  recorder.record({
    kind: 'span-end',
    severity: code === SpanStatusCode.ERROR ? ERROR : INFO,
    logger: scope.name ?? '',
    message: span.name,
    facts: {
      ...identity(span, scope),
      startNs: nanoseconds(span.startTime),
      endNs: nanoseconds(span.endTime),
      ...status,
    },
    attributes: span.attributes,
    lists: events.length === 0 ? linksOf(span) : { ...linksOf(span), events },
    trace: traceOf(span.spanContext()),
  });
}

export function traceOf({ traceId, spanId, traceFlags }: SpanContext): TraceContext {
  return { traceId, spanId, flags: traceFlags };
}

/** Nanoseconds since 1970: more than a number holds exactly. */
export function nanoseconds([seconds, ns]: HrTime): bigint {
  return BigInt(Math.trunc(seconds)) * 1_000_000_000n + BigInt(Math.trunc(ns));
}

function scopeOf(span: SdkSpan): Scope {
  return span.instrumentationScope ?? span.instrumentationLibrary ?? {};
}

function identity(span: SdkSpan, { version }: Scope): { [name: string]: unknown } {
  const parentSpanId = span.parentSpanContext?.spanId ?? span.parentSpanId;
  const traceState = span.spanContext().traceState?.serialize();
  return {
    kind: span.kind,
    ...(parentSpanId === undefined || parentSpanId === '' ? {} : { parentSpanId }),
    ...(version === undefined || version === '' ? {} : { scopeVersion: version }),
    ...(traceState === undefined || traceState === '' ? {} : { traceState }),
  };
}

function linksOf(span: SdkSpan): { [name: string]: { attributes?: object }[] } {
  if (span.links.length === 0) return {};
  const links = span.links.map(({ context: { traceId, spanId }, attributes }) => ({
    traceId,
    spanId,
    ...(attributes === undefined ? {} : { attributes }),
  }));
  return { links };
}
