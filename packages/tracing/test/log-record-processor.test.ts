// Log records of both versions of the logs SDK: severity numbers, bodies, the span they belong to.

import { context, trace } from '@opentelemetry/api';
import * as logs from '@opentelemetry/sdk-logs';
import * as logsV057 from 'otel-sdk-logs-v0.57';
import type { Recorder } from 'ttlog';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FlightRecorderLogRecordProcessor } from '../src/index.ts';
import { eventsOf, record } from './recorded.ts';
import { TRACING_SDKS, unregister } from './sdks.ts';

interface Emitter {
  emit(record: object): void;
}

const LOG_SDKS: { version: string; logger: (recorder: Recorder) => Emitter }[] = [
  {
    version: '0.223',
    logger: (recorder) =>
      new logs.LoggerProvider({
        processors: [new FlightRecorderLogRecordProcessor(recorder) as logs.LogRecordProcessor],
      }).getLogger('billing', '2.0'),
  },
  {
    version: '0.57',
    logger: (recorder) => {
      const provider = new logsV057.LoggerProvider();
      provider.addLogRecordProcessor(
        new FlightRecorderLogRecordProcessor(recorder) as logsV057.LogRecordProcessor,
      );
      return provider.getLogger('billing', '2.0') as Emitter;
    },
  },
];

let recorder: Recorder;

beforeEach(() => {
  recorder = record();
  TRACING_SDKS[0].register();
});

afterEach(async () => {
  unregister();
  await recorder.stop();
});

describe.each(LOG_SDKS)('with version $version of the logs SDK', ({ logger }) => {
  test('every severity number is kept exactly, and none is none', async () => {
    const log = logger(recorder);
    for (let n = 1; n <= 24; n++) log.emit({ severityNumber: n, body: `severity ${n}` });
    log.emit({ body: 'no severity' });
    log.emit({ severityNumber: 13, severityText: 'Warnung', body: 'named' });
    const events = await eventsOf(recorder);
    const byMessage = new Map(events.map((event) => [event.message, event]));
    for (let n = 1; n <= 24; n++) expect(byMessage.get(`severity ${n}`)?.severity).toBe(n);
    expect(byMessage.get('no severity')?.fields).toEqual({
      severityNumber: 0,
      scopeVersion: '2.0',
    });
    expect(byMessage.get('named')?.fields).toEqual({
      severityText: 'Warnung',
      scopeVersion: '2.0',
    });
    expect(events[0].logger).toBe('billing');
  });

  test('bodies, attributes and the active span are as they were emitted', async () => {
    const log = logger(recorder);
    const span = trace.getTracer('t').startSpan('work');
    context.with(trace.setSpan(context.active(), span), () => {
      log.emit({
        severityNumber: 9,
        body: { nested: { list: [1, 'a'] } },
        attributes: { 'user.id': 7, body: 'of theirs', 'session.id': 's' },
        // To come, since the older SDK takes times before the process for readings of its clock.
        timestamp: 4_000_000_000_000,
      });
    });
    log.emit({ severityNumber: 9, body: 'outside' });
    const [inside, outside] = await eventsOf(recorder);
    const { traceId, spanId } = span.spanContext();
    expect(inside).toMatchObject({ traceId, spanId, traceFlags: 1, message: '' });
    expect(inside.fields).toEqual({
      body: { nested: { list: [1, 'a'] } },
      scopeVersion: '2.0',
      timestampNs: 4_000_000_000_000_000_000n,
      'user.id': 7,
      'fields.body': 'of theirs',
      'session.id': '[Redacted]',
    });
    expect(outside.traceId).toBeUndefined();
  });
});

test('a processor forgives records of any form', () => {
  const processor = new FlightRecorderLogRecordProcessor(recorder);
  for (const record of [null, 7, {}, { hrTime: 'x' }, { hrTime: [Number.NaN, 0] }]) {
    expect(() => processor.onEmit(record as never)).not.toThrow();
  }
});
