// Recordings made of events hold these events, and a recording written again is the same.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Mark } from '../../src/record/marks.ts';
import { openRecording } from '../../src/snapshot/open-recording.ts';
import type { Recording, ThreadInfo } from '../../src/snapshot/recording.ts';
import { type WritableEvent, writeRecording } from '../../src/snapshot/write-recording.ts';

const START_NS = BigInt(Date.UTC(2026, 10, 21)) * 1_000_000n;
const MAIN = { id: 0, name: 'main' };
const WORKER = { id: 3, name: 'importer' };

const event = (changes: Partial<WritableEvent> = {}): WritableEvent => ({
  timeNs: START_NS,
  message: 'served',
  ...changes,
});

function reopen(content: Parameters<typeof writeRecording>[0]): Recording {
  const recording = openRecording(writeRecording(content));
  expect([...recording.events()].length).toBe(recording.footer?.events);
  expect(recording.damage).toEqual([]);
  return recording;
}

const eventsOf = (recording: Recording) => [...recording.events()];

describe('writeRecording', () => {
  it('gives back an event with all that it has', () => {
    const full = {
      kind: 'span-end',
      timeNs: START_NS + 123_456_789n,
      level: 'error',
      severity: 18,
      logger: 'http',
      message: 'failed \ud800',
      fields: { id: 7n, at: new Date(5), gone: undefined, nested: { list: [1, -0, 'x'] } },
      thread: WORKER,
      context: { requestId: 'r1', user: { id: 1 } },
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      traceFlags: 1,
    } as const;
    expect(eventsOf(reopen({ events: [full] }))).toEqual([full]);
  });

  it('needs no more than a time and a message', () => {
    const recording = reopen({ events: [event()] });
    expect(eventsOf(recording)).toEqual([
      {
        kind: 'log',
        timeNs: START_NS,
        level: 'info',
        severity: 9,
        logger: '',
        message: 'served',
        fields: {},
        thread: MAIN,
        context: {},
        traceId: undefined,
        spanId: undefined,
        traceFlags: undefined,
      },
    ]);
    expect(recording.header).toMatchObject({ format: 1, service: 'unnamed', reason: 'written' });
    expect(recording.threads).toMatchObject([{ row: 0, id: 0, name: 'main', attempted: 1 }]);
  });

  it('is a recording without any event too', () => {
    const recording = reopen({ events: [] });
    expect(eventsOf(recording)).toEqual([]);
    expect(recording.threads).toEqual([]);
  });

  it('keeps what the header says, and its error', () => {
    const error = new RangeError('too far', { cause: new Mark('circular') });
    const header = {
      service: 'payments',
      pid: 4711,
      reason: 'uncaughtException',
      trigger: { kind: 'uncaughtException', thread: 3 },
      takenAtMs: 1_795_000_000_000.5,
      clock: { monoNs: 5n, wallMs: 1_795_000_000_000.5 },
      notes: ['a note'],
      error,
    } as const;
    const { header: reopened } = reopen({
      header: { ...header, notes: ['a note'] },
      events: [event()],
    });
    expect(reopened).toMatchObject({
      ...header,
      error: { message: 'too far', stack: error.stack },
    });
    expect(reopened.error).toBeInstanceOf(RangeError);
  });

  it('sorts events by time, and keeps the order of those at the same time in a thread', () => {
    const times = [5n, 1n, 3n, 3n, 3n, 0n];
    const events = times.map((ns, i) => event({ timeNs: START_NS + ns, fields: { i } }));
    expect(eventsOf(reopen({ events })).map(({ fields }) => fields.i)).toEqual([5, 1, 2, 3, 4, 0]);
  });

  it.each([
    ['before 1970', -(10n ** 18n) - 1n],
    ['at the epoch', 0n],
    ['far ahead', 2n ** 62n + 1n],
  ])('keeps times %s to the nanosecond', (_, timeNs) => {
    const events = [event({ timeNs }), event({ timeNs: timeNs + 1n })];
    expect(eventsOf(reopen({ events })).map((read) => read.timeNs)).toEqual([timeNs, timeNs + 1n]);
    const clock = { monoNs: 7n, wallMs: 1_795_000_000_123.456 };
    const shifted = eventsOf(reopen({ events, header: { clock } }));
    expect(shifted.map((read) => read.timeNs)).toEqual([timeNs, timeNs + 1n]);
  });

  it('uses as many segments as it takes, each readable alone', () => {
    const events = Array.from({ length: 5000 }, (_, i) =>
      event({
        timeNs: START_NS + BigInt(i) * 1000n,
        level: i % 7 === 0 ? 'warn' : 'debug',
        message: `message ${i % 11}`,
        thread: i % 3 === 0 ? WORKER : MAIN,
        context: i % 2 === 0 ? { half: i % 4 } : {},
        fields: { i, text: 'x'.repeat(i % 50) },
      }),
    );
    const header = { ring: { bytes: 0, segmentBytes: 4096, segments: 0 } };
    const recording = reopen({ events, header });
    expect(recording.footer?.segments).toBeGreaterThan(50);
    const read = eventsOf(recording);
    expect(read.map(({ fields }) => fields.i)).toEqual(events.map((_, i) => i));
    expect(read).toMatchObject(
      events.map(({ level, message, context, thread }) => ({
        level,
        message,
        context,
        thread,
      })),
    );
  });

  it('takes events that are years apart', () => {
    const dayNs = 86_400_000_000_000n;
    const times = [0n, 104n, 105n, 400n, 400n + 105n, 4000n].map((days) => START_NS + days * dayNs);
    const recording = reopen({ events: times.map((timeNs) => event({ timeNs })) });
    expect(eventsOf(recording).map(({ timeNs }) => timeNs)).toEqual(times);
  });

  it('takes an event that is larger than a segment', () => {
    const text = 'x'.repeat(1_000_000);
    const events = [event(), event({ fields: { text } }), event({ fields: { after: 1 } })];
    const read = eventsOf(reopen({ events }));
    expect(read.map(({ fields }) => Object.keys(fields))).toEqual([[], ['text'], ['after']]);
    expect(read[1].fields.text).toBe(text);
  });

  it('keeps keys and names that are dangerous elsewhere', () => {
    const fields = JSON.parse('{"__proto__": 1, "constructor": 2, "": 3, "1": 4, "toJSON": 5}');
    const [read] = eventsOf(reopen({ events: [event({ fields, context: fields })] }));
    expect(Object.entries(read.fields)).toEqual(Object.entries(fields));
    expect(Object.entries(read.context)).toEqual(Object.entries(fields));
  });

  it('keeps the threads given, and adds those that are missing', () => {
    const thread: ThreadInfo = {
      ...{ row: 5, id: 3, name: 'importer', parent: 0, startedAtMs: 1 },
      end: { kind: 'exited', exitCode: 1 },
      attempted: 100,
      losses: { overwritten: 90, refused: 1, tooLarge: 0, cut: 2, torn: 1, lagged: 4 },
    };
    const events = [event({ thread: WORKER }), event({ thread: { id: 9, name: 'late' } })];
    const recording = reopen({ events, threads: [thread] });
    expect(recording.threads).toMatchObject([
      thread,
      { row: 6, id: 9, name: 'late', attempted: 1 },
    ]);
    expect(recording.losses).toMatchObject({ overwritten: 90, refused: 1, cut: 2, torn: 1 });
    expect(
      eventsOf(recording)
        .map((read) => read.thread.id)
        .sort(),
    ).toEqual([3, 9]);
  });

  it('counts no fewer attempts than there are events', () => {
    const losses = { overwritten: 2, refused: 1, tooLarge: 1, cut: 0, torn: 0, lagged: 0 };
    const thread = {
      row: 0,
      ...MAIN,
      parent: null,
      startedAtMs: 0,
      end: null,
      attempted: 0,
      losses,
    };
    const { threads } = reopen({ events: [event(), event()], threads: [thread] });
    expect(threads[0].attempted).toBe(6);
  });

  it('ignores trace ids that are none', () => {
    const ids = { traceId: 'not hex', spanId: 'ABC' };
    const [read] = eventsOf(reopen({ events: [event(ids)] }));
    expect(read).toMatchObject({ traceId: undefined, spanId: undefined });
  });

  it('writes a recording again as it was', () => {
    const anyEvent = fc.record({
      timeNs: fc.bigInt({ min: 0n, max: 10n ** 10n }).map((ns) => START_NS + ns),
      message: fc.string({ unit: 'binary' }),
      logger: fc.string(),
      severity: fc.integer({ min: 1, max: 24 }),
      kind: fc.constantFrom('log' as const, 'span-start' as const, 'span-end' as const),
      thread: fc.constantFrom(MAIN, WORKER, { id: 4, name: '' }),
      context: fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }),
      fields: fc.dictionary(
        fc.string(),
        fc.oneof(fc.integer(), fc.string(), fc.constant(new Mark('function', 'save'))),
        { noNullPrototype: true },
      ),
    });
    fc.assert(
      fc.property(fc.array(anyEvent, { maxLength: 30 }), (events) => {
        const first = reopen({ events });
        const second = reopen({
          header: first.header,
          threads: first.threads,
          events: first.events(),
        });
        expect(eventsOf(second)).toEqual(eventsOf(first));
        expect(second.header).toEqual(first.header);
        expect(eventsOf(first)).toHaveLength(events.length);
      }),
      { numRuns: 100 },
    );
  });
});
