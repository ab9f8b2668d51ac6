/**
 * Under which key a field or a binding stands in a JSON object whose top level it shares with what
 * ttlog says of the event.
 */

const RESERVED_KEYS: ReadonlySet<string> = new Set([
  ...['time', 'level', 'logger', 'msg', 'kind', 'service', 'host', 'pid', 'thread', 'thread_name'],
]);

/** The keys of an event's trace; other back ends look for other ones. */
export interface TraceNames {
  readonly traceId: string;
  readonly spanId: string;
  readonly flags: string;
}

/** Those of OpenTelemetry for logs that are not OTLP. */
export const TRACE_NAMES: TraceNames = {
  traceId: 'trace_id',
  spanId: 'span_id',
  flags: 'trace_flags',
};

/** The key under which a field or a binding stands at the top level. */
export function flattenedKey(
  key: string,
  prefix: 'fields.' | 'context.',
  { traceId, spanId, flags }: TraceNames = TRACE_NAMES,
): string {
  const isTaken =
    RESERVED_KEYS.has(key) ||
    [traceId, spanId, flags].includes(key) ||
    key.startsWith('fields.') ||
    key.startsWith('context.');
  return isTaken ? prefix + key : key;
}
