// Stacks that overflow: what a crash snapshot does with the little that is left.

import { describe, expect, it } from 'vitest';
import { messagesOf, printed, runBeside, runProgram } from './run-program.ts';

const START = `const recorder = startRecorder(); const log = getLogger('app'); log.info('before');\n`;

describe.concurrent('a stack overflow leaves a snapshot,', () => {
  const overflows: [name: string, source: string][] = [
    ['at the top level', `(function again() { again(); })();`],
    ['in a promise', `(async function again() { await again(); })();`],
    [
      'with async hooks',
      `import { createHook } from 'node:async_hooks';
      createHook({ init() {}, before() {}, after() {} }).enable();
      setTimeout(() => { (function again() { again(); })(); });`,
    ],
    [
      'inside withContext',
      `withContext({ id: 1 }, () => setTimeout(() => { (function again() { again(); })(); }));`,
    ],
  ];

  it.each(overflows)('%s', async (_name, source) => {
    const outcome = await runBeside(START + source, { ignoreInternalFrames: true });
    expect(outcome.code).not.toBe(0);
    expect(outcome.recordings).toHaveLength(1);
    const [recording] = outcome.recordings;
    expect(recording.header.error).toBeInstanceOf(RangeError);
    expect(messagesOf(recording)[0]).toBe('before');
  });

  it('in a recursion that logs', async () => {
    // Where exactly the stack ends is no longer the same.
    const outcome = await runProgram(`${START}
      setTimeout(() => { (function again(n) { log.info('deeper', { n }); again(n + 1); })(0); });`);
    expect(outcome.code).toBe(1);
    expect(outcome.recordings).toHaveLength(1);
    const [recording] = outcome.recordings;
    expect(recording.header.error).toBeInstanceOf(RangeError);
    const [first, ...deeper] = recording.events();
    expect(first.message).toBe('before');
    expect(deeper.map(({ fields }) => fields.n)).toEqual(deeper.map((_event, n) => n));
    expect(deeper.length).toBeGreaterThan(1000);
  });
});

describe.concurrent('a log call that runs out of stack', () => {
  const recursions: [name: string, source: string][] = [
    ['in itself', `function again(n) { log.info('deeper', { n, list: [n] }); again(n + 1); }`],
    [
      'in a getter',
      `const o = { get again() { log.info('deeper', o); return 1; } }; const again = () => o.again;`,
    ],
    [
      'in toJSON',
      `const o = { toJSON() { log.info('deeper', { o }); return 1; } }; const again = () => log.info('o', { o });`,
    ],
    ['in lazy fields', `const again = () => log.info('deeper', () => again());`],
  ];

  it.each(recursions)(
    '%s does not throw more than without ttlog, and others go on',
    async (_name, source) => {
      const outcome = await runProgram(`${START}${source}
      try { again(0); } catch (error) { if (!(error instanceof RangeError)) throw error; }
      log.info('after', { ok: true });
      const { path } = recorder.snapshotSync();
      const { losses, threads } = recorder.stats();
      console.log(JSON.stringify({ path, losses, threads }));`);
      expect(printed(outcome)).toMatchObject({ threads: 1, path: expect.any(String) });
      const [recording] = outcome.recordings;
      const messages = messagesOf(recording);
      expect(messages[0]).toBe('before');
      expect(messages.at(-1)).toBe('after');
      for (const { attempted, losses } of recording.header.threads) {
        const { overwritten, refused, tooLarge } = losses;
        expect(messages.length + overwritten + refused + tooLarge).toBe(attempted);
      }
    },
  );
});
