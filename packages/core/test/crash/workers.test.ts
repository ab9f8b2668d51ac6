// Deaths of workers: one snapshot a death, which names the thread that it began in, and a main
// thread that ends, or lives on, as it would have without ttlog.

import { describe, expect, it } from 'vitest';
import { messagesOf, type Outcome, printed, runBeside, runProgram } from './run-program.ts';

/** `threadId` of the first worker of a program: the recorder thread has 1. */
const FIRST = 2;

/** `body` runs in each worker; `main` in the main thread, with the workers in `workers`. */
function program(body: string, main = '', count = 1): string {
  return `
    const log = getLogger('app');
    if (isMainThread) {
      startRecorder();
      log.info('in main');
      const workers = Array.from({ length: ${count} }, (_, index) =>
        new Worker(new URL(import.meta.url), { workerData: index + 1 }));
      ${main}
    } else {
      log.info('in worker');
      ${body}
    }`;
}

const THROW = `setTimeout(() => { log.info('last words'); throw new Error('worker fails'); }, 2);`;
const HANDLE = `workers[0].on('error', (error) => { console.log('handled', error.message); });`;

function onlyRecording(outcome: Outcome): Outcome['recordings'][0] {
  expect(outcome.recordings).toHaveLength(1);
  return outcome.recordings[0];
}

describe.concurrent('a worker that throws', () => {
  it('leaves one snapshot when nobody handles it and the process dies', async () => {
    const outcome = await runBeside(program(THROW));
    expect(outcome.code).toBe(1);
    const recording = onlyRecording(outcome);
    expect(recording.header).toMatchObject({
      reason: 'uncaughtException',
      trigger: { kind: 'uncaughtException', thread: FIRST },
      error: { message: 'worker fails' },
    });
    expect(messagesOf(recording).sort()).toEqual(['in main', 'in worker', 'last words']);
  });

  it('leaves one snapshot when main handles it and lives on', async () => {
    const outcome = await runBeside(program(THROW, HANDLE));
    expect(outcome).toMatchObject({ code: 0, stdout: 'handled worker fails\n' });
    const recording = onlyRecording(outcome);
    expect(recording.header.trigger).toEqual({ kind: 'uncaughtException', thread: FIRST });
    expect(messagesOf(recording)).toContain('last words');
  });

  it('leaves one snapshot when main throws the error again', async () => {
    const again = `workers[0].on('error', (error) => { setImmediate(() => { throw error; }); });`;
    const outcome = await runBeside(program(THROW, again));
    expect(outcome.code).toBe(1);
    expect(onlyRecording(outcome).header.trigger.thread).toBe(FIRST);
  });

  it('leaves one snapshot when main catches it as its own', async () => {
    const outcome = await runBeside(
      program(THROW, `process.on('uncaughtException', (e) => { console.log('own', e.message); });`),
    );
    expect(outcome).toMatchObject({ code: 0, stdout: 'own worker fails\n' });
    expect(onlyRecording(outcome).header.trigger.thread).toBe(FIRST);
  });

  it('leaves one snapshot when it is the worker of a worker', async () => {
    const outcome = await runBeside(`
      const log = getLogger('app');
      if (isMainThread) {
        startRecorder();
        new Worker(new URL(import.meta.url), { workerData: 'outer' });
      } else if (workerData === 'outer') {
        log.info('in outer');
        new Worker(new URL(import.meta.url), { workerData: 'inner' });
      } else {
        ${THROW}
      }`);
    expect(outcome.code).toBe(1);
    const recording = onlyRecording(outcome);
    expect(recording.header.trigger.thread).toBe(FIRST + 1);
    expect(messagesOf(recording).sort()).toEqual(['in outer', 'last words']);
  });

  it('leaves one snapshot that names it when another had thrown just before', async () => {
    const body = `
      parentPort.on('message', () => { log.info('last words'); throw new Error('fails ' + workerData); });`;
    const main = `
      workers[0].on('error', () => { workers[1].postMessage('go'); });
      workers[0].postMessage('go');`;
    const outcome = await runBeside(program(body, main, 2), { ignoreInternalFrames: true });
    expect(outcome.code).toBe(1);
    const [first, second, ...others] = outcome.recordings;
    expect(others).toEqual([]);
    expect(first.header).toMatchObject({
      trigger: { thread: FIRST },
      error: { message: 'fails 1' },
    });
    expect(second.header).toMatchObject({
      trigger: { thread: FIRST + 1 },
      error: { message: 'fails 2' },
    });
  });

  it('does not touch the file of another that threw the same error', async () => {
    const body = `parentPort.on('message', () => { throw new Error('always the same'); });`;
    const main = `
      workers[0].on('error', () => { workers[1].postMessage('go'); });
      workers[1].on('error', () => {});
      workers[0].postMessage('go');`;
    const outcome = await runBeside(program(body, main, 2));
    expect(outcome.code).toBe(0);
    expect(onlyRecording(outcome).header.trigger.thread).toBe(FIRST);
  });

  it('shares its rate limit with the others', async () => {
    const body = `parentPort.on('message', () => { throw new Error('fails ' + workerData); });`;
    const main = `
      let ended = 0;
      for (const worker of workers) {
        worker.on('error', () => {
          if (++ended === workers.length) console.log(JSON.stringify(recorder.stats().snapshots));
        });
        worker.postMessage('go');
      }`;
    const source = program(body, main, 4).replace(
      'startRecorder()',
      'globalThis.recorder = startRecorder()',
    );
    const outcome = await runProgram(source);
    expect(printed(outcome)).toEqual({ written: 1, failed: 0, suppressed: 3 });
    expect(outcome.files).toHaveLength(1);
  });

  const values: [name: string, expression: string][] = [
    ['a string', `'text'`],
    ['undefined', 'undefined'],
    ['a symbol', `Symbol('sign')`],
    ['an object', '{ a: 1 }'],
    ['a function', '() => {}'],
    ['an Error that cannot be sent', `Object.assign(new Error('x'), { f() {} })`],
    ['a proxy', 'new Proxy({}, {})'],
  ];
  it.each(values)('leaves one snapshot when it throws %s', async (_name, expression) => {
    const outcome = await runBeside(program(`setTimeout(() => { throw ${expression}; }, 2);`));
    expect(outcome.code).toBe(1);
    const { header } = onlyRecording(outcome);
    expect(header.trigger.thread).toBe(FIRST);
    expect(header.error).not.toBeNull();
  });
});

describe.concurrent('a worker that ends otherwise', () => {
  it('leaves a snapshot when a promise is rejected', async () => {
    const outcome = await runBeside(program(`Promise.reject(new Error('gone'));`));
    expect(outcome.code).toBe(1);
    expect(onlyRecording(outcome).header).toMatchObject({
      reason: 'unhandledRejection',
      trigger: { thread: FIRST },
      error: { message: 'gone' },
    });
  });

  it('leaves a snapshot when its stack overflows', async () => {
    const overflow = `(function again() { again(); })();`;
    const outcome = await runBeside(program(`setTimeout(() => { ${overflow} }, 2);`));
    expect(outcome.code).toBe(1);
    const { header } = onlyRecording(outcome);
    expect(header.trigger.thread).toBe(FIRST);
    expect(header.error).toBeInstanceOf(RangeError);
  });

  it('leaves a snapshot of main when it has no memory left', async () => {
    const main = `
      new Worker('const kept = []; for (;;) kept.push(new Array(1000).fill(1));', {
        eval: true,
        resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 2 },
      });`;
    const outcome = await runBeside(program('', main, 0));
    expect(outcome.code).toBe(1);
    expect(onlyRecording(outcome).header).toMatchObject({
      trigger: { thread: FIRST },
      error: { code: 'ERR_WORKER_OUT_OF_MEMORY' },
    });
  });

  it('leaves none when it calls process.exit', async () => {
    const outcome = await runBeside(
      program(
        `log.info('leaving'); process.exit(9);`,
        `workers[0].on('exit', (code) => { console.log('exit', code); });`,
      ),
    );
    expect(outcome).toMatchObject({ code: 0, stdout: 'exit 9\n', files: [] });
  });

  it('leaves none when main terminates it', async () => {
    const outcome = await runBeside(
      program(
        `parentPort.postMessage('up'); for (;;) log.info('busy');`,
        `workers[0].on('message', async () => { console.log(await workers[0].terminate()); });`,
      ),
    );
    expect(outcome).toMatchObject({ code: 0, stdout: '1\n', files: [] });
  });

  it('is in the snapshot when main exits while it runs', async () => {
    const body = `for (let i = 0; i < 100; i++) log.info('work', { i });
      parentPort.postMessage('up'); setInterval(() => {}, 1000);`;
    const main = `
      let up = 0;
      for (const worker of workers) {
        worker.on('message', () => { if (++up === workers.length) throw new Error('main fails'); });
      }`;
    const outcome = await runBeside(program(body, main, 3));
    expect(outcome.code).toBe(1);
    const recording = onlyRecording(outcome);
    expect(recording.header.trigger.thread).toBe(0);
    const work = [...recording.events()].filter(({ message }) => message === 'work');
    expect(work).toHaveLength(300);
    expect(new Set(work.map(({ thread }) => thread.id))).toEqual(
      new Set([FIRST, FIRST + 1, FIRST + 2]),
    );
  });

  it('does not change how main exits while it runs', async () => {
    const body = `parentPort.postMessage('up'); for (;;) log.info('busy');`;
    const main = `workers[0].on('message', () => { process.exit(5); });`;
    const outcome = await runBeside(program(body, main));
    expect(outcome).toMatchObject({ code: 5, files: [] });
  });
});
