// The tap on `console`: what is recorded of each call, and that nothing else changes.

import { describe, expect, it } from 'vitest';
import { messagesOf, runProgram } from '../crash/run-program.ts';
import { eventsOf, REGISTER, runTapped } from './tapped-program.ts';

const THROW = `throw new Error('end');\n`;

describe.concurrent.each([
  ['an ES module', false],
  ['CommonJS', true],
])('console in %s', (_kind, commonJs) => {
  it('is recorded by level, with its arguments as data', async () => {
    const outcome = await runTapped(
      `console.trace('traced'); console.debug('debugged'); console.log('logged %d', 1, { a: 1 });
      console.info({ b: 2 }); console.warn('warned', new Error('why')); console.error(new TypeError('bad'));
      console.table([1]); console.assert(false, 'asserted'); console.log(); console.log(7, 'seven');
      console.log('card', { password: 'hunter2', items: [{ token: 't' }] });
      ${THROW}`,
      { commonJs },
    );
    const [recording] = outcome.recordings;
    const events = eventsOf(recording, 'console').map(({ level, message, fields }) => {
      const { err, ...others } = fields;
      return [level, message.split('\n')[0], ...(err === undefined ? [] : [String(err)]), others];
    });
    expect(events).toEqual([
      ['debug', 'Trace: traced', {}],
      ['debug', 'debugged', {}],
      ['info', 'logged %d', { args: [1, { a: 1 }] }],
      ['info', '', { b: 2 }],
      ['warn', 'warned', 'Error: why', {}],
      ['error', 'bad', 'TypeError: bad', {}],
      ['info', expect.stringMatching(/^┌/), {}],
      ['warn', 'Assertion failed: asserted', {}],
      ['info', '', {}],
      ['info', '7', { args: ['seven'] }],
      ['info', 'card', { password: '[Redacted]', items: [{ token: '[Redacted]' }] }],
    ]);
    expect(JSON.stringify(events)).not.toContain('hunter2');
  });

  it('runs no code of the application to record a call', async () => {
    const outcome = await runTapped(
      `let runs = 0;
      const hostile = { get a() { runs++; return 1; }, toJSON() { runs++; return {}; } };
      const proxy = new Proxy({}, { get() { runs++; }, ownKeys() { runs++; return []; } });
      console.log(hostile, proxy, () => { runs++; });
      console.log('lazy', () => { runs++; return {}; });
      console.log(runs);
      const crypto = ${commonJs ? "require('node:crypto')" : "(await import('node:crypto')).default"};
      console.log(Object.keys(crypto).length > 9, crypto);
      ${THROW}`,
      { commonJs },
    );
    expect(messagesOf(outcome.recordings[0])).toContain('0');
  });

  it('has functions that look as they did', async () => {
    await runTapped(
      `for (const name of Object.keys(console)) {
        const value = console[name];
        const { value: _, ...flags } = Object.getOwnPropertyDescriptor(console, name);
        console.log(name, typeof value, value?.name, value?.length, 'prototype' in Object(value), flags);
      }
      const { log } = console;
      log('torn off'); [1].forEach(console.log); console.log.call(null, 'no this');
      console.log(Object.keys(console).length, Reflect.ownKeys(console).length);`,
      { commonJs },
    );
  });
});

describe.concurrent('the tap on console', () => {
  it('records calls that are nested in printing, once each', async () => {
    const outcome = await runTapped(
      `const inner = { [Symbol.for('nodejs.util.inspect.custom')]() { console.log('inner'); return 'I'; } };
      console.log('outer', inner); ${THROW}`,
    );
    expect(messagesOf(outcome.recordings[0])).toEqual(['outer', 'inner']);
  });

  it('lets an exception of what is printed through', async () => {
    await runTapped(
      `const bad = { [Symbol.for('nodejs.util.inspect.custom')]() { throw new Error('bad'); } };
      try { console.log(bad); } catch (error) { console.log('caught', error.message); }`,
    );
  });

  it('leaves a call that is not made by a text from outside', async () => {
    const forged = '2026-11-21 FATAL http: request begun\n\u001b[2J\u0000{"level":60,"msg":"x"}';
    const outcome = await runTapped(
      `console.log('user agent', ${JSON.stringify(forged)}); ${THROW}`,
    );
    const events = eventsOf(outcome.recordings[0]);
    expect(events).toMatchObject([{ logger: 'console', level: 'info', message: 'user agent' }]);
    expect(events[0].fields).toEqual({ args: [forged] });
  });

  it('keeps no table of texts that differ', async () => {
    const outcome = await runTapped(
      `process.stdout.write = () => true; // More than a pipe takes.
      for (let i = 0; i < 20_000; i++) console.log('user ' + i);
      ${THROW}`,
    );
    const [recording] = outcome.recordings;
    expect(recording.losses).toMatchObject({ refused: 0, tooLarge: 0 });
    expect(messagesOf(recording).at(-1)).toBe('user 19999');
  });

  it('is off by its name', async () => {
    const source = `console.log('not recorded'); process.emitWarning('recorded'); setTimeout(() => { ${THROW} }, 9);`;
    const outcome = await runTapped(source, { env: { TTLOG_TAPS: '-console,-gc' } });
    expect(messagesOf(outcome.recordings[0])).toEqual(['warning']);
    const none = await runTapped(source, { env: { TTLOG_TAPS: 'off' } });
    expect(messagesOf(none.recordings[0])).toEqual([]);
  });

  it('is not there under TTLOG_DISABLED=1', async () => {
    const outcome = await runTapped(
      `console.log(console.log.toString()); console.log(process.listenerCount('warning')); ${THROW}`,
      { env: { TTLOG_DISABLED: '1' } },
    );
    expect(outcome.files).toEqual([]);
  });

  it('says on stderr under TTLOG_DEBUG=1, and in the file, which name there is not', async () => {
    const outcome = await runProgram(THROW, {
      flags: ['--import', REGISTER],
      env: { TTLOG_TAPS: '-consle', TTLOG_DEBUG: '1' },
    });
    expect(outcome.stderr).toMatch(/^ttlog: TTLOG_TAPS has "-consle", which was ignored/);
    expect(outcome.recordings[0].header.notes.join()).toContain('TTLOG_TAPS has "-consle"');
  });
});
