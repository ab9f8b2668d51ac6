// The sink for LogTape, under its real loggers.

import { configure, getLogger, reset } from '@logtape/logtape';
import { startRecorder } from 'ttlog';
import { getTtlogSink } from 'ttlog/logtape';
import { openRecording } from 'ttlog/reader';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventsOf } from './tapped-program.ts';

const recorder = startRecorder({ service: 'logtape', snapshots: { onCrash: false } });

beforeAll(() =>
  configure({
    sinks: { ttlog: getTtlogSink() },
    loggers: [
      { category: 'shop', lowestLevel: 'trace', sinks: ['ttlog'] },
      { category: ['logtape', 'meta'], sinks: [] },
    ],
  }),
);

afterAll(async () => {
  await reset();
  await recorder.stop();
});

const recorded = async () => eventsOf(openRecording(await recorder.capture()));

test('records are events, with template, properties, category and level', async () => {
  const log = getLogger(['shop', 'cart']);
  log.trace('t');
  log.debug('added {item}', { item: 'tea', token: 't' });
  log.with({ requestId: 'r1' }).info`paid ${1250} by ${'card'}`;
  log.warning('w');
  log.error('failed', { error: new Error('why') });
  log.fatal('f');
  const events = await recorded();
  expect(events.map(({ logger }) => logger)).toEqual(Array(6).fill('shop.cart'));
  expect(events.map(({ level, message }) => [level, message])).toEqual([
    ...[
      ['trace', 't'],
      ['debug', 'added {item}'],
      ['info', 'paid {} by {}'],
      ['warn', 'w'],
    ],
    ...[
      ['error', 'failed'],
      ['fatal', 'f'],
    ],
  ]);
  expect(events[1].fields).toEqual({ item: 'tea', token: '[Redacted]' });
  expect(events[2].fields).toEqual({ requestId: 'r1', args: [1250, 'card'] });
  expect(String(events[4].fields.error)).toContain('why');
});

test('categories without end share a logger', async () => {
  for (let i = 0; i < 200; i++) getLogger(['shop', `tenant ${i}`]).info('x');
  const events = (await recorded()).filter(({ message }) => message === 'x');
  expect(new Set(events.map(({ logger }) => logger)).size).toBeLessThanOrEqual(65);
  expect(events.at(-1)).toMatchObject({
    logger: 'logtape',
    fields: { category: 'shop.tenant 199' },
  });
});
