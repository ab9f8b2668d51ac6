// Real applications under `--import ttlog/register`, under load and killed: their events are in the
// recording, with their request, and what was in flight has begun and not ended. What they print is
// what they print without ttlog.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Recording, readSpans } from 'ttlog/reader';
import { afterAll, describe, expect, test } from 'vitest';
import { type ServedOutcome, serve } from './served-program.ts';
import { detailsOf, eventsOf, NOTHING, REGISTER } from './tapped-program.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');
const VIEWER = join(import.meta.dirname, '../../../viewer/dist/cli.js');
const REQUESTS = 40;

const folder = fs.mkdtempSync(join(tmpdir(), 'ttlog-bundled-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** By name: the program, and the logger of its own lines. */
const PROGRAMS: [name: string, file: string, logger: string][] = [
  ['Express with pino', 'express-pino.mjs', 'shop'],
  ['Fastify with pino, as CommonJS', 'fastify-pino.cjs', 'pino'],
  ['node:http with winston', 'http-winston.mjs', 'shop'],
  ['node:http with console', 'http-console.mjs', 'console'],
];

describe.each(PROGRAMS)('%s', (_name, file, logger) => {
  test('killed by SIGKILL', async () => {
    const program = join(FIXTURES, file);
    const outcome = await serve(program, REGISTER, 'SIGKILL', REQUESTS, 'all');
    expect(outcome).toMatchObject({ code: null, signal: 'SIGKILL' });
    expectRecorded(outcome, logger, ['/slow'], true);
    expectShownInFlight(outcome);
    await expectAsWithout(program, 'SIGKILL', outcome);
  });

  test('ending itself at SIGTERM, beside itself without ttlog', async () => {
    const program = join(FIXTURES, file);
    const outcome = await serve(program, REGISTER, 'SIGTERM', REQUESTS, 'all');
    expect(outcome).toMatchObject({ code: 5, recording: null });
    expect(outcome.stdout).toContain('closing');
    await expectAsWithout(program, 'SIGTERM', outcome);
  });

  test('crashing, beside itself without ttlog', async () => {
    const program = join(FIXTURES, file);
    const outcome = await serve(program, REGISTER, 'crash', REQUESTS);
    expectRecorded(outcome, logger, ['/slow', '/die']);
    await expectAsWithout(program, 'crash', outcome);
  });
});

describe('node:http with sdk-node and instrumented HTTP', () => {
  const program = join(FIXTURES, 'http-otel.cjs');

  test('killed by SIGKILL', async () => {
    const outcome = await serve(program, REGISTER, 'SIGKILL', REQUESTS);
    expect(outcome).toMatchObject({ code: null, signal: 'SIGKILL' });
    expectSpans(outcome, ['/slow']);
    expectShownUnfinished(outcome);
    await expectAsWithout(program, 'SIGKILL', outcome);
  });

  test('ending itself at SIGTERM, beside itself without ttlog', async () => {
    const outcome = await serve(program, REGISTER, 'SIGTERM', REQUESTS);
    expect(outcome).toMatchObject({ code: 5, recording: null });
    await expectAsWithout(program, 'SIGTERM', outcome);
  });

  test('crashing, beside itself without ttlog', async () => {
    const outcome = await serve(program, REGISTER, 'crash', REQUESTS);
    expectSpans(outcome, ['/slow', '/die']);
    await expectAsWithout(program, 'crash', outcome);
  });
});

test('an Express application with pino that esbuild has made one file of', async () => {
  const outfile = join(folder, 'bundled.cjs');
  await build({
    ...{ entryPoints: [join(FIXTURES, 'express-pino.mjs')], outfile },
    ...{ bundle: true, platform: 'node', format: 'cjs', minify: true, logLevel: 'error' },
  });
  const outcome = await serve(outfile, REGISTER, 'crash', REQUESTS);
  expectRecorded(outcome, 'shop', ['/slow', '/die']);
  await expectAsWithout(outfile, 'crash', outcome);
});

/** Prints what it prints without ttlog, and ends alike. */
async function expectAsWithout(
  program: string,
  death: Parameters<typeof serve>[2],
  outcome: ServedOutcome,
): Promise<void> {
  const plain = await serve(program, NOTHING, death, REQUESTS);
  expect(plain.recording).toBeNull();
  expect(plain.stdout).not.toBe('');
  expect(comparable(outcome)).toEqual(comparable(plain));
}

function expectRecorded(
  { recording }: ServedOutcome,
  logger: string,
  inFlight: readonly string[],
  hasContext = Number.parseInt(process.versions.node, 10) >= 24,
): void {
  if (recording === null) throw new Error('nothing was recorded');
  expect(recording.damage).toEqual([]);
  const http = eventsOf(recording, 'http').map((event) => ({
    message: event.message,
    ...(detailsOf(event) as { request: string; path?: string; status?: number; ms?: number }),
  }));
  const begun = http.filter(({ message }) => message === 'request begun');
  const ended = http.filter(({ message }) => message === 'request ended');
  expect(begun).toHaveLength(REQUESTS + inFlight.length);
  expect(ended).toHaveLength(REQUESTS);
  for (const { status, ms } of ended) {
    expect(status).toBe(200);
    expect(ms).toBeGreaterThan(0);
  }
  const endedIds = new Set(ended.map(({ request }) => request));
  const unfinished = begun.filter(({ request }) => !endedIds.has(request));
  expect(unfinished.map(({ path }) => path)).toEqual(inFlight);
  const own = eventsOf(recording, logger);
  const orders = own.filter(({ message }) => message === 'order read');
  expect(orders).toHaveLength(REQUESTS);
  // Each order is read within a request of its own.
  if (hasContext) {
    expect(new Set(orders.map((event) => detailsOf(event).request))).toEqual(endedIds);
  }
  for (const order of orders) expect(detailsOf(order).id).toBe('7');
  const [waiting] = own.filter(({ message }) => message === 'waiting for the database');
  expect(waiting.level).toBe('warn');
  if (hasContext) expect(detailsOf(waiting).request).toBe(unfinished[0].request);
  const everything = JSON.stringify([...recording.events()], (_key, value) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  expect(everything).not.toMatch(/FATAL|user-agent/i);
  if (logger !== 'pino') expect(everything).not.toContain('hunter2');
}

/** Each request has its spans, each event the span around it; of those in flight there is no end. */
function expectSpans({ recording }: ServedOutcome, inFlight: readonly string[]): void {
  if (recording === null) throw new Error('nothing was recorded');
  const spans = readSpans(recording);
  const served = spans.filter(({ kind }) => kind === 1);
  const reads = spans.filter(({ name, scope }) => name === 'read' && scope.version === '1.2.3');
  expect(served).toHaveLength(REQUESTS + inFlight.length);
  expect(reads).toHaveLength(REQUESTS);
  expect(new Set(reads.map(({ traceId }) => traceId)).size).toBe(REQUESTS);
  for (const { endNs, parentSpanId, traceId } of reads) {
    const server = served.find((span) => span.traceId === traceId);
    expect(server).toMatchObject({ spanId: parentSpanId, status: { code: 0 } });
    expect(server?.attributes).toMatchObject({
      'url.path': '/orders/7',
      'http.response.status_code': 200,
    });
    expect(endNs).not.toBeNull();
    expect(server?.endNs).not.toBeNull();
  }
  const unfinished = spans.filter(({ endNs }) => endNs === null);
  const paths = unfinished.map(({ name, attributes }) => attributes['url.path'] ?? name);
  expect(paths.sort()).toEqual([...inFlight, 'read the database'].sort());
  const orders = eventsOf(recording, 'console').filter(({ message }) => message === 'order read');
  const readIds = reads.map(({ traceId, spanId }) => traceId + spanId);
  expect(orders.map(({ traceId, spanId }) => `${traceId}${spanId}`).sort()).toEqual(readIds.sort());
  const everything = JSON.stringify(spans, (_key, value) =>
    typeof value === 'bigint' ? '' : value,
  );
  expect(everything).not.toContain('hunter2');
}

const view = (...args: string[]): string[] =>
  spawnSync(process.execPath, [VIEWER, 'trace', ...args], { encoding: 'utf8' }).stdout.split('\n');

/** As the viewer shows it where there are no spans: the request that had begun. */
function expectShownInFlight({ path }: ServedOutcome): void {
  const [operation] = view(path as string, '--json').map((line) => JSON.parse(line || 'null'));
  expect(operation).toMatchObject({
    ...{ operation: 'request', logger: 'http', endTime: null, fields: { path: '/slow' } },
    context: { request: expect.any(String) },
  });
}

/** As the viewer shows it: the trace with its two spans that never ended, and each of them. */
function expectShownUnfinished({ path, recording }: ServedOutcome): void {
  const [{ traceId }] = readSpans(recording as Recording).filter(({ endNs }) => endNs === null);
  const rows = view(path as string);
  expect(rows.find((row) => row.endsWith(traceId))).toMatch(/ 2 +0 +2 +GET +/);
  const tree = view(traceId, path as string);
  const ended = tree.filter((line) => line.includes('never ended'));
  expect(ended[0]).toContain('2 never ended');
  expect(ended.slice(1).map((line) => /GET|read the database/.exec(line)?.[0])).toEqual([
    ...['GET', 'read the database'],
  ]);
}

/** Without times, process and ports, and in an order that does not depend on the load's timing. */
function comparable({ code, signal, stdout, stderr }: ServedOutcome): object {
  const plain = stdout
    .replace(/"(time|pid|responseTime|remotePort)":[\d.]+/g, '"$1":0')
    .replace(/127\.0\.0\.1:\d+/g, 'host')
    .replace(/"reqId":"req-\w+"/g, '"reqId":0');
  return { code, signal, stdout: plain.split('\n').sort(), stderr };
}
