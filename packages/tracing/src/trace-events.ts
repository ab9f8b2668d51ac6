/**
 * Puts the ids of the active span on every event. Reads the context that OpenTelemetry's own
 * context manager keeps; where there is none, no span is ever active.
 */

import { context, INVALID_TRACEID, trace } from '@opentelemetry/api';
import type { Recorder, TraceContext } from 'ttlog';

/**
 * From now on every event that this thread logs carries trace id, span id and flags of the span
 * that is active then. A worker thread calls it too, with the handle that `startRecorder` gives
 * it there. Takes the place of an earlier `setTraceContext`; `recorder.stop()` ends it.
 */
export function traceEvents(recorder: Recorder): void {
  recorder.setTraceContext(activeTrace);
}

function activeTrace(): TraceContext | undefined {
  const span = trace.getSpan(context.active());
  if (span === undefined) return undefined;
  const { traceId, spanId, traceFlags } = span.spanContext();
  return traceId === INVALID_TRACEID ? undefined : { traceId, spanId, flags: traceFlags };
}
