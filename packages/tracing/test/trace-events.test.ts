// Every event says in which span it was logged, with each SDK and in worker threads.

import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { getLogger, type Recorder } from 'ttlog';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { traceEvents } from '../src/index.ts';
import { eventsOf, record } from './recorded.ts';
import { TRACING_SDKS, unregister } from './sdks.ts';

let recorder: Recorder;

beforeEach(() => {
  recorder = record();
  traceEvents(recorder);
});

afterEach(async () => {
  unregister();
  await recorder.stop();
});

describe.each(TRACING_SDKS)('with version $version of the SDK', (sdk) => {
  test('an event carries the active span, also after an await and for a span within', async () => {
    sdk.register();
    const log = getLogger('orders');
    const tracer = trace.getTracer('test');
    const ids: { [message: string]: string } = {};
    const work = (name: string) =>
      tracer.startActiveSpan(name, async (outer) => {
        ids[`${name} before`] = outer.spanContext().spanId;
        log.info(`${name} before`);
        await sleep(2);
        await tracer.startActiveSpan('inner', async (inner) => {
          ids[`${name} inside`] = inner.spanContext().spanId;
          log.info(`${name} inside`, { ok: true });
          inner.end();
        });
        ids[`${name} after`] = outer.spanContext().spanId;
        log.warn(`${name} after`);
        outer.end();
        return outer.spanContext().traceId;
      });
    const [traceA, traceB] = await Promise.all([work('a'), work('b')]);
    log.info('outside');
    const events = await eventsOf(recorder);
    expect(events).toHaveLength(7);
    for (const { message, traceId, spanId, traceFlags } of events) {
      const isOutside = message === 'outside';
      expect(spanId).toBe(ids[message]);
      const ofTrace = message.startsWith('a') ? traceA : traceB;
      expect({ traceId, traceFlags }).toEqual({
        traceId: isOutside ? undefined : ofTrace,
        traceFlags: isOutside ? undefined : 1,
      });
    }
  });

  test('the span of a remote caller counts, an invalid one does not', async () => {
    sdk.register();
    const log = getLogger('orders');
    const remote = { traceId: '1'.repeat(32), spanId: '2'.repeat(16), traceFlags: 0 };
    const inside = (spanContext: typeof remote, run: () => void) =>
      context.with(trace.setSpanContext(ROOT_CONTEXT, spanContext), run);
    inside(remote, () => log.info('remote'));
    inside({ traceId: '0'.repeat(32), spanId: '0'.repeat(16), traceFlags: 0 }, () => {
      log.info('invalid');
    });
    const [first, second] = await eventsOf(recorder);
    expect(first).toMatchObject({ ...remote, traceId: remote.traceId, traceFlags: 0 });
    expect(second.traceId).toBeUndefined();
  });
});

test('without an SDK nothing is active, and events are as they were', async () => {
  getLogger('x').info('plain', { n: 1 });
  const [event] = await eventsOf(recorder);
  expect(event.fields).toEqual({ n: 1 });
  expect(event.traceId).toBeUndefined();
});

test('a worker thread puts its own spans on its own events', async () => {
  const program = fileURLToPath(new URL('fixtures/traced-worker.mjs', import.meta.url));
  const worker = new Worker(program);
  // Listened for at once: a message may be delivered together with the exit.
  const [[told]] = await Promise.all([once(worker, 'message'), once(worker, 'exit')]);
  const events = await eventsOf(recorder);
  const inside = events.filter(({ message }) => message === 'in the worker');
  expect(inside).toHaveLength(1);
  expect(inside[0]).toMatchObject(told);
  expect(inside[0].thread.id).toBeGreaterThan(0);
});
