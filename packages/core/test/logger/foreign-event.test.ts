// Events that another tool made: severities, spans, redaction of dotted names, bounded tables.

import { afterEach, expect, test } from 'vitest';
import { type ForeignEvent, recordForeign } from '../../src/logger/foreign-event.ts';
import { getLogger } from '../../src/logger/logger.ts';
import { useTraceProvider } from '../../src/logger/thread-state.ts';
import { type RecordingLogger, recordHere } from './recording-logger.ts';

let recorder: RecordingLogger | null = null;

afterEach(() => {
  useTraceProvider(null);
  recorder?.stop();
});

function start(options: Parameters<typeof recordHere>[0] = {}): RecordingLogger {
  recorder = recordHere(options);
  return recorder;
}

const TRACE = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), flags: 1 };

test('every severity from 1 to 24 is kept as it is, and another one is info', () => {
  const recording = start();
  for (let severity = 1; severity <= 24; severity++) recordForeign({ severity, message: 'm' });
  for (const severity of [0, 25, 1.5, Number.NaN]) recordForeign({ severity, message: 'odd' });
  const severities = recording.events().map((event) => event.severity);
  expect(severities.sort((a, b) => a - b)).toEqual(
    [...Array.from({ length: 24 }, (_, i) => i + 1), 9, 9, 9, 9].sort((a, b) => a - b),
  );
});

test('a span has its start and its end, apart from a log of the same message', () => {
  const recording = start();
  for (let i = 0; i < 5; i++) {
    recordForeign({ kind: 'span-start', severity: 9, message: 'GET', logger: 'h', trace: TRACE });
    getLogger('h').info('GET');
    recordForeign({
      kind: 'span-end',
      severity: 17,
      message: 'GET',
      logger: 'h',
      trace: TRACE,
      facts: { kind: 1 },
      attributes: { 'http.route': '/', big: 2n ** 70n },
    });
  }
  const events = recording.events();
  expect(events.map((event) => event.kind)).toEqual(
    Array.from({ length: 5 }, () => ['span-start', 'log', 'span-end']).flat(),
  );
  expect(events[2].fields).toEqual({
    kind: 1,
    attributes: { 'http.route': '/', big: 2n ** 70n },
  });
  expect(events[2]).toMatchObject({ spanId: TRACE.spanId, logger: 'h', severity: 17 });
  expect(events[1].spanId).toBeUndefined();
});

test('span names that all differ are kept whole, cut at 256 characters, and fill no table', () => {
  const recording = start({ bytes: 8 << 20 });
  const fixed: ForeignEvent = { severity: 9, message: 'fixed', kind: 'span-start' };
  const before = recording.memory.bytes.u8.length;
  recordForeign(fixed);
  recordForeign(fixed);
  for (let i = 0; i < 3000; i++) {
    for (const kind of ['span-start', 'span-end'] as const) {
      recordForeign({ kind, severity: 9, message: `GET /users/${i}`, facts: { i }, trace: TRACE });
    }
  }
  recordForeign({ kind: 'span-end', severity: 9, message: 'x'.repeat(5000) });
  const events = recording.events();
  expect(events).toHaveLength(6003);
  events.slice(2, 6002).forEach((event, index) => {
    expect(event.message).toBe(`GET /users/${index >> 1}`);
    expect(event.kind).toBe(index % 2 === 0 ? 'span-start' : 'span-end');
    expect(event.fields).toEqual({ i: index >> 1 });
  });
  expect(events[6002].message).toBe(`${'x'.repeat(256)}…`);
  expect(recording.memory.bytes.u8.length).toBe(before);
});

test('attributes are redacted by the parts of their names, and by path', () => {
  const recording = start({ redact: { paths: ['user.email', 'db.*.text'] } });
  const attributes = {
    'http.request.header.authorization': ['Bearer x'],
    'http.request.header.set-cookie': 'x',
    'session.id': 'x',
    'api.key': 'x',
    password: 'x',
    'user.email': 'x',
    'db.query.text': 'x',
    nested: { token: 'x', ok: 1 },
    'http.tokens': 'kept',
  };
  recordForeign({ severity: 9, message: 'log', attributes });
  const lists = { events: [{ name: 'e', attributes }, { name: 'bare' }] };
  recordForeign({ kind: 'span-end', severity: 9, message: 'span', attributes, lists });
  const [log, span] = recording.events();
  const expected = {
    ...Object.fromEntries(Object.keys(attributes).map((name) => [name, '[Redacted]'])),
    nested: { token: '[Redacted]', ok: 1 },
    'http.tokens': 'kept',
  };
  expect(log.fields).toEqual(expected);
  const events = [{ name: 'e', attributes: expected }, { name: 'bare' }];
  expect(span.fields).toEqual({ attributes: expected, events });
});

test('a warning of a span that finds no segment of its own keeps its kind', () => {
  const recording = start({ bytes: 8 * 4096, segmentBytes: 4096 });
  for (let i = 0; i < 400; i++) {
    recordForeign({ kind: 'span-end', severity: 17, message: `n${i}`, trace: TRACE });
    recordForeign({ kind: 'span-start', severity: 9, message: `n${i}`, trace: TRACE });
  }
  const events = recording.events();
  expect(events.length).toBeGreaterThan(50);
  for (const { kind, severity } of events) {
    expect(kind).toBe(severity === 17 ? 'span-end' : 'span-start');
  }
});

test('nothing that is handed in makes it throw', () => {
  const recording = start();
  const hostile: unknown[] = [
    undefined,
    null,
    7,
    {},
    { severity: 9, message: Symbol('no') },
    { severity: 9, message: 'm', attributes: 'text', facts: 7 },
    {
      severity: 9,
      message: 'm',
      get attributes() {
        throw new Error('no');
      },
    },
    { severity: 9, message: 'm', kind: '__proto__', logger: null, trace: 'x' },
    {
      severity: 9,
      message: 'm',
      attributes: {
        get bad() {
          throw new Error('no');
        },
        good: 1,
      },
    },
  ];
  for (const event of hostile) expect(() => recordForeign(event as ForeignEvent)).not.toThrow();
  expect(recording.events().length).toBeGreaterThan(0);
});
