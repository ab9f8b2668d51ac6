// Uncaught exceptions and unhandled rejections of the main thread: the file they leave, and that
// the process ends as it would have without ttlog.

import { describe, expect, it } from 'vitest';
import { messagesOf, runBeside } from './run-program.ts';

const START = `startRecorder(); const log = getLogger('app'); log.info('before');\n`;

describe.concurrent('a program leaves one snapshot and exit code 1 when it dies of', () => {
  const deaths: [name: string, source: string, message: string, reason: string][] = [
    ['a throw in a timer', `setTimeout(() => { throw new Error('late'); }, 2);`, 'late', 'E'],
    ['a throw in nextTick', `process.nextTick(() => { throw new Error('tick'); });`, 'tick', 'E'],
    [
      'a throw in a microtask',
      `queueMicrotask(() => { throw new Error('micro'); });`,
      'micro',
      'E',
    ],
    ['a throw in setImmediate', `setImmediate(() => { throw new Error('soon'); });`, 'soon', 'E'],
    [
      'a throw in the callback of a file operation',
      `import fs from 'node:fs'; fs.stat('.', () => { throw new Error('io'); });`,
      'io',
      'E',
    ],
    [
      'an error event that nobody listens to',
      `import net from 'node:net'; net.connect('/nonexistent.sock');`,
      'connect ENOENT /nonexistent.sock',
      'E',
    ],
    ['a throw at the top level of a module', `throw new Error('top');`, 'top', 'R'],
    ['an await that rejects at the top level', `await Promise.reject(new Error('aw'));`, 'aw', 'R'],
    ['a rejection', `Promise.reject(new Error('gone')); setTimeout(() => {}, 50);`, 'gone', 'R'],
    [
      'a rejection in an async function',
      `(async () => { await null; throw new Error('as'); })();`,
      'as',
      'R',
    ],
  ];

  it.each(deaths)('%s', async (_name, source, message, reason) => {
    const outcome = await runBeside(START + source);
    expect(outcome.code).toBe(1);
    const [recording, ...others] = outcome.recordings;
    expect(others).toEqual([]);
    expect(messagesOf(recording)).toEqual(['before']);
    const { header } = recording;
    const kind = reason === 'R' ? 'unhandledRejection' : 'uncaughtException';
    expect(header).toMatchObject({ reason: kind, trigger: { kind, thread: 0 } });
    expect(header.error).toBeInstanceOf(Error);
    expect((header.error as Error).message).toBe(message);
    expect((header.error as Error).stack).toContain(message);
  });
});

describe.concurrent('a CommonJS program leaves one snapshot and exit code 1 when it dies of', () => {
  const deaths: [name: string, source: string][] = [
    ['a throw at its top level', `throw new Error('top');`],
    [
      `a throw at its top level, with an 'exit' listener just added`,
      `process.on('exit', () => { log.info('leaving'); }); throw new Error('top');`,
    ],
    ['a throw in a timer', `setTimeout(() => { throw new Error('late'); }, 2);`],
    ['a module that is not there', `require('./missing.cjs');`],
    ['a rejection', `Promise.reject(new Error('gone'));`],
    [
      'a throw in a worker',
      `if (isMainThread) new Worker(__filename); else { throw new Error('in worker'); }`,
    ],
  ];

  it.each(deaths)('%s', async (_name, source) => {
    const outcome = await runBeside(START + source, { commonJs: true });
    expect(outcome.code).toBe(1);
    expect(outcome.recordings).toHaveLength(1);
    expect(outcome.recordings[0].header.error).toBeInstanceOf(Error);
    const messages = messagesOf(outcome.recordings[0]);
    expect(messages).toContain('before');
    expect(messages.includes('leaving')).toBe(source.includes('leaving'));
  });
});

describe.concurrent('a rejection, with', () => {
  const reject = `Promise.reject(new Error('gone')); setTimeout(() => log.info('after'), 20);`;
  const listen = `process.on('unhandledRejection', (e) => console.log('seen', e.message));`;
  const cases: [name: string, mode: string, before: string, code: number, files: number][] = [
    ['a listener of the application', 'throw', listen, 0, 0],
    ['--unhandled-rejections=warn', 'warn', '', 0, 0],
    ['--unhandled-rejections=none', 'none', '', 0, 0],
    ['--unhandled-rejections=warn-with-error-code', 'warn-with-error-code', '', 1, 0],
    ['--unhandled-rejections=strict', 'strict', '', 1, 1],
    ['--unhandled-rejections=strict and a listener', 'strict', listen, 1, 1],
  ];

  it.each(cases)('%s, ends as without ttlog', async (_name, mode, before, code, fileCount) => {
    const flags = [`--unhandled-rejections=${mode}`];
    const outcome = await runBeside(START + before + reject, { flags });
    expect(outcome.code).toBe(code);
    expect(outcome.files).toHaveLength(fileCount);
  });
});

describe.concurrent('a thrown value that is hard to look at leaves a snapshot:', () => {
  const values: [name: string, expression: string][] = [
    ['undefined', 'undefined'],
    ['null', 'null'],
    ['a string', `'text'`],
    ['a number', '42'],
    ['a bigint', '42n'],
    ['a symbol', `Symbol('sign')`],
    ['a function', '() => {}'],
    ['an object without a prototype', 'Object.create(null)'],
    ['a frozen Error', `Object.freeze(new Error('frozen'))`],
    ['a proxy of an Error', `new Proxy(new Error('behind'), {})`],
    [
      'a revoked proxy',
      `(() => { const r = Proxy.revocable({}, {}); r.revoke(); return r.proxy; })()`,
    ],
    [
      'an Error with itself as cause',
      `(() => { const e = new Error('me'); e.cause = e; return e; })()`,
    ],
    [
      'an Error with 20,000 causes',
      `(() => { let e = new Error('first'); for (let i = 0; i < 20000; i++) e = { cause: e }; return e; })()`,
    ],
    [
      'an Error whose message throws',
      `Object.defineProperty(new Error('x'), 'message', { get() { throw new Error('no'); } })`,
    ],
    [
      'an Error whose stack throws',
      `Object.defineProperty(new Error('x'), 'stack', { get() { throw new Error('no'); } })`,
    ],
    [
      'an object whose every property throws',
      `new Proxy({}, { get() { throw new Error('no'); } })`,
    ],
    ['an Error of another realm', `(await import('node:vm')).runInNewContext("new Error('far')")`],
    [
      'an AggregateError of 100,000',
      `new AggregateError(Array(100000).fill(new Error('one')), 'many')`,
    ],
    ['a long string', `'x'.repeat(40_000)`],
    [
      'an Error that cannot be turned into text',
      `Object.assign(new Error('x'), { toString: null, [Symbol.toPrimitive]: 1 })`,
    ],
  ];

  // Node itself fails to print some of these; whatever it does then, it does with ttlog too.
  it.each(values)('%s', async (_name, expression) => {
    const outcome = await runBeside(
      `${START}const value = ${expression};\nsetTimeout(() => { throw value; }, 2);`,
    );
    expect(outcome.code).not.toBe(0);
    expect(outcome.recordings).toHaveLength(1);
    const { header } = outcome.recordings[0];
    expect(header.reason).toBe('uncaughtException');
    expect(header.error).not.toBeNull();
    expect(messagesOf(outcome.recordings[0])).toEqual(['before']);
  });

  const rejections = [
    'undefined',
    'null',
    'a symbol',
    'a revoked proxy',
    'an Error whose stack throws',
  ];
  it.each(values.filter(([name]) => rejections.includes(name)))(
    '%s, as a rejection',
    async (_name, expression) => {
      const outcome = await runBeside(
        `${START}const value = ${expression};\nsetTimeout(() => { Promise.reject(value); }, 2);`,
      );
      expect(outcome.code).not.toBe(0);
      expect(outcome.recordings).toHaveLength(1);
      expect(outcome.recordings[0].header.error).not.toBeNull();
    },
  );
});
