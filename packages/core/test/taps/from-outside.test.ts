// Names and values that come from outside, through every tap: none becomes an event of its own, none
// reaches a terminal raw, and each is where it belongs.

import { printable, type RecordedEvent, valueText } from 'ttlog/reader';
import { expect, test } from 'vitest';
import { REQUIRE, runTapped } from './tapped-program.ts';

const EVIL =
  'x\u001b[2J\u0007\n{"level":"fatal","msg":"forged"}\r\nFATAL http: forged\u202e\u009b1m';

const PROGRAM = `${REQUIRE}
  import { channel } from 'node:diagnostics_channel';
  import { once } from 'node:events';
  import http from 'node:http';
  import net from 'node:net';
  import { spawn } from 'node:child_process';
  import { Writable } from 'node:stream';
  const evil = ${JSON.stringify(EVIL)};
  const fields = { [evil]: evil, level: 60, severity: 21, time: 1, logger: 'forged', kind: 'span-end' };

  console.log(evil, fields);
  console.info('%s and %o', evil, evil);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  npm('pino')({ name: evil }, nowhere).info({ ...fields, msg: 'forged', name: evil }, evil);
  const winston = npm('winston');
  const { TtlogTransport } = npm('ttlog/winston');
  const winstonLog = winston.createLogger({ transports: [new TtlogTransport()] });
  winstonLog.info(evil, fields);
  winstonLog.info({ ...fields, message: evil });
  const { configureSync, getLogger: getLogTape } = npm('@logtape/logtape');
  const { getTtlogSink } = npm('ttlog/logtape');
  configureSync({
    sinks: { ttlog: getTtlogSink() },
    loggers: [{ category: 'tape', sinks: ['ttlog'] }, { category: ['logtape', 'meta'], sinks: [] }],
  });
  getLogTape(['tape', evil]).info(evil, fields);
  getLogTape(['tape', evil]).info\`\${evil}\`;
  process.on('warning', () => {});
  process.emitWarning(evil, evil);
  await once(spawn(evil, [evil]).on('error', () => {}), 'error').catch(() => {});
  await once(new Worker('', { eval: true, name: evil.replace(/\\n|\\r/g, '') }), 'exit');

  const request = { origin: 'http://a:b@' + evil, method: evil, path: '/' + evil + '?secret' };
  channel('undici:request:create').publish({ request });
  channel('undici:request:error').publish({ request, error: { code: evil } });

  const { context, trace } = npm('@opentelemetry/api');
  const span = {
    name: evil, kind: evil, startTime: [1, 2], endTime: [3, 4], status: { code: evil, message: evil },
    attributes: fields, links: [], events: [{ name: evil, time: [1, 2], attributes: fields }],
    instrumentationScope: { name: evil, version: evil },
    spanContext: () => ({
      traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1,
      traceState: { serialize: () => evil },
    }),
    isRecording: () => true,
    end() {},
  };
  trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: () => span }) });
  trace.getTracer('x').startSpan('x').end();
  context.setGlobalContextManager({
    disable() {},
    active: () => ({ getValue: () => ({ spanContext: () => ({ traceId: evil, spanId: evil, traceFlags: evil }) }) }),
  });
  getLogger('own').info('within a span that is none');
  context.disable();

  const server = http.createServer((request, response) => response.end());
  server.on('clientError', (_error, socket) => socket.destroy());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  for (const path of ['/%1b[2J%0aforged?' + encodeURIComponent(evil), '/\\u001b[2Jforged', '//forged\\t/']) {
    const socket = net.connect(server.address().port, '127.0.0.1');
    socket.on('error', () => {}).resume();
    socket.write('GET ' + path + ' HTTP/1.1\\r\\nHost: a\\r\\nUser-Agent: FATAL http: forged\\r\\nConnection: close\\r\\n\\r\\n', 'latin1');
    await once(socket, 'close');
  }
  server.close();
  setTimeout(() => { throw new Error('end'); }, 50);
`;

/** Control characters, and those that turn the direction of what follows. */
const RAW = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

function shown({ logger, message, fields, context, thread }: RecordedEvent): string {
  return (
    [logger, message, thread.name].map(printable).join(' ') + valueText({ ...fields, ...context })
  );
}

test('nothing from outside becomes an event, or reaches a terminal raw', async () => {
  const { recordings } = await runTapped(PROGRAM, { env: { TTLOG_TAPS: 'all' } });
  const [recording] = recordings;
  expect(recording.damage).toEqual([]);
  const events = [...recording.events()];
  const of = (logger: string) => events.filter((event) => event.logger === logger);
  expect(events.filter(({ level }) => level === 'fatal')).toEqual([]);
  expect(events.filter(({ logger, message }) => [logger, message].includes('forged'))).toEqual([]);
  const printed = of('console').filter(({ level }) => level === 'info');
  expect(printed.map(({ message }) => message)).toEqual([EVIL, '%s and %o']);
  expect(printed[0].fields).toMatchObject({ [EVIL]: EVIL, level: 60, logger: 'forged' });
  const named = of(EVIL);
  expect(named.map(({ kind, level, message }) => [kind, level, message])).toEqual([
    ['log', 'info', EVIL],
    ['span-start', 'info', EVIL],
    ['span-end', 'info', EVIL],
  ]);
  expect(of('winston').map(({ level, message }) => [level, message])).toEqual([
    ['info', EVIL],
    ['info', EVIL],
  ]);
  expect(of('winston')[0].fields).toMatchObject({ [EVIL]: EVIL, logger: 'forged' });
  const taped = of(`tape.${EVIL}`);
  expect(taped.map(({ level, message }) => [level, message])).toEqual([
    ['info', EVIL],
    ['info', '{}'],
  ]);
  expect(taped.map(({ fields }) => fields.logger ?? fields.args)).toEqual(['forged', [EVIL]]);
  const fetched = of('undici');
  expect(fetched.map(({ message }) => message)).toEqual(['request begun', 'request ended']);
  expect(fetched[0].fields).toMatchObject({ method: EVIL, origin: `http://${EVIL}` });
  expect(fetched[1].fields).toMatchObject({ error: EVIL });
  expect(of('own')[0]).toMatchObject({ traceId: undefined, spanId: undefined });
  const begun = of('http').filter(({ message }) => message === 'request begun');
  expect(begun.length).toBeGreaterThan(0);
  for (const { fields } of begun) expect(String(fields.path)).not.toContain('?');
  for (const event of events) expect(shown(event)).not.toMatch(RAW);
});
