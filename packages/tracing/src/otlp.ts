/**
 * The entry `@ttlog/tracing/otlp`: a recording as OTLP/JSON, for collectors and back ends. Imports
 * nothing of OpenTelemetry; where the lines go is up to the caller.
 */

import type { Recording } from 'ttlog/reader';
import { logLines } from './otlp-logs.ts';
import { traceLines } from './otlp-traces.ts';

/** Records of one line. */
const DEFAULT_BATCH = 512;

export interface OtlpOptions {
  /** Log records or spans of one line, 1 to 10,000; 512 by default. */
  readonly batch?: number;
}

/** One signal each, for a file of its own. */
export interface OtlpExport {
  /** One `LogsData` object a line, without the newline: a body for `/v1/logs`. */
  readonly logs: Iterable<string>;
  /** One `TracesData` object a line, without the newline: a body for `/v1/traces`. */
  readonly traces: Iterable<string>;
}

/**
 * The events of a recording as OTLP log records and its spans as OTLP spans, both read while they
 * are walked. Ids are hex, 64-bit numbers decimal texts. An Error becomes the attributes
 * `exception.*`; a span that had not ended ends with the recording and has the attribute
 * `ttlog.unfinished`. Throws a TypeError for a wrong option.
 */
export function exportOtlp(recording: Recording, options: OtlpOptions = {}): OtlpExport {
  const { batch = DEFAULT_BATCH } = options;
  if (!Number.isInteger(batch) || batch < 1 || batch > 10_000) {
    throw new TypeError(`exportOtlp: batch is ${String(batch)}; it takes a number from 1 to 10000`);
  }
  return {
    logs: { [Symbol.iterator]: () => logLines(recording, batch) },
    traces: { [Symbol.iterator]: () => traceLines(recording, batch) },
  };
}
