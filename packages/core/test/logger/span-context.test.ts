// The ids of the active span on events: kept per span, written once a segment, never another's.

import { afterEach, expect, test } from 'vitest';
import { defineEvent } from '../../src/logger/define-event.ts';
import { getLogger, withContext } from '../../src/logger/logger.ts';
import { useTraceProvider } from '../../src/logger/thread-state.ts';
import { type RecordingLogger, recordHere } from './recording-logger.ts';

let recorder: RecordingLogger | null = null;

afterEach(() => {
  useTraceProvider(null);
  recorder?.stop();
});

const hex = (digit: string, length: number): string => digit.repeat(length);
const spanOf = (i: number, flags = 1) => ({
  traceId: i.toString(16).padStart(32, 'a'),
  spanId: i.toString(16).padStart(16, 'b'),
  flags,
});

function start(options: Parameters<typeof recordHere>[0] = {}): RecordingLogger {
  recorder = recordHere(options);
  return recorder;
}

test('every event inside a span has its ids and flags, those outside none', () => {
  const recording = start();
  const log = getLogger('traced');
  useTraceProvider(() => spanOf(1, 3));
  for (let i = 0; i < 3; i++) log.info('inside', { i });
  log.warn('in the other lane');
  log.error('with an error', new Error('bad'));
  log.child({ user: 7 }).info('of a child');
  useTraceProvider(() => undefined);
  log.info('outside');
  const events = recording.events();
  expect(events).toHaveLength(7);
  for (const event of events.slice(0, 6)) {
    expect(event).toMatchObject({ traceId: spanOf(1).traceId, spanId: spanOf(1).spanId });
    expect(event.traceFlags).toBe(3);
  }
  expect(events[5].context).toEqual({ user: 7 });
  expect(events[6].traceId).toBeUndefined();
});

test('many spans at once in small segments keep their events apart', () => {
  const recording = start({ segmentBytes: 4096, bytes: 1 << 20 });
  const log = getLogger('traced');
  const event = defineEvent('declared', { i: 'int' }, { logger: 'traced' });
  let current = spanOf(0);
  useTraceProvider(() => current);
  for (let i = 0; i < 4000; i++) {
    current = spanOf(i % 700);
    if (i % 3 === 0) event.info({ i });
    else if (i % 3 === 1) log.info('plain', { i });
    else withContext({ outer: i }, () => log.warn('bound', { i }));
  }
  const events = recording.events();
  expect(events).toHaveLength(4000);
  for (const { fields, traceId, spanId, message, context } of events) {
    const i = fields.i as number;
    expect({ traceId, spanId, flags: 1 }).toEqual(spanOf(i % 700));
    expect(context).toEqual(message === 'bound' ? { outer: i } : {});
  }
});

test('the same span id in two traces, as a forged header has it, stays apart', () => {
  const recording = start();
  const log = getLogger('traced');
  const spanId = hex('1', 16);
  const traceIds = [hex('a', 32), hex('b', 32), hex('a', 32), hex('c', 32), hex('b', 32)];
  for (const traceId of traceIds) {
    useTraceProvider(() => ({ traceId, spanId, flags: 0 }));
    log.info('who');
  }
  expect(recording.events().map((event) => event.traceId)).toEqual(traceIds);
});

test('a provider may use one object again and again, and bytes in place of digits', () => {
  const recording = start();
  const log = getLogger('traced');
  const ids = { traceId: new Uint8Array(16), spanId: new Uint8Array(8), flags: 1 };
  useTraceProvider(() => ids);
  for (let i = 1; i < 4; i++) {
    ids.spanId.fill(i);
    log.info('n', { i });
  }
  const spanIds = recording.events().map((event) => event.spanId);
  expect(spanIds).toEqual([hex('01', 8), hex('02', 8), hex('03', 8)]);
});

test('whatever a provider does, the event is recorded', () => {
  const recording = start();
  const log = getLogger('traced');
  const answers: (() => unknown)[] = [
    () => {
      throw new Error('no');
    },
    () => null,
    () => 7,
    () => ({}),
    () => ({ traceId: 'x', spanId: 'y', flags: Number.NaN }),
    () => ({ traceId: `\u0130${hex('0', 31)}`, spanId: hex('g', 16), flags: -1 }),
    () => ({ traceId: hex('a', 64), spanId: {}, flags: 1e99 }),
    () => new Proxy({}, { get: () => Symbol('no') }),
  ];
  for (const answer of answers) {
    useTraceProvider(answer as never);
    log.info('kept', { ok: true });
  }
  const events = recording.events();
  expect(events).toHaveLength(answers.length);
  expect(events.map((event) => event.traceId)).toEqual(answers.map(() => undefined));
});

test('spans that come and go do not make the memory grow', () => {
  start();
  const log = getLogger('traced');
  let i = 0;
  useTraceProvider(() => spanOf(i));
  const run = (count: number) => {
    for (const end = i + count; i < end; i++) log.info('plain');
    return process.memoryUsage().arrayBuffers;
  };
  const before = run(2000);
  expect(run(50_000) - before).toBeLessThan(1 << 20);
});
