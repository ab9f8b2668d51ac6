// The transport for winston, in its real loggers.

import { startRecorder } from 'ttlog';
import { openRecording, type RecordedEvent } from 'ttlog/reader';
import { TtlogTransport } from 'ttlog/winston';
import { afterAll, expect, test } from 'vitest';
import winston from 'winston';
import { eventsOf } from './tapped-program.ts';

const recorder = startRecorder({ service: 'winston', snapshots: { onCrash: false } });
afterAll(() => recorder.stop());

async function recorded(logger: string): Promise<RecordedEvent[]> {
  return eventsOf(openRecording(await recorder.capture()), logger);
}

test('every level is recorded, also what other transports leave out', async () => {
  const printed: string[] = [];
  const stream = new (await import('node:stream')).Writable({
    write: (chunk, _encoding, done) => done(void printed.push(String(chunk))),
  });
  const log = winston.createLogger({
    level: 'warn',
    format: winston.format.combine(winston.format.colorize(), winston.format.simple()),
    transports: [new winston.transports.Stream({ stream }), new TtlogTransport()],
  });
  for (const level of ['error', 'warn', 'info', 'http', 'verbose', 'debug', 'silly']) {
    log.log(level, `at ${level}`, { n: 1, password: 'p' });
  }
  const events = await recorded('winston');
  expect(events.map(({ level, message }) => [level, message])).toEqual([
    ...[
      ['error', 'at error'],
      ['warn', 'at warn'],
      ['info', 'at info'],
      ['debug', 'at http'],
    ],
    ...[
      ['debug', 'at verbose'],
      ['debug', 'at debug'],
      ['trace', 'at silly'],
    ],
  ]);
  for (const { fields } of events) expect(fields).toEqual({ n: 1, password: '[Redacted]' });
  expect(printed).toHaveLength(2);
});

test('its level, its name, defaults, children and errors are winston’s', async () => {
  const log = winston.createLogger({
    levels: winston.config.syslog.levels,
    defaultMeta: { app: 'shop' },
    transports: [new TtlogTransport({ level: 'notice', logger: 'syslog' })],
  });
  log.emerg('down');
  log.notice('noted');
  log.info('below');
  log.child({ requestId: 'r1' }).error('failed', new Error('why'));
  log.warning({ message: { not: 'a text' } } as never);
  const events = await recorded('syslog');
  expect(events.map(({ level, message }) => [level, message])).toEqual([
    ...[
      ['fatal', 'down'],
      ['info', 'noted'],
      ['error', 'failed why'],
      ['warn', ''],
    ],
  ]);
  expect(events[2].fields).toMatchObject({ requestId: 'r1', stack: expect.any(String) });
  expect(events[3].fields).toMatchObject({ app: 'shop', message: { not: 'a text' } });
});

test('a logger goes on when what it is given cannot be read', async () => {
  const log = winston.createLogger({ transports: [new TtlogTransport({ logger: 'hostile' })] });
  const hostile = new Proxy({}, { ownKeys: () => Reflect.ownKeys(undefined as never) });
  const transport = log.transports[0] as unknown as TtlogTransport;
  transport.write(hostile);
  log.info('goes on');
  expect((await recorded('hostile')).map(({ message }) => message)).toEqual(['goes on']);
});
