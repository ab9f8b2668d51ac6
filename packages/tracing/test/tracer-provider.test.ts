// Tracing without an SDK: ids, parents, asynchronous context, limits, and what OpenTelemetry's own
// SDK would have said of the same calls.

import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { context, createContextKey, ROOT_CONTEXT, SpanStatusCode, trace } from '@opentelemetry/api';
import { getLogger, type Recorder } from 'ttlog';
import { type RecordedSpan, readSpans } from 'ttlog/reader';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  FlightRecorderSpanProcessor,
  FlightRecorderTracerProvider,
  traceEvents,
} from '../src/index.ts';
import { eventsOf, record, recordingOf } from './recorded.ts';
import { TRACING_SDKS, unregister } from './sdks.ts';

let recorder: Recorder;

beforeEach(() => {
  recorder = record();
  unregister();
});

afterEach(async () => {
  unregister();
  await recorder.stop();
});

async function spansOf(): Promise<RecordedSpan[]> {
  return readSpans(await recordingOf(recorder));
}

test('spans find their parents across awaits, and events their spans', async () => {
  expect(new FlightRecorderTracerProvider(recorder).register()).toBe(true);
  traceEvents(recorder);
  const tracer = trace.getTracer('app', '1');
  await Promise.all(
    ['a', 'b'].map((name) =>
      tracer.startActiveSpan(name, async (outer) => {
        await sleep(1);
        await tracer.startActiveSpan(`${name} inner`, { kind: 2 }, async (inner) => {
          await sleep(1);
          getLogger('app').info(name);
          inner.end();
        });
        outer.end();
      }),
    ),
  );
  const spans = new Map((await spansOf()).map((span) => [span.name, span]));
  const events = (await eventsOf(recorder)).filter(({ kind }) => kind === 'log');
  for (const name of ['a', 'b']) {
    const [outer, inner] = [spans.get(name)!, spans.get(`${name} inner`)!];
    expect(outer.parentSpanId).toBeUndefined();
    expect(inner).toMatchObject({
      parentSpanId: outer.spanId,
      traceId: outer.traceId,
      kind: 2,
      scope: { name: 'app', version: '1' },
    });
    expect(inner.endNs! <= outer.endNs! && inner.startNs >= outer.startNs).toBe(true);
    expect(events.find(({ message }) => message === name)?.spanId).toBe(inner.spanId);
  }
  expect(spans.get('a')!.traceId).not.toBe(spans.get('b')!.traceId);
});

test('the same calls give the same spans as with the SDK', async () => {
  const play = () => {
    const tracer = trace.getTracer('app', '1');
    const links = [{ context: { traceId: '3'.repeat(32), spanId: '4'.repeat(16), traceFlags: 1 } }];
    tracer.startActiveSpan('op', { attributes: { a: 1, list: ['x'] }, links }, (span) => {
      span.setAttributes({ b: true }).setAttribute('a', 2).updateName('renamed');
      span.addEvent('e', { k: 'v' }, 1_700_000_000_000).addEvent('at', [1_700_000_000, 7]);
      span.recordException(Object.assign(new Error('no'), { stack: 'Error: no' }));
      span.setStatus({ code: SpanStatusCode.OK });
      span.setStatus({ code: SpanStatusCode.ERROR, message: 'too late' });
      span.end();
      span.setAttribute('c', 'too late');
      span.end();
    });
    tracer
      .startSpan('root', { root: true }, trace.setSpanContext(ROOT_CONTEXT, links[0].context))
      .end();
  };
  const comparable = (span: RecordedSpan) => ({
    ...span,
    ...{ traceId: '', spanId: '', startNs: 0n, endNs: 0n },
    events: span.events.map(({ name, timeNs, attributes }) =>
      name === 'exception' ? { name, attributes } : { name, timeNs, attributes },
    ),
  });
  TRACING_SDKS[0].register([new FlightRecorderSpanProcessor(recorder)]);
  play();
  const expected = (await spansOf()).map(comparable);
  unregister();
  new FlightRecorderTracerProvider(recorder).register();
  play();
  const all = (await spansOf()).map(comparable);
  expect(all.slice(0, 2)).toEqual(expected);
  expect(all.slice(2)).toEqual(expected);
});

test('a span of a remote caller is the parent, an invalid one is not', async () => {
  const tracer = new FlightRecorderTracerProvider(recorder).getTracer('app');
  const remote = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 0 };
  const child = tracer.startSpan('child', {}, trace.setSpanContext(ROOT_CONTEXT, remote));
  expect(child.spanContext()).toMatchObject({ traceId: remote.traceId, traceFlags: 0 });
  const forged = { traceId: 'not hex', spanId: '<script>', traceFlags: 1 };
  const root = tracer.startSpan('root', {}, trace.setSpanContext(ROOT_CONTEXT, forged));
  expect(root.spanContext().traceId).toMatch(/^[0-9a-f]{32}$/);
});

test('the context follows functions that are bound, with `this` and arguments', () => {
  new FlightRecorderTracerProvider(recorder).register();
  const key = createContextKey('k');
  const inside = ROOT_CONTEXT.setValue(key, 'inside');
  const bound = context.bind(inside, function (this: { n: number }, add: number) {
    return [context.active().getValue(key), this.n + add];
  });
  expect(bound.call({ n: 1 }, 2)).toEqual(['inside', 3]);
  expect(context.active().getValue(key)).toBeUndefined();
  const emitter = new EventEmitter();
  expect(context.bind(inside, emitter)).toBe(emitter);
  expect(
    context.with(
      inside,
      function (this: number, a: number) {
        return this + a;
      },
      4,
      5,
    ),
  ).toBe(9);
});

test('a provider that is there already stays', () => {
  TRACING_SDKS[0].register();
  expect(new FlightRecorderTracerProvider(recorder).register()).toBe(false);
});

test('what a span is given is bounded, and hostile values harm nobody', async () => {
  const span = new FlightRecorderTracerProvider(recorder).getTracer('app').startSpan('op', {
    attributes: {
      get bad(): string {
        throw new Error('no');
      },
    },
  });
  for (let i = 0; i < 1000; i++) {
    span.setAttribute(`key ${i}`, i).addEvent('e');
    span.addLink({ context: span.spanContext() });
  }
  span.setAttribute('__proto__', 'own');
  span.recordException(null as never);
  span.setAttributes(null as never);
  span.end(Number.NaN);
  const [read] = await spansOf();
  expect(Object.keys(read.attributes).length).toBeLessThanOrEqual(128);
  expect(read.events.length).toBeLessThanOrEqual(128);
  expect(read.dropped).toMatchObject({ attributes: 873, links: 872 });
  expect(read.dropped?.events).toBeGreaterThanOrEqual(872);
  expect(read.endNs).not.toBeNull();
  expect(({} as { own?: unknown }).own).toBeUndefined();
});
