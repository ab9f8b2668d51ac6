/**
 * The package `@ttlog/tracing`: what OpenTelemetry knows, in the flight recorder. Importing it
 * registers nothing.
 */

export { FlightRecorderLogRecordProcessor } from './log-record-processor.ts';
export type { Scope, SdkEvent, SdkLink, SdkLogRecord, SdkSpan } from './sdk-types.ts';
export { FlightRecorderSpanProcessor } from './span-processor.ts';
export { traceEvents } from './trace-events.ts';
export { FlightRecorderTracerProvider } from './tracer-provider.ts';
