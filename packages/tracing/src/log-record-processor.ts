/**
 * A log record processor for the logs SDK: its records become events of the recorder, with their
 * own severity number and the span that they belong to.
 */

import type { HrTime, SpanContext } from '@opentelemetry/api';
import type { Recorder, TraceContext } from 'ttlog';
import type { SdkLogRecord } from './sdk-types.ts';

/** A record that says nothing of its time has it from the clock, twice within this. */
const SAME_INSTANT_NS = 1_000_000n;
const MAX_SEVERITY = 24;

/**
 * Records what is emitted through OpenTelemetry's logs. A text is the message, another body the
 * field `body`; attributes are the fields. A severity number from 1 to 24 is kept exactly; a record
 * without one is stored as info (9), with the field `severityNumber` 0. Fits `processors` of the
 * logs SDK. Never throws and never waits.
 */
export class FlightRecorderLogRecordProcessor {
  readonly #recorder: Recorder;

  /** `recorder`: that of this thread, from `startRecorder`. */
  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  onEmit(record: SdkLogRecord, _context?: unknown): void {
    try {
      const { body, eventName, severityNumber = 0, spanContext, attributes } = record;
      const scope = record.instrumentationScope ?? {};
      this.#recorder.record({
        severity: severityNumber,
        logger: scope.name ?? '',
        message: typeof body === 'string' ? body : (eventName ?? ''),
        facts: factsOf(record),
        attributes,
        ...(spanContext === undefined ? {} : { trace: traceOf(spanContext) }),
      });
    } catch {
      // A record of another form than those that are known.
    }
  }

  /** Nothing is held back, so there is nothing to flush. */
  async forceFlush(): Promise<void> {}

  /** Does nothing: the recorder goes on until it is stopped itself. */
  async shutdown(): Promise<void> {}
}

function factsOf(record: SdkLogRecord): { [name: string]: unknown } {
  const { body, eventName, severityNumber = 0, severityText, hrTime, hrTimeObserved } = record;
  const facts: { [name: string]: unknown } = {};
  if (body !== undefined && typeof body !== 'string') facts.body = body;
  if (eventName !== undefined && eventName !== '') facts.eventName = eventName;
  const isKnown = severityNumber >= 1 && severityNumber <= MAX_SEVERITY;
  if (!isKnown) facts.severityNumber = severityNumber;
  if (severityText !== undefined && severityText !== '') facts.severityText = severityText;
  const version = record.instrumentationScope?.version;
  if (version !== undefined && version !== '') facts.scopeVersion = version;
  const timeNs = nanoseconds(hrTime);
  const observedNs = hrTimeObserved === undefined ? timeNs : nanoseconds(hrTimeObserved);
  const apartNs = timeNs < observedNs ? observedNs - timeNs : timeNs - observedNs;
  if (apartNs > SAME_INSTANT_NS) facts.timestampNs = timeNs;
  return facts;
}

function traceOf({ traceId, spanId, traceFlags }: SpanContext): TraceContext {
  return { traceId, spanId, flags: traceFlags };
}

/** Nanoseconds since 1970: more than a number holds exactly. */
function nanoseconds([seconds, ns]: HrTime): bigint {
  return BigInt(Math.trunc(seconds)) * 1_000_000_000n + BigInt(Math.trunc(ns));
}
