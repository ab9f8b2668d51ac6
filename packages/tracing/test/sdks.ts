// The tracing SDKs of two major versions, which tests take turns with.

import { context, propagation, trace } from '@opentelemetry/api';
import type * as base from '@opentelemetry/sdk-trace-base';
import * as node from '@opentelemetry/sdk-trace-node';
import type * as baseV1 from 'otel-sdk-trace-base-v1';
import * as nodeV1 from 'otel-sdk-trace-node-v1';

export interface TracingSdk {
  readonly version: string;
  /** Registers a provider with these processors, and an AsyncLocalStorage context manager. */
  register(processors?: readonly unknown[], spanLimits?: object): void;
}

export const TRACING_SDKS: readonly TracingSdk[] = [
  {
    version: '2',
    register(processors = [], spanLimits = {}) {
      const spanProcessors = processors as base.SpanProcessor[];
      new node.NodeTracerProvider({ spanProcessors, spanLimits }).register();
    },
  },
  {
    version: '1',
    register(processors = [], spanLimits = {}) {
      const spanProcessors = processors as baseV1.SpanProcessor[];
      new nodeV1.NodeTracerProvider({ spanProcessors, spanLimits }).register();
    },
  },
];

/** OpenTelemetry's globals as they were before anything was registered. */
export function unregister(): void {
  trace.disable();
  context.disable();
  propagation.disable();
}
