// The tap on OpenTelemetry's API, beside SDKs that are none: nothing of it is noticed, whatever they
// do. Real SDKs are in programs.test.ts.

import { readSpans } from 'ttlog/reader';
import { expect, test } from 'vitest';
import { REQUIRE, runTapped } from './tapped-program.ts';

const PROGRAM = `${REQUIRE}
  const { context, trace } = npm('@opentelemetry/api');
  const { inspect } = await import('node:util');
  const key = Symbol.for('opentelemetry.js.api.1');
  console.log(Object.keys(globalThis).length, globalThis[key], Object.getOwnPropertySymbols({ ...globalThis }).length);

  class Span {
    name = 'GET \\u001b[2J\\n12:00 FATAL forged';
    kind = 1;
    startTime = [1700000000, 5];
    endTime = [1700000001, 6];
    status = { code: 2, message: 'no' };
    events = [];
    links = [];
    attributes = { 'http.url': 'http://a/b?token=hunter2', 'url.query': 'token=hunter2' };
    constructor(spanId) { this.spanId = spanId; }
    spanContext() { return { traceId: 'a'.repeat(32), spanId: this.spanId, traceFlags: 1 }; }
    isRecording() { return true; }
    end() { console.log('ended', this.constructor.name); return 'ended'; }
  }
  class Hostile extends Span {
    constructor(spanId) {
      super(spanId);
      Object.defineProperty(this, 'attributes', { get() { throw new Error('not for you'); } });
    }
  }
  class Sampled extends Span {
    isRecording() { return false; }
  }
  const spans = [new Span('b'.repeat(16)), new Hostile('c'.repeat(16)), new Sampled('d'.repeat(16)), null, 5];
  const tracer = {
    startSpan(name) {
      if (name === 'thrown') throw new Error('thrown by the SDK');
      return spans[name];
    },
  };
  const provider = { getTracer: () => tracer };
  console.log(trace.setGlobalTracerProvider(provider), trace.getTracerProvider().getDelegate() === provider);
  context.setGlobalContextManager({
    active: () => ({ getValue: () => spans[0] }),
    with: (_, run) => run(),
  });
  const own = trace.getTracer('shop');
  console.log(spans.map((_, i) => own.startSpan(i) === spans[i]), own === tracer);
  try { own.startSpan('thrown'); } catch (error) { console.log(error.message); }
  for (const span of spans.slice(0, 3)) console.log(span.end(), span.end(), Object.keys(span));
  console.log(inspect(own), inspect(spans[0]), Object.keys(globalThis[key]), own.startSpan.name);
  trace.disable();
  console.log(trace.setGlobalTracerProvider({}), trace.getTracer.length);
  setImmediate(() => { throw new Error('end'); });
`;

test('follows an SDK that throws, lies and ends twice, and none of it is noticed', async () => {
  const { recordings } = await runTapped(PROGRAM);
  const [recording] = recordings;
  const spans = readSpans(recording);
  expect(spans.map(({ spanId }) => spanId[0])).toEqual(['b']);
  expect(spans[0]).toMatchObject({
    kind: 1,
    startNs: 1700000000_000000005n,
    endNs: 1700000001_000000006n,
    status: { code: 2, message: 'no' },
    attributes: { 'http.url': 'http://a/b' },
  });
  expect(spans[0].attributes).not.toHaveProperty(['url.query']);
  const events = [...recording.events()];
  expect(events.filter(({ kind }) => kind === 'span-end')).toHaveLength(1);
  const [ended] = events.filter(({ message }) => message.startsWith('ended'));
  expect(ended.spanId).toBe('b'.repeat(16));
});
