/**
 * Events as log records of OTLP/JSON, all but the starts and ends of spans. What the log record
 * processor put into fields of its own goes back to where OpenTelemetry has it.
 */

import type { RecordedEvent, Recording } from 'ttlog/reader';
import { isSpanId, isTraceId, nanoText, resourceOf, ScopeBatch } from './otlp-batch.ts';
import { type AnyValue, anyValue, describeError, type KeyValue, keyValues } from './otlp-value.ts';

interface LogRecord {
  readonly timeUnixNano: string;
  readonly observedTimeUnixNano: string;
  readonly severityNumber?: number;
  readonly severityText: string;
  readonly body: AnyValue;
  readonly attributes: KeyValue[];
  readonly eventName?: string;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly flags?: number;
}

/** Of an Error, what the semantic conventions have names for. */
const EXCEPTION_FACTS = ['type', 'message', 'stacktrace'];

export function* logLines(recording: Recording, size: number): Generator<string> {
  const resource = resourceOf(recording);
  const batch = new ScopeBatch<LogRecord>();
  const line = (): string => {
    const scopeLogs = batch.take().map(({ scope, records }) => ({ scope, logRecords: records }));
    return JSON.stringify({ resourceLogs: [{ resource, scopeLogs }] });
  };
  for (const event of recording.events()) {
    if (event.kind !== 'log') continue;
    const { scopeVersion } = event.fields;
    const version = typeof scopeVersion === 'string' ? scopeVersion.toWellFormed() : '';
    batch.add(event.logger.toWellFormed(), version, toLogRecord(event));
    if (batch.count >= size) yield line();
  }
  if (batch.count > 0) yield line();
}

function toLogRecord(event: RecordedEvent): LogRecord {
  const { traceId, spanId, traceFlags, timeNs, severity, level, context } = event;
  const fields = { ...event.fields };
  const observedTimeUnixNano = nanoText(timeNs);
  const timestampNs = takeBigint(fields, 'timestampNs');
  const severityText = takeText(fields, 'severityText');
  const eventName = takeText(fields, 'eventName');
  takeText(fields, 'scopeVersion');
  // The processor's way to say that there was none.
  const hasSeverity = fields.severityNumber !== 0;
  if (!hasSeverity) delete fields.severityNumber;
  return {
    timeUnixNano: timestampNs === undefined ? observedTimeUnixNano : nanoText(timestampNs),
    observedTimeUnixNano,
    ...(hasSeverity ? { severityNumber: severity } : {}),
    severityText: severityText?.toWellFormed() ?? level,
    body: takeBody(fields, event.message, eventName),
    attributes: attributesOf({ ...context, ...fields }, event),
    ...(eventName === undefined ? {} : { eventName: eventName.toWellFormed() }),
    ...(isTraceId(traceId) ? { traceId } : {}),
    ...(isTraceId(traceId) && isSpanId(spanId) ? { spanId, flags: (traceFlags ?? 0) & 0xff } : {}),
  };
}

/** The field, if it is text; it is no attribute any more. */
function takeText(fields: { [key: string]: unknown }, key: string): string | undefined {
  const value = fields[key];
  if (typeof value !== 'string') return undefined;
  delete fields[key];
  return value;
}

/** The same for a bigint. */
function takeBigint(fields: { [key: string]: unknown }, key: string): bigint | undefined {
  const value = fields[key];
  if (typeof value !== 'bigint') return undefined;
  delete fields[key];
  return value;
}

/** The message, or the body of a record that had none that is text. */
function takeBody(
  fields: { [key: string]: unknown },
  message: string,
  eventName: string | undefined,
): AnyValue {
  const hasOtherBody = Object.hasOwn(fields, 'body') && message === (eventName ?? '');
  if (!hasOtherBody) return { stringValue: message.toWellFormed() };
  const { body } = fields;
  delete fields.body;
  return anyValue(body);
}

function attributesOf(fields: { [key: string]: unknown }, { thread }: RecordedEvent): KeyValue[] {
  const errorKey = Object.hasOwn(fields, 'err')
    ? 'err'
    : Object.keys(fields).find((key) => fields[key] instanceof Error);
  const error = errorKey === undefined ? undefined : fields[errorKey];
  const attributes: { [key: string]: unknown } = Object.create(null);
  if (errorKey !== undefined && error instanceof Error) {
    delete fields[errorKey];
    for (const [name, value] of Object.entries(describeError(error))) {
      const isException = EXCEPTION_FACTS.includes(name);
      attributes[isException ? `exception.${name}` : `${errorKey}.${name}`] = value;
    }
  }
  for (const key of Object.keys(fields)) attributes[key] = fields[key];
  attributes['thread.id'] ??= thread.id;
  if (thread.name !== '') attributes['thread.name'] ??= thread.name;
  return keyValues(attributes);
}
