// The taps on Node's own channels: begin and end of requests, sockets, processes and workers, and
// what of them is never recorded.

import { describe, expect, it } from 'vitest';
import { detailsOf, eventsOf, runTapped } from './tapped-program.ts';

/** Also what is off by default on this Node; stacks then have frames of Node's own. */
const ALL = { env: { TTLOG_TAPS: 'all' } };
const SERVER = `
  import http from 'node:http';
  const server = http.createServer((request, response) => {
    request.resume();
    if (request.url.startsWith('/hang')) return;
    if (request.url.startsWith('/fail')) response.statusCode = 503;
    setImmediate(() => response.end('body-of-response'));
  }).listen(0, '127.0.0.1', () => main('http://127.0.0.1:' + server.address().port));
  const get = (url, options) => new Promise((resolve) => {
    http.get(url, options, (response) => response.resume().on('end', resolve)).on('error', resolve);
  });
`;

type Details = { [name: string]: unknown };

describe.concurrent('the taps on channels', () => {
  it('tell of requests in and out, without query, user, headers and bodies', async () => {
    const outcome = await runTapped(
      `${SERVER} async function main(base) {
        await get(base + '/a/b?token=secret-q#f', { headers: { 'x-key': 'secret-h' } });
        await get(base.replace('//', '//user:secret-u@') + '/fail?secret-q');
        await (await fetch(base + '/c?secret-q', { method: 'POST', body: 'secret-b' })).text();
        throw new Error('end');
      }`,
    );
    const [recording] = outcome.recordings;
    const served = eventsOf(recording, 'http').map(withDetails);
    expect(served).toMatchObject([
      { message: 'request begun', level: 'info', method: 'GET', path: '/a/b' },
      { message: 'request ended', level: 'info', status: 200 },
      { message: 'request begun', method: 'GET', path: '/fail' },
      { message: 'request ended', level: 'warn', status: 503 },
      { message: 'request begun', method: 'POST', path: '/c' },
      { message: 'request ended', status: 200 },
    ]);
    const ids = served.map(({ request }) => request);
    expect(ids).toEqual([ids[0], ids[0], ids[2], ids[2], ids[4], ids[4]]);
    expect(new Set(ids).size).toBe(3);
    const sent = eventsOf(recording, 'http.client').map(withDetails);
    expect(sent).toMatchObject([
      { message: 'request begun', method: 'GET', path: '/a/b', origin: expect.any(String) },
      { message: 'request ended', status: 200, ms: expect.any(Number) },
      { message: 'request begun', path: '/fail' },
      { message: 'request ended', level: 'warn', status: 503 },
    ]);
    expect(sent[0].origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const fetched = eventsOf(recording, 'undici').map(withDetails);
    expect(fetched).toMatchObject([
      { message: 'request begun', method: 'POST', path: '/c', origin: sent[0].origin },
      { message: 'request ended', status: 200, clientRequest: fetched[0].clientRequest },
    ]);
    expect(textOf(recording)).not.toMatch(/secret|body-of/);
  });

  it('tell of requests that were given up or refused', async () => {
    const outcome = await runTapped(
      `${SERVER} async function main(base) {
        const abort = new AbortController();
        const isClosed = new Promise((resolve) => {
          server.once('request', (_request, response) => {
            response.on('close', resolve);
            abort.abort();
          });
        });
        await get(base + '/hang', { signal: abort.signal });
        await isClosed;
        await get('http://127.0.0.1:1/refused');
        await fetch('http://127.0.0.1:2/refused').catch(() => {});
        setTimeout(() => { throw new Error('end'); }, 20);
      }`,
    );
    const [recording] = outcome.recordings;
    for (const logger of ['http', 'http.client']) {
      expect(eventsOf(recording, logger).map(withDetails)[1]).toMatchObject({
        ...{ message: 'request ended', level: 'warn', aborted: true },
      });
    }
    expect(eventsOf(recording, 'undici').map(withDetails)).toMatchObject([
      { message: 'request begun', path: '/refused' },
      { message: 'request ended', level: 'warn', error: 'ECONNREFUSED' },
    ]);
  });

  it('put the id of a request on the events within it, and on no others', async () => {
    const outcome = await runTapped(
      `${SERVER} async function main(base) {
        const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
        server.prependListener('request', async (request) => {
          getLogger('app').info('in', { url: request.url });
          await null;
          setTimeout(() => getLogger('app').info('later', { url: request.url }));
        });
        for (const path of ['/1', '/2', '/3']) await get(base + path, { agent });
        setTimeout(() => { getLogger('app').info('outside'); process.stdout.write('done'); process.exit(3); }, 30);
      }
      process.on('exit', () => startRecorder().snapshotSync());`,
      ALL,
    );
    const [recording] = outcome.recordings;
    const paths = new Map(
      eventsOf(recording, 'http')
        .map(withDetails)
        .filter(({ path }) => path !== undefined)
        .map(({ request, path }) => [path, request]),
    );
    expect(new Set(paths.values()).size).toBe(3);
    const own = eventsOf(recording, 'app').map(withDetails);
    expect(own).toHaveLength(7);
    for (const { url, request } of own.slice(0, 6)) expect(request).toBe(paths.get(url as string));
    expect(own[6].message).toBe('outside');
  });

  it('tell of sockets', async () => {
    const outcome = await runTapped(
      `import net from 'node:net';
      const server = net.createServer((socket) => socket.end('secret'));
      server.listen(0, '127.0.0.1', () => {
        net.connect(server.address().port, '127.0.0.1').resume().on('close', () => {
          setTimeout(() => { throw new Error('end'); }, 20);
        });
      });`,
    );
    const events = eventsOf(outcome.recordings[0], 'net').map(withDetails);
    for (const side of ['client', 'server']) {
      const { socket } = events.find((event) => event.side === side) as Details;
      const closed = events.find(
        (event) => event.message === 'socket closed' && event.socket === socket,
      );
      expect(closed).toMatchObject({ level: 'debug', hadError: false, ms: expect.any(Number) });
    }
    expect(events.find(({ message }) => message === 'socket connected')).toMatchObject({
      remoteAddress: '127.0.0.1',
    });
    expect(textOf(outcome.recordings[0])).not.toContain('secret');
  });

  it('tell of child processes and workers, without arguments, and not of the recorder thread', async () => {
    const outcome = await runTapped(
      `import { execFile, spawn } from 'node:child_process';
      import { once } from 'node:events';
      await once(spawn('sh', ['-c', 'exit 3', 'secret'], { env: { KEY: 'secret' } }), 'close');
      const missing = spawn('/nonexistent').on('error', () => {});
      await new Promise((resolve) => missing.on('close', resolve));
      await once(execFile('true'), 'exit');
      await once(new Worker('process.exit(4)', { eval: true, workerData: 'secret' }), 'exit');
      setTimeout(() => { throw new Error('end'); }, 20);`,
      { env: { TTLOG_BLACK_BOX: 'mirrored' } },
    );
    const [recording] = outcome.recordings;
    const children = eventsOf(recording, 'child_process').map(withDetails);
    expect(children).toMatchObject([
      { message: 'child process begun', file: 'sh', pid: expect.any(Number) },
      { message: 'child process ended', level: 'warn', exitCode: 3, ms: expect.any(Number) },
      { message: 'child process begun', file: '/nonexistent' },
      { message: 'child process ended', level: 'warn', exitCode: -2 },
      { message: 'child process begun', file: 'true' },
      { message: 'child process ended', level: 'info', exitCode: 0 },
    ]);
    expect(children[1].child).toBe(children[0].child);
    expect(eventsOf(recording, 'worker_threads').map(withDetails)).toMatchObject([
      { message: 'worker begun', worker: expect.any(Number) },
      { message: 'worker ended', level: 'warn', exitCode: 4 },
    ]);
    expect(textOf(recording)).not.toContain('secret');
  });

  it('tell of warnings, which are printed as ever, and add none of their own', async () => {
    const outcome = await runTapped(
      `import { EventEmitter } from 'node:events';
      import net from 'node:net';
      process.emitWarning('careful', { code: 'OWN', type: 'OwnWarning' });
      const socket = net.connect(1, '127.0.0.1');
      for (let i = 0; i < 10; i++) socket.on('error', () => {}).on('close', () => {});
      // With Node's own that is as many as there may be.
      for (let i = 0; i < 9; i++) process.on('warning', () => {});
      setTimeout(() => { throw new Error('end'); }, 50);`,
    );
    const events = eventsOf(outcome.recordings[0], 'process');
    expect(events.map(({ fields }) => (fields.err as Error).message)).toEqual(['careful']);
  });

  it('let a program end when it has nothing left to do', async () => {
    const outcome = await runTapped(`process.stdout.write('done');`);
    expect(outcome).toMatchObject({ code: 0, stdout: 'done' });
    expect(outcome.durationMs).toBeLessThan(8000);
  });

  it('tell every 10 s of garbage collections and of the event loop', async () => {
    const outcome = await runTapped(
      `let kept = []; for (let i = 0; i < 3e5; i++) kept.push({ i }); kept = null;
      setTimeout(() => { throw new Error('end'); }, 11_000);`,
      { isIdle: true, env: { TTLOG_TAPS: '' } },
    );
    const [recording] = outcome.recordings;
    expect(withDetails(eventsOf(recording, 'event_loop')[0])).toMatchObject({
      ...{ level: 'debug', message: 'event loop delay', maxMs: expect.any(Number) },
    });
    const [summary] = eventsOf(recording, 'gc').filter(({ message }) => message === 'gc pauses');
    expect(summary.fields.count).toBeGreaterThan(0);
    expect(summary.fields.totalMs).toBeGreaterThanOrEqual(summary.fields.maxMs as number);
  });

  it('tell nothing of them where they are off by their names', async () => {
    const outcome = await runTapped(
      `let kept = []; for (let i = 0; i < 3e5; i++) kept.push({ i }); kept = null;
      console.log('here');
      setTimeout(() => { throw new Error('end'); }, 11_000);`,
      { isIdle: true, env: { TTLOG_TAPS: '-gc,-event-loop' } },
    );
    const [recording] = outcome.recordings;
    expect(eventsOf(recording).map(({ logger }) => logger)).toEqual(['console']);
  });

  it('give requests no context where that is off by its name', async () => {
    const requested = async (taps: string) => {
      const outcome = await runTapped(
        `import http from 'node:http';
        const server = http.createServer((_request, response) => {
          console.log('within');
          response.end();
        });
        server.listen(0, '127.0.0.1', () => {
          http.get({ port: server.address().port, host: '127.0.0.1' }, (response) => {
            response.resume().on('end', () => { throw new Error('end'); });
          });
        });`,
        { env: { TTLOG_TAPS: taps } },
      );
      return detailsOf(eventsOf(outcome.recordings[0], 'console')[0]).request;
    };
    expect(await requested('all,-gc')).toEqual(expect.any(String));
    expect(await requested('all,-gc,-request-context')).toBeUndefined();
  });
});

function withDetails(event: Parameters<typeof detailsOf>[0]): Details {
  return { message: event.message, level: event.level, ...detailsOf(event) };
}

function textOf(recording: Parameters<typeof eventsOf>[0]): string {
  return JSON.stringify(eventsOf(recording), (_key, value) =>
    typeof value === 'bigint' ? String(value) : value,
  );
}
