/**
 * A span of one of OpenTelemetry's SDKs as events, by its form alone. The fields are those that
 * `@ttlog/tracing` records, of which `readSpans` makes spans again.
 */

import type { TraceContext } from '../logger/context.ts';
import type { ForeignEvent } from '../logger/foreign-event.ts';

type Attributes = { readonly [name: string]: unknown };

/** Seconds since 1970, and nanoseconds. */
type Time = readonly [number, number];

/** What the API promises, and what the SDKs have besides. */
export interface ApiSpan {
  spanContext(): {
    readonly traceId: string;
    readonly spanId: string;
    readonly traceFlags: number;
    readonly traceState?: { serialize(): string } | undefined;
  };
  isRecording(): boolean;
  readonly name?: string;
  readonly kind?: number;
  readonly startTime?: Time;
  readonly attributes?: Attributes;
  readonly parentSpanContext?: { readonly spanId: string } | undefined;
  /** In version 1 of the SDK. */
  readonly parentSpanId?: string | undefined;
  readonly links?: readonly Link[];
  readonly instrumentationScope?: Scope;
  /** In version 1 of the SDK. */
  readonly instrumentationLibrary?: Scope;
}

/** One that has ended. */
export interface EndedSpan extends ApiSpan {
  readonly endTime: Time;
  readonly status: { readonly code: number; readonly message?: string | undefined };
  readonly events: readonly { name: string; time: Time; attributes?: object }[];
}

interface Scope {
  readonly name?: string;
  readonly version?: string | undefined;
}

interface Link {
  readonly context: { readonly traceId: string; readonly spanId: string };
  readonly attributes?: object;
}

const UNSET = 0;
const FAILED = 2;
/** OpenTelemetry severity numbers: a failed span is kept as long as errors are. */
const INFO = 9;
const ERROR = 17;

/** null where nobody records it, or where it is of no SDK that is known. */
export function startOf(span: ApiSpan): ForeignEvent | null {
  if (!span.isRecording() || span.name === undefined || span.startTime === undefined) return null;
  return { ...commonOf(span), kind: 'span-start', severity: INFO };
}

/** Says again what the start said, which may be overwritten by then. */
export function endOf(span: EndedSpan): ForeignEvent {
  const { code, message = '' } = span.status;
  const common = commonOf(span);
  const events = span.events.map(({ name, time, attributes }) => ({
    name,
    timeNs: nanoseconds(time),
    ...(attributes === undefined ? {} : { attributes }),
  }));
  return {
    ...common,
    kind: 'span-end',
    severity: code === FAILED ? ERROR : INFO,
    facts: {
      ...common.facts,
      endNs: nanoseconds(span.endTime),
      ...(code === UNSET ? {} : { status: code }),
      ...(message === '' ? {} : { statusMessage: message }),
    },
    lists: events.length === 0 ? common.lists : { ...common.lists, events },
  };
}

function commonOf(span: ApiSpan): Required<Pick<ForeignEvent, 'facts' | 'lists'>> & ForeignEvent {
  const { name = '', kind = 0, startTime = [0, 0], attributes = {}, links = [] } = span;
  const scope = span.instrumentationScope ?? span.instrumentationLibrary ?? {};
  const { traceId, spanId, traceFlags, traceState } = span.spanContext();
  const parentSpanId = span.parentSpanContext?.spanId ?? span.parentSpanId;
  const trace: TraceContext = { traceId, spanId, flags: traceFlags };
  const known = { parentSpanId, scopeVersion: scope.version, traceState: traceState?.serialize() };
  const facts = Object.fromEntries(Object.entries(known).filter(([, fact]) => fact));
  return {
    severity: INFO,
    logger: scope.name ?? '',
    message: name,
    facts: { kind, ...facts, startNs: nanoseconds(startTime) },
    attributes: withoutQuery(attributes),
    lists: links.length === 0 ? {} : { links: links.map(linkOf) },
    trace,
  };
}

/** What instrumentations say of a request, without its query, as the other taps have it. */
function withoutQuery(attributes: Attributes): Attributes {
  const kept: { [name: string]: unknown } = { ...attributes };
  delete kept['url.query'];
  for (const name of ['url.full', 'http.url', 'http.target']) {
    const url = kept[name];
    if (typeof url === 'string') kept[name] = url.split('?', 1)[0];
  }
  return kept;
}

function linkOf({ context: { traceId, spanId }, attributes }: Link): { attributes?: object } {
  return { traceId, spanId, ...(attributes === undefined ? {} : { attributes }) } as object;
}

/** Nanoseconds since 1970: more than a number holds exactly. */
function nanoseconds([seconds, ns]: Time): bigint {
  return BigInt(Math.trunc(seconds)) * 1_000_000_000n + BigInt(Math.trunc(ns));
}
