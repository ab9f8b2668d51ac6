// Makes the pictures of the README: `node packages/viewer/scripts/screenshots.mjs`, after a build
// and with Chromium installed. The recording is always the same, of a service that loses its database.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { writeRecording } from 'ttlog/reader';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const IMAGES = join(PACKAGE, 'images');
const BEGIN_MS = Date.UTC(2026, 10, 21, 9, 3, 31);
const LASTS_MS = 16_000;
const LOST_DATABASE_MS = 12_500;
const REQUESTS = 1800;
const THREADS = ['main', 'pricing-1', 'pricing-2', 'mail'].map((name, id) => ({ id, name }));
const ROUTES = ['/pay', '/orders', '/orders/:id', '/health'];

const folder = mkdtempSync(join(tmpdir(), 'ttlog-screenshots-'));
try {
  writeFileSync(join(folder, 'payments.bin'), recording());
  const html = join(folder, 'payments.html');
  const words = ['report', join(folder, 'payments.bin'), '--utc', '--output', html];
  execFileSync(process.execPath, [join(PACKAGE, 'dist/cli.js'), ...words], { stdio: 'ignore' });
  mkdirSync(IMAGES, { recursive: true });
  await takePictures(pathToFileURL(html).href);
} finally {
  rmSync(folder, { recursive: true });
}

async function takePictures(url) {
  const executablePath = execFileSync('which', ['chromium'], { encoding: 'utf8' }).trim();
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu'],
  });
  for (const colorScheme of ['light', 'dark']) {
    const viewport = { width: 1280, height: 800 };
    const page = await browser.newPage({ viewport, colorScheme, timezoneId: 'UTC' });
    await page.goto(url);
    await page.getByRole('grid').press('End');
    await page.getByRole('grid').press('Enter');
    if (colorScheme === 'dark') {
      await page.keyboard.press('Escape');
      await page.getByRole('tab', { name: 'Spans' }).click();
    }
    await page.screenshot({ path: join(IMAGES, `report-${colorScheme}.png`) });
    await page.close();
  }
  await browser.close();
}

/** A fixed sequence of numbers from 0 to 1, so that the pictures change only with the page. */
function* shares() {
  let state = 42;
  while (true) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

function recording() {
  const share = shares();
  const next = () => share.next().value;
  const events = [];
  for (let request = 0; request < REQUESTS; request++) {
    addRequest(events, request, (request / REQUESTS) * LASTS_MS * 0.97 + next() * 300, next);
  }
  const error = deathError();
  const diesAtMs = LASTS_MS - 100;
  const last = { logger: 'http', message: 'charge failed', fields: { order: 4711, err: error } };
  events.push({ timeNs: at(diesAtMs), level: 'fatal', thread: THREADS[0], ...last });
  const alive = events.filter(({ timeNs }) => timeNs <= at(diesAtMs));
  alive.sort((a, b) => Number(a.timeNs - b.timeNs));
  return writeRecording({ header: header(error, alive), events: alive });
}

function addRequest(events, request, ms, next) {
  const isLost = ms > LOST_DATABASE_MS;
  const traceId = (request + 1).toString(16).padStart(32, '7');
  const route = ROUTES[Math.floor(next() * ROUTES.length)];
  const lastsMs = isLost ? 400 + next() * 900 : 5 + next() * 60;
  const worker = THREADS[1 + Math.floor(next() * 2)];
  const http = { logger: 'http', thread: THREADS[0], traceId, spanId: spanIdOf(2 * request + 1) };
  const db = { logger: 'db', thread: worker, traceId, spanId: spanIdOf(2 * request + 2) };
  const add = (offsetMs, level, message, fields, where) =>
    events.push({ timeNs: at(ms + offsetMs), level, message, fields, ...where, traceFlags: 1 });
  addSpan(events, { ...http, message: `GET ${route}` }, ms, ms + lastsMs, isLost);
  const query = { ...db, message: 'SELECT orders', parent: http.spanId };
  addSpan(events, query, ms + 1, ms + lastsMs - 1, isLost);
  add(0.2, 'debug', 'request received', { route, user: 1000 + (request % 97) }, http);
  add(1.5, 'trace', 'query sent', { rows: Math.floor(next() * 40) }, db);
  if (isLost && next() < 0.6) {
    add(300, 'warn', 'database slow', { waitedMs: 300, pool: 'orders' }, db);
    if (next() < 0.4) add(390, 'error', 'query timed out', { afterMs: 390, attempt: 2 }, db);
  }
  add(lastsMs, 'info', 'request served', { route, ms: Number(lastsMs.toFixed(1)) }, http);
  if (request % 40 === 0) {
    add(2, 'info', 'receipt mailed', { order: request }, { logger: 'mail', thread: THREADS[3] });
  }
}

function addSpan(events, { parent, ...span }, fromMs, toMs, isFailed) {
  const facts = { kind: 1, ...(parent ? { parentSpanId: parent } : {}), startNs: at(fromMs) };
  events.push({ ...span, kind: 'span-start', timeNs: at(fromMs), fields: facts });
  const fields = { ...facts, endNs: at(toMs), ...(isFailed ? { status: 2 } : {}) };
  events.push({ ...span, kind: 'span-end', timeNs: at(toMs), fields });
}

function header(error, events) {
  const noLosses = { overwritten: 0, refused: 0, tooLarge: 0, cut: 0, torn: 0, lagged: 0 };
  const takenAtMs = BEGIN_MS + LASTS_MS - 97;
  const threads = THREADS.map(({ id, name }) => {
    const attempted = events.filter(({ thread }) => thread.id === id).length;
    const parent = id === 0 ? null : 0;
    const startedAtMs = BEGIN_MS - 4000 + id;
    return { row: id, id, name, parent, startedAtMs, end: null, attempted, losses: noLosses };
  });
  return {
    ...{ format: 1, service: 'payments', host: 'web-1', pid: 4711, ppid: 1, runId: '6155d43f41f4' },
    ...{ node: '20.20.2', platform: 'linux', arch: 'x64', part: 1, notes: [] },
    ...{ startedAtMs: BEGIN_MS - 4000, takenAtMs, clock: { monoNs: 1n, wallMs: takenAtMs } },
    ...{ reason: 'uncaughtException', trigger: { kind: 'uncaughtException', thread: 0 }, error },
    process: { uptimeMs: 20_000, memory: { rss: 91e6 }, resourceUsage: {}, eventLoopDelayMs: 2 },
    ring: { bytes: 1 << 24, segmentBytes: 1 << 16, segments: 256 },
    blackBox: { mode: 'mirrored', reason: 'on by default' },
    losses: { ...noLosses, lapped: 0, beforeStart: 0 },
    threads,
  };
}

function deathError() {
  const error = new TypeError("Cannot read properties of undefined (reading 'cents')");
  error.stack = `${error}\n    at charge (/srv/app/pay.js:48:21)\n    at /srv/app/http.js:112:9`;
  return error;
}

function at(ms) {
  return BigInt(BEGIN_MS) * 1_000_000n + BigInt(Math.round(ms * 1e6));
}

function spanIdOf(number) {
  return number.toString(16).padStart(16, '0');
}
