// The starts and the ends of spans, as both major versions of the SDK hand them over.

import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { getLogger, type Recorder } from 'ttlog';
import { readSpans } from 'ttlog/reader';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FlightRecorderSpanProcessor } from '../src/index.ts';
import { eventsOf, record, recordingOf } from './recorded.ts';
import { TRACING_SDKS, unregister } from './sdks.ts';

let recorder: Recorder;

beforeEach(() => {
  recorder = record();
});

afterEach(async () => {
  unregister();
  await recorder.stop();
});

describe.each(TRACING_SDKS)('with version $version of the SDK', (sdk) => {
  beforeEach(() => sdk.register([new FlightRecorderSpanProcessor(recorder)]));

  test('everything that a span says is in the recording', async () => {
    const tracer = trace.getTracer('scope', '1.2.3');
    const parent = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 1 };
    const linked = { traceId: '3'.repeat(32), spanId: '4'.repeat(16), traceFlags: 1 };
    const span = tracer.startSpan(
      'GET /users',
      {
        kind: SpanKind.SERVER,
        attributes: { 'http.route': '/users', list: ['a', 'b'] },
        links: [{ context: linked, attributes: { why: 'batch' } }],
        startTime: [1_700_000_000, 123_456_789],
      },
      trace.setSpanContext(ROOT_CONTEXT, parent),
    );
    span.addEvent('cache miss', { key: 'k' }, [1_700_000_000, 200_000_000]);
    span.setAttribute('http.response.status_code', 500);
    span.setStatus({ code: SpanStatusCode.ERROR, message: 'no route' });
    span.end([1_700_000_001, 5]);
    const [read, ...others] = readSpans(await recordingOf(recorder));
    expect(others).toEqual([]);
    expect(read).toEqual({
      traceId: parent.traceId,
      spanId: span.spanContext().spanId,
      parentSpanId: parent.spanId,
      traceFlags: 1,
      traceState: '',
      name: 'GET /users',
      kind: SpanKind.SERVER,
      scope: { name: 'scope', version: '1.2.3' },
      startNs: 1_700_000_000_123_456_789n,
      endNs: 1_700_000_001_000_000_005n,
      status: { code: 2, message: 'no route' },
      attributes: { 'http.route': '/users', list: ['a', 'b'], 'http.response.status_code': 500 },
      events: [
        { name: 'cache miss', timeNs: 1_700_000_000_200_000_000n, attributes: { key: 'k' } },
      ],
      links: [{ traceId: linked.traceId, spanId: linked.spanId, attributes: { why: 'batch' } }],
      thread: { id: 0, name: 'main' },
    });
    const [start, end] = await eventsOf(recorder);
    expect([start.kind, start.level, end.kind, end.level]).toEqual([
      'span-start',
      'info',
      'span-end',
      'error',
    ]);
  });

  test('what the SDK itself has dropped is counted', async () => {
    const span = trace.getTracer('scope').startSpan('large');
    for (let i = 0; i < 200; i++) span.setAttribute(`key ${i}`, i).addEvent('e');
    span.end();
    const [read] = readSpans(await recordingOf(recorder));
    expect(read.dropped).toEqual({ attributes: 72, events: 72, links: 0 });
  });

  test('a span in flight is there as one that never ended, and its child as one that did', async () => {
    const tracer = trace.getTracer('scope');
    tracer.startActiveSpan('outer', () => {
      tracer.startActiveSpan('inner', (inner) => inner.end());
    });
    const [outer, inner] = readSpans(await recordingOf(recorder));
    expect(outer).toMatchObject({ name: 'outer', endNs: null, parentSpanId: undefined });
    expect(inner).toMatchObject({ name: 'inner', parentSpanId: outer.spanId });
    expect(inner.endNs).not.toBeNull();
  });

  test('secrets in attributes of spans, events and links never reach the ring', async () => {
    const secret = 'hunter2-hunter2';
    const span = trace.getTracer('scope').startSpan('login', {
      attributes: { 'http.request.header.authorization': [`Bearer ${secret}`] },
      links: [
        {
          context: trace
            .wrapSpanContext({
              traceId: '3'.repeat(32),
              spanId: '4'.repeat(16),
              traceFlags: 1,
            })
            .spanContext(),
          attributes: { 'x.api_key': secret },
        },
      ],
    });
    span.addEvent('sent', { 'http.request.header.cookie': secret });
    span.setAttribute('user.password', secret);
    span.end();
    const bytes = Buffer.from(await recorder.capture());
    expect(bytes.includes(secret)).toBe(false);
    const [read] = readSpans(await recordingOf(recorder));
    expect(read.attributes['user.password']).toBe('[Redacted]');
    expect(read.events[0].attributes).toEqual({ 'http.request.header.cookie': '[Redacted]' });
    expect(read.links[0].attributes).toEqual({ 'x.api_key': '[Redacted]' });
  });

  test('ten thousand names cost no memory that stays', async () => {
    const tracer = trace.getTracer('scope');
    const run = (count: number, from: number) => {
      for (let i = from; i < from + count; i++) tracer.startSpan(`GET /users/${i}`).end();
      return process.memoryUsage().arrayBuffers;
    };
    const before = run(2000, 0);
    expect(run(10_000, 2000) - before).toBeLessThan(4 << 20);
    const spans = readSpans(await recordingOf(recorder));
    expect(spans.at(-1)?.name).toBe('GET /users/11999');
  });
});

test('a processor forgives spans of any form and a stopped recorder', async () => {
  const processor = new FlightRecorderSpanProcessor(recorder);
  for (const span of [null, {}, 7, { spanContext: () => null }]) {
    expect(() => processor.onStart(span as never, null)).not.toThrow();
    expect(() => processor.onEnd(span as never)).not.toThrow();
  }
  await recorder.stop();
  getLogger('x').info('into the void');
  TRACING_SDKS[0].register([processor]);
  expect(() => trace.getTracer('scope').startSpan('late').end()).not.toThrow();
  await expect(processor.forceFlush()).resolves.toBeUndefined();
  await expect(processor.shutdown()).resolves.toBeUndefined();
});
