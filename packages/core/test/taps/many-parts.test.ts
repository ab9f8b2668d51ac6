// One program that uses everything taps listen to: it prints the same and ends by itself as without
// ttlog, and each tap records where it is on, and nothing where it is off.

import { expect, test } from 'vitest';
import { eventsOf, REQUIRE, runTapped } from './tapped-program.ts';

const PROGRAM = `${REQUIRE}
  import { execFile } from 'node:child_process';
  import { once } from 'node:events';
  import http from 'node:http';
  const { trace } = npm('@opentelemetry/api');
  const winston = npm('winston');
  const out = { write: (line) => process.stdout.write(line) };
  const pino = npm('pino')({ name: 'shop', timestamp: false, base: {} }, out);
  const winstonLog = winston.createLogger({ transports: [new winston.transports.Console()] });
  const span = {
    name: 'read', kind: 1, startTime: [1, 2], endTime: [3, 4], status: { code: 0 },
    attributes: {}, links: [], events: [], instrumentationScope: { name: 'scope' },
    spanContext: () => ({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }),
    isRecording: () => true,
    end: () => console.log('span ended'),
  };
  trace.setGlobalTracerProvider({ getTracer: () => ({ startSpan: () => span }) });

  const server = http.createServer((request, response) => {
    console.log('served', request.url);
    trace.getTracer('scope').startSpan('read').end();
    response.setHeader('connection', 'close').end(request.url);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const base = 'http://127.0.0.1:' + server.address().port;
  console.log(await (await fetch(base + '/a')).text());
  const [response] = await once(http.get(base + '/b'), 'response');
  for await (const chunk of response) console.error(String(chunk));
  server.close();
  pino.warn({ id: 7 }, 'in pino');
  winstonLog.info('in winston', { id: 7 });
  await once(execFile('true'), 'exit');
  await once(new Worker("console.log('in the worker')", { eval: true, stdout: false }), 'exit');
  process.emitWarning('careful');
  await new Promise((go) => setTimeout(go, 20));
`;

/** By tap, the logger of what it records here; the periodic ones have tests of their own. */
const LOGGERS = {
  console: 'console',
  pino: 'shop',
  http: 'http',
  undici: 'undici',
  net: 'net',
  child_process: 'child_process',
  worker_threads: 'worker_threads',
  warnings: 'process',
  opentelemetry: 'scope',
};
type Tap = keyof typeof LOGGERS;
const TAPS = Object.keys(LOGGERS) as Tap[];
const HALF: Tap[] = ['console', 'http', 'child_process', 'opentelemetry'];

test.concurrent('a program ends by itself, and nothing of it is noticed', async () => {
  const outcome = await runTapped(PROGRAM, { env: { TTLOG_TAPS: 'all' } });
  expect(outcome).toMatchObject({ code: 0, files: [] });
  for (const text of ['served /b', 'span ended', 'in pino', 'in winston', 'in the worker']) {
    expect(outcome.stdout).toContain(text);
  }
  expect(outcome.stderr).toContain('Warning: careful');
});

test.concurrent.each([
  ['on by their names', HALF, HALF],
  ['off by their names', HALF.map((tap) => `-${tap}`), TAPS.filter((tap) => !HALF.includes(tap))],
])('taps are %s', async (_name, words, expected) => {
  const { recordings } = await runTapped(`${PROGRAM} throw new Error('end');`, {
    env: { TTLOG_TAPS: ['-gc', ...words].join() },
  });
  const loggers = new Set(eventsOf(recordings[0]).map(({ logger }) => logger));
  expect(TAPS.filter((tap) => loggers.has(LOGGERS[tap]))).toEqual(expected);
});
