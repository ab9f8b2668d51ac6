// Uncaught exceptions and rejections of main that the table of deaths has no row for: values that are
// hard to look at, and what only CommonJS has.

import { describe, expect, it } from 'vitest';
import { messagesOf, runBeside } from './run-program.ts';

const START = `startRecorder(); const log = getLogger('app'); log.info('before');\n`;

describe.concurrent('a CommonJS program leaves one snapshot and exit code 1 when it dies of', () => {
  const deaths: [name: string, source: string][] = [
    [
      `a throw at its top level, with an 'exit' listener just added`,
      `process.on('exit', () => { log.info('leaving'); }); throw new Error('top');`,
    ],
    ['a module that is not there', `require('./missing.cjs');`],
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

describe.concurrent('a thrown value that is hard to look at leaves a snapshot:', () => {
  const values: [name: string, expression: string][] = [
    ['undefined', 'undefined'],
    ['null', 'null'],
    ['a string', `'text'`],
    ['a symbol', `Symbol('sign')`],
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
      'an Error whose stack throws',
      `Object.defineProperty(new Error('x'), 'stack', { get() { throw new Error('no'); } })`,
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

  const rejections = ['undefined', 'a symbol', 'a revoked proxy'];
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
