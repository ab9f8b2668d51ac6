// A service with the SDKs of version 3, which logs by OpenTelemetry and dies inside a span. The API
// that it calls is 1.10, that of `@ttlog/tracing` an older one: both share what is registered.

import { logs, trace } from '@opentelemetry/api';
import { NodeSDK } from '@opentelemetry/sdk-node';
import {
  FlightRecorderLogRecordProcessor,
  FlightRecorderSpanProcessor,
  traceEvents,
} from '@ttlog/tracing';
import { getLogger, startRecorder } from 'ttlog';

const recorder = startRecorder({ service: 'dying' });
traceEvents(recorder);
new NodeSDK({
  instrumentations: [],
  autoDetectResources: false,
  spanProcessors: [new FlightRecorderSpanProcessor(recorder)],
  logRecordProcessors: [new FlightRecorderLogRecordProcessor(recorder)],
  metricReaders: [],
}).start();

trace.getTracer('app').startActiveSpan('request', async () => {
  await new Promise((resolve) => setTimeout(resolve, 5));
  trace.getTracer('app').startActiveSpan('query', (span) => span.end());
  logs.getLogger('billing', '2.0').emit({
    severityNumber: 14,
    body: 'card declined',
    attributes: { 'user.id': 7 },
    exception: new RangeError('limit'),
  });
  getLogger('app').info('about to fail');
  throw new Error('poisoned');
});
