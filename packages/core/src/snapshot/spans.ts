/**
 * Spans, put together from their starts and ends. Which fields of the events mean what is the
 * convention of `@ttlog/tracing`; a field of another type than expected is taken for missing, since
 * anybody may have written the file. Trees and durations are up to whoever shows them.
 */

import { isPlainObject } from '../record/own-property.ts';
import type { RecordedEvent, Recording } from './recording.ts';

export interface SpanStatus {
  /** 0 unset, 1 ok, 2 error. */
  readonly code: number;
  readonly message: string;
}

export interface SpanEvent {
  readonly name: string;
  readonly timeNs: bigint;
  readonly attributes: { readonly [name: string]: unknown };
}

export interface SpanLink {
  /** Lower-case hex. */
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: { readonly [name: string]: unknown };
}

/** How many of each the maker of a span did not keep, beyond its limits. */
export interface SpanDrops {
  readonly attributes: number;
  readonly events: number;
  readonly links: number;
}

export interface RecordedSpan {
  /** Lower-case hex. */
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly traceFlags: number;
  /** W3C `tracestate`, if there is one. */
  readonly traceState: string;
  readonly name: string;
  /** OpenTelemetry: 0 internal, 1 server, 2 client, 3 producer, 4 consumer. */
  readonly kind: number;
  readonly scope: { readonly name: string; readonly version: string };
  /** Epoch nanoseconds. */
  readonly startNs: bigint;
  /** null: it had not ended when the recording was taken. */
  readonly endNs: bigint | null;
  readonly status: SpanStatus;
  readonly attributes: { readonly [name: string]: unknown };
  readonly events: readonly SpanEvent[];
  readonly links: readonly SpanLink[];
  /** Only where there are any. */
  readonly dropped?: SpanDrops;
  readonly thread: RecordedEvent['thread'];
}

export interface SpanQuery {
  /** Only spans of this trace. */
  traceId?: string;
  /** How many spans to read at most, the newest ones; 200,000 by default. */
  limit?: number;
}

const DEFAULT_LIMIT = 200_000;
/** What OTLP can say. */
const MAX_DROPPED = 2 ** 32 - 1;

/**
 * The spans of a recording in the order in which they are first met, each as its end tells, or as
 * its start where there is no end.
 */
export function readSpans(recording: Recording, query: SpanQuery = {}): RecordedSpan[] {
  const { traceId: wanted, limit = DEFAULT_LIMIT } = query;
  const spans = new Map<string, RecordedSpan>();
  for (const event of recording.events()) {
    const { kind, traceId, spanId } = event;
    if (kind === 'log' || traceId === undefined || spanId === undefined) continue;
    if (wanted !== undefined && traceId !== wanted) continue;
    const key = traceId + spanId;
    // A start that comes after the end is of a clock that was set back, or of a forger.
    if (kind === 'span-start' && spans.has(key)) continue;
    spans.set(key, toSpan(event, traceId, spanId));
    if (spans.size > limit) {
      const [oldest] = spans.keys();
      spans.delete(oldest);
    }
  }
  return [...spans.values()];
}

function toSpan(event: RecordedEvent, traceId: string, spanId: string): RecordedSpan {
  const { fields, timeNs, kind } = event;
  const startNs = toInstant(fields.startNs) ?? timeNs;
  const endNs = kind === 'span-end' ? (toInstant(fields.endNs) ?? timeNs) : null;
  return {
    traceId,
    spanId,
    parentSpanId: isId(fields.parentSpanId) ? fields.parentSpanId : undefined,
    traceFlags: event.traceFlags ?? 0,
    traceState: toText(fields.traceState),
    name: event.message,
    kind: toSmall(fields.kind, 4),
    scope: { name: event.logger, version: toText(fields.scopeVersion) },
    startNs,
    endNs: endNs !== null && endNs < startNs ? startNs : endNs,
    status: { code: toSmall(fields.status, 2), message: toText(fields.statusMessage) },
    attributes: toAttributes(fields.attributes),
    events: toList(fields.events).map((item) => ({
      name: toText(item.name),
      timeNs: toInstant(item.timeNs) ?? timeNs,
      attributes: toAttributes(item.attributes),
    })),
    links: toList(fields.links)
      .filter((item) => isId(item.traceId) && isId(item.spanId))
      .map((item) => ({
        traceId: item.traceId as string,
        spanId: item.spanId as string,
        attributes: toAttributes(item.attributes),
      })),
    ...toDropped(fields),
    thread: event.thread,
  };
}

function toDropped(fields: RecordedEvent['fields']): { dropped?: SpanDrops } {
  const dropped: SpanDrops = {
    attributes: toSmall(fields.droppedAttributes, MAX_DROPPED),
    events: toSmall(fields.droppedEvents, MAX_DROPPED),
    links: toSmall(fields.droppedLinks, MAX_DROPPED),
  };
  return Object.values(dropped).some((count) => count > 0) ? { dropped } : {};
}

/** Epoch nanoseconds that fit into the 64 bits that other formats have for them. */
function toInstant(value: unknown): bigint | undefined {
  return typeof value === 'bigint' && value >= 0n && value < 1n << 63n ? value : undefined;
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function toSmall(value: unknown, most: number): number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most
    ? (value as number)
    : 0;
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && /^(?:[0-9a-f]{16}){1,2}$/.test(value);
}

function toAttributes(value: unknown): { readonly [name: string]: unknown } {
  return isPlainObject(value) ? value : {};
}

function toList(value: unknown): { readonly [name: string]: unknown }[] {
  return Array.isArray(value) ? value.filter(isPlainObject) : [];
}
