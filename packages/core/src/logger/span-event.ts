/**
 * Spans of OpenTelemetry's SDKs as events: what of a span stands in which field, for taps and for
 * whatever else has spans. Their form is known, and nothing of OpenTelemetry is loaded. `readSpans`
 * of `ttlog/reader` makes spans of the events again.
 */

import { type ForeignEvent, recordForeign } from './foreign-event.ts';

/** Seconds since 1970, and nanoseconds. */
type Time = readonly [seconds: number, ns: number];

interface Scope {
  readonly name?: string;
  readonly version?: string | undefined;
}

/** In the words of versions 1 to 3 of the SDKs. */
export interface ForeignSpan {
  readonly name: string;
  readonly kind: number;
  spanContext(): {
    readonly traceId: string;
    readonly spanId: string;
    readonly traceFlags: number;
    readonly traceState?: { serialize(): string } | undefined;
  };
  readonly parentSpanContext?: { readonly spanId: string } | undefined;
  /** In version 1. */
  readonly parentSpanId?: string | undefined;
  readonly startTime: Time;
  /** Of one that has ended, as are status and events. */
  readonly endTime: Time;
  readonly status: { readonly code: number; readonly message?: string | undefined };
  readonly attributes: object;
  readonly links: readonly {
    readonly context: { readonly traceId: string; readonly spanId: string };
    readonly attributes?: object | undefined;
  }[];
  readonly events: readonly {
    readonly name: string;
    readonly time: Time;
    readonly attributes?: object | undefined;
  }[];
  /** What the SDK did not keep, beyond its limits. */
  readonly droppedAttributesCount?: number;
  readonly droppedEventsCount?: number;
  readonly droppedLinksCount?: number;
  readonly instrumentationScope?: Scope;
  /** In version 1. */
  readonly instrumentationLibrary?: Scope;
}

/** The start or the end of a span, to be recorded as an event. */
export interface SpanMoment {
  readonly kind: 'span-start' | 'span-end';
  readonly span: ForeignSpan;
}

interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes?: object;
}

/** Of a span. */
export type SpanEvent = ForeignEvent & Required<Pick<ForeignEvent, 'attributes'>>;

const UNSET = 0;
const FAILED = 2;
/** OpenTelemetry severity numbers: a failed span is kept as long as errors are. */
const INFO = 9;
const ERROR = 17;

/** Records what another tool has made: an event, or a span of its own. Never throws. */
export function recordMade(made: ForeignEvent | SpanMoment): void {
  try {
    recordForeign('span' in made ? eventOf(made) : made);
  } catch {
    // A span of another form than those that are known.
  }
}

function eventOf({ kind, span }: SpanMoment): SpanEvent {
  return kind === 'span-end' ? endOf(span) : startOf(span);
}

export function startOf(span: ForeignSpan): SpanEvent {
  const { name = '', kind = 0, startTime, attributes = {}, links = [] } = span;
  const scope = span.instrumentationScope ?? span.instrumentationLibrary ?? {};
  const { traceId, spanId, traceFlags, traceState } = span.spanContext();
  const parentSpanId = span.parentSpanContext?.spanId ?? span.parentSpanId;
  const known = { parentSpanId, scopeVersion: scope.version, traceState: traceState?.serialize() };
  const facts = Object.fromEntries(Object.entries(known).filter(([, fact]) => fact));
  return {
    kind: 'span-start',
    severity: INFO,
    logger: scope.name ?? '',
    message: name,
    facts: { kind, ...facts, startNs: nanoseconds(startTime) },
    attributes,
    lists: links.length === 0 ? {} : { links: links.map(linkOf) },
    trace: { traceId, spanId, flags: traceFlags },
  };
}

/** Says again what the start said, which may be overwritten by then. */
export function endOf(span: ForeignSpan): SpanEvent {
  const start = startOf(span);
  const { code, message = '' } = span.status;
  const events = span.events.map(({ name, time, attributes }) => ({
    name,
    timeNs: nanoseconds(time),
    ...(attributes === undefined ? {} : { attributes }),
  }));
  return {
    ...start,
    kind: 'span-end',
    severity: code === FAILED ? ERROR : INFO,
    facts: {
      ...start.facts,
      endNs: nanoseconds(span.endTime),
      ...(code === UNSET ? {} : { status: code }),
      ...(message === '' ? {} : { statusMessage: message }),
      ...droppedBy(span),
    },
    lists: { ...start.lists, ...(events.length === 0 ? {} : { events }) },
  };
}

function droppedBy(span: ForeignSpan): { readonly [fact: string]: number } {
  const counts = {
    droppedAttributes: span.droppedAttributesCount ?? 0,
    droppedEvents: span.droppedEventsCount ?? 0,
    droppedLinks: span.droppedLinksCount ?? 0,
  };
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

function linkOf({ context, attributes }: ForeignSpan['links'][number]): SpanLink {
  const { traceId, spanId } = context;
  return { traceId, spanId, ...(attributes === undefined ? {} : { attributes }) };
}

/** Nanoseconds since 1970: more than a number holds exactly. */
function nanoseconds([seconds, ns]: Time): bigint {
  return BigInt(Math.trunc(seconds)) * 1_000_000_000n + BigInt(Math.trunc(ns));
}
