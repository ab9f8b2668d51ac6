// The demo: the http-server example under load until a poisoned request kills it, and what
// ttlog-view shows of its last moments. What it prints are the outputs and figures of the real
// processes; whatever does not come out as it should ends the demo with a message and code 1.

import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import autocannon, { type Result } from 'autocannon';
import { openRecording, type RecordedEvent, type Recording } from 'ttlog/reader';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const SERVER = fileURLToPath(new URL('http-server/main.js', import.meta.url));
const VIEWER = 'packages/viewer/dist/cli.js';
const CONNECTIONS = 20;
const LOAD_MS = 3_000;
/** For all of it; nothing here may take for ever. */
const DEADLINE_MS = 30_000;
const THREADS = 4;

const ORDER = {
  lines: [
    { sku: 'tea', quantity: 2 },
    { sku: 'mug', quantity: 1 },
  ],
};
/** The coupon that has no percentage. */
const POISON = { ...ORDER, coupon: 'WELCOME' };

type Server = ChildProcessByStdio<null, Readable, Readable>;

process.on('SIGINT', () => process.exit(130)).on('SIGTERM', () => process.exit(143));
// Whoever read it has seen enough.
process.stdout.on('error', () => process.exit(1));
const deadline = setTimeout(() => fail(`not done after ${DEADLINE_MS / 1000} s`), DEADLINE_MS);
try {
  await demonstrate();
} catch (error) {
  fail(error instanceof Error ? error.message : String(error));
}
clearTimeout(deadline);

async function demonstrate(): Promise<void> {
  title('A service: HTTP on the main thread, prices on three workers, all of them logging');
  const server = startServer();
  const exited = once(server, 'exit');
  const output = collect(server);
  const url = await Promise.race([addressIn(output), exited.then(() => '')]);
  assert(url !== '', 'the server did not start');

  title(`Load: autocannon, ${CONNECTIONS} connections; after ${LOAD_MS / 1000} s a poisoned order`);
  const load = startLoad(`${url}/orders`, { ...ORDER, coupon: 'SPRING' });
  await Promise.race([sleep(LOAD_MS), exited]);
  assert(server.exitCode === null, 'the server died before it was given the poisoned order');
  const answer = await post(`${url}/orders`, POISON);
  const [code, signal] = await exited;
  const result = await load.stop();
  const path = /^ttlog: snapshot (.+\.bin)$/m.exec(output.stderr)?.[1] ?? '';

  title('What happened');
  say(`poisoned order   ${answer}`);
  say(`server           exit code ${code}, signal ${signal}`);
  say(`orders served    ${result['2xx']}, half of them within ${result.latency.p50} ms`);
  say(`recording        ${path}`);
  assert.deepEqual([code, signal], [1, null], 'the server should have died of exit code 1');
  assert.match(output.stderr, /TypeError: .*toFixed/, 'the server should have told of its error');
  assert(path !== '', 'the server left no recording');
  assert(result['2xx'] > 0, 'the server answered no order');

  const poisoned = check(openRecording(path), result['2xx']);
  await view('The recording', ['info', path]);
  await view('Its last events', ['cat', '-n', '20', path]);
  await view('The story of the poisoned order', ['cat', '-q', '-m', `orderId=${poisoned}`, path]);
  say('\nThe recording stays where it is; the commands above can be given again.');
}

function startServer(): Server {
  const environment = Object.entries(process.env).filter(
    ([name]) => !name.startsWith('TTLOG_') || name === 'TTLOG_SNAPSHOT_DIR',
  );
  const server = spawn(process.execPath, [SERVER], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // With its own problems on stderr, in case that it cannot write its recording.
    env: { ...Object.fromEntries(environment), TTLOG_DEBUG: '1', PORT: '0' },
  });
  process.on('exit', () => server.kill('SIGKILL'));
  return server;
}

interface Output {
  readonly lines: Readable;
  stderr: string;
}

/** Shows what the server prints, as it prints it, and keeps its stderr. */
function collect(server: Server): Output {
  const output = { lines: server.stdout.setEncoding('utf8'), stderr: '' };
  server.stdout.pipe(process.stdout, { end: false });
  server.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
    process.stderr.write(text);
  });
  return output;
}

async function addressIn({ lines }: Output): Promise<string> {
  let text = '';
  for (;;) {
    text += (await once(lines, 'data'))[0];
    const url = /http:\S+(?=\n)/.exec(text);
    if (url !== null) return url[0];
  }
}

/** Sends the order over and over, from every connection as soon as it has its answer. */
function startLoad(url: string, order: object): { stop(): Promise<Result> } {
  const instance = autocannon(
    {
      url,
      method: 'POST',
      body: JSON.stringify(order),
      connections: CONNECTIONS,
      duration: DEADLINE_MS / 1000,
    },
    () => {},
  );
  const done = new Promise<Result>((resolve) => instance.on('done', resolve));
  return {
    stop() {
      instance.stop();
      return done;
    },
  };
}

/** Sends the order that is not survived; what came of it, in words. */
async function post(url: string, order: object): Promise<string> {
  try {
    const { status } = await fetch(url, { method: 'POST', body: JSON.stringify(order) });
    return `answered with ${status}`;
  } catch (error) {
    const { cause } = error as Error;
    return `not answered: ${cause instanceof Error ? cause.message : error}`;
  }
}

/** Compares the recording with what was seen from outside; the number of the poisoned order. */
function check(recording: Recording, answeredCount: number): unknown {
  const { header, threads, losses } = recording;
  const events = [...recording.events()];
  assert.deepEqual(recording.damage, [], 'the recording should be whole');
  assert.equal(header.trigger.kind, 'uncaughtException', 'the recording should be of the crash');
  assert.equal(threads.length, THREADS, 'every thread should be in the recording');
  for (const { id, name, attempted, losses: own } of threads) {
    const inFile = events.filter(({ thread }) => thread.id === id).length;
    assert(inFile > 0, `thread ${name} ${id} should have its last events in the recording`);
    const sum = inFile + own.overwritten + own.refused + own.tooLarge;
    assert.equal(attempted, sum, `the events of thread ${name} ${id} should add up`);
  }
  const servedCount = events.filter(({ message }) => message === 'order served').length;
  assert(
    servedCount >= answeredCount || losses.overwritten > 0,
    `${answeredCount} orders were answered, but ${servedCount} are recorded as served`,
  );
  const poisoned = events.find(({ fields }) => fields.coupon === POISON.coupon);
  assert(poisoned !== undefined, 'the poisoned order should be in the recording');
  const { orderId } = poisoned.context;
  const story = events.filter((event: RecordedEvent) => event.context.orderId === orderId);
  const tellers = new Set(story.map(({ thread }) => thread.id));
  assert.equal(tellers.size, 2, 'main and a worker should tell of the poisoned order');
  say(`checked          ${events.length} events; those of each of ${THREADS} threads add up`);
  return orderId;
}

async function view(what: string, words: string[]): Promise<void> {
  title(what);
  say(`$ node ${VIEWER} ${words.join(' ')}\n`);
  const viewer = spawn(process.execPath, [VIEWER, ...words], { cwd: REPOSITORY, stdio: 'inherit' });
  const [code] = await once(viewer, 'exit');
  assert.equal(code, 0, `ttlog-view ${words[0]} should end with exit code 0`);
}

function title(text: string): void {
  say(`\n=== ${text}\n`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function fail(message: string): never {
  process.stderr.write(`\ndemo failed: ${message}\n`);
  process.exit(1);
}
