// Deaths of workers that the table of deaths has no row for: several in a row, errors that main throws
// again or catches, and values that are no errors.

import { describe, expect, it } from 'vitest';
import { type Outcome, printed, runBeside, runProgram } from './run-program.ts';

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

function onlyRecording(outcome: Outcome): Outcome['recordings'][0] {
  expect(outcome.recordings).toHaveLength(1);
  return outcome.recordings[0];
}

describe.concurrent('a worker that throws', () => {
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
    ['undefined', 'undefined'],
    ['a symbol', `Symbol('sign')`],
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
