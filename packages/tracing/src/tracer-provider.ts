/**
 * Tracing for programs without an SDK: instrumented libraries find a provider that records their
 * spans into the ring, and a context that follows asynchronous calls. Nothing is exported, and
 * nothing is added to outgoing requests.
 */

import {
  type Context,
  context,
  isSpanContextValid,
  type Span,
  SpanKind,
  type SpanOptions,
  TraceFlags,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';
import type { Recorder } from 'ttlog';
import { AsyncContextManager } from './context-manager.ts';
import { newSpanId, newTraceId } from './random-ids.ts';
import { RecordedSpan } from './recorded-span.ts';
import type { Scope } from './sdk-types.ts';

/**
 * A tracer provider that records every span into the ring and needs nothing else installed. Where
 * an SDK is in use, use its provider with a `FlightRecorderSpanProcessor` instead.
 */
export class FlightRecorderTracerProvider implements TracerProvider {
  readonly #recorder: Recorder;

  /** `recorder`: that of this thread, from `startRecorder`. */
  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  /**
   * Makes it OpenTelemetry's provider of this thread, with an AsyncLocalStorage context manager.
   * False, and nothing is changed, where another provider is registered already. A context manager
   * that is there already is kept.
   */
  register(): boolean {
    if (!trace.setGlobalTracerProvider(this)) return false;
    context.setGlobalContextManager(new AsyncContextManager());
    return true;
  }

  getTracer(name: string, version?: string): Tracer {
    return new RecordingTracer(this.#recorder, { name, version });
  }
}

class RecordingTracer implements Tracer {
  readonly #recorder: Recorder;
  readonly #scope: Scope;

  constructor(recorder: Recorder, scope: Scope) {
    this.#recorder = recorder;
    this.#scope = scope;
  }

  startSpan(name: string, options: SpanOptions = {}, parent: Context = context.active()): Span {
    const found = options.root ? undefined : trace.getSpanContext(parent);
    const parentSpanContext = found && isSpanContextValid(found) ? found : undefined;
    return new RecordedSpan(this.#recorder, this.#scope, {
      name,
      kind: options.kind ?? SpanKind.INTERNAL,
      spanContext: {
        traceId: parentSpanContext?.traceId ?? newTraceId(),
        spanId: newSpanId(),
        traceFlags: parentSpanContext?.traceFlags ?? TraceFlags.SAMPLED,
        ...(parentSpanContext?.traceState ? { traceState: parentSpanContext.traceState } : {}),
      },
      parentSpanContext,
      startTime: options.startTime,
      attributes: options.attributes,
      links: options.links,
    });
  }

  startActiveSpan<F extends (span: Span) => unknown>(
    name: string,
    ...rest: readonly [F] | readonly [SpanOptions, F] | readonly [SpanOptions, Context, F]
  ): ReturnType<F> {
    const run = rest[rest.length - 1] as (span: Span) => ReturnType<F>;
    const options = rest.length > 1 ? (rest[0] as SpanOptions) : {};
    const parent = rest.length > 2 ? (rest[1] as Context) : context.active();
    const span = this.startSpan(name, options, parent);
    return context.with(trace.setSpan(parent, span), run, undefined, span);
  }
}
