/**
 * The package `@ttlog/tracing`: what OpenTelemetry knows, in the flight recorder. Importing it
 * registers nothing.
 */

export { traceEvents } from './trace-events.ts';
