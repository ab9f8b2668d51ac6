// Applications that replace what ttlog stands on after it was loaded, with fakes or on purpose:
// it goes on, and the process ends as it would have without it.

import { describe, expect, it } from 'vitest';
import { messagesOf, printed, runBeside, runProgram } from './run-program.ts';

const START = `const recorder = startRecorder(); const log = getLogger('app'); log.info('before');\n`;
const USE = `log.info('after', { n: 1, list: [1, 'two', { three: 3 }] }); log.warn('again', new Error('e'));
  log.child({ a: 1 }).debug({ b: 2 }, 'fields first');\n`;
const THROW = `setTimeout(() => { throw new Error('late'); }, 2);\n`;
const THROWING = `() => { throw new Error('replaced'); }`;

describe.concurrent('a crash is recorded although the application has replaced', () => {
  const replacements: [name: string, source: string][] = [
    ['Date', `globalThis.Date = class { static now() { return 0; } };`],
    ['Date.now', `Date.now = ${THROWING};`],
    ['performance.now', `performance.now = ${THROWING};`],
    ['process.hrtime', `process.hrtime = ${THROWING};`],
    ['process.hrtime.bigint', `process.hrtime.bigint = ${THROWING};`],
    ['process.memoryUsage', `process.memoryUsage = ${THROWING};`],
    ['process.uptime', `process.uptime = ${THROWING};`],
    ['JSON', `JSON.stringify = JSON.parse = ${THROWING};`],
    ['Buffer.from', `Buffer.from = ${THROWING};`],
    ['Math.random', `Math.random = ${THROWING};`],
    ['String', `globalThis.String = ${THROWING};`],
    ['Error', `globalThis.Error = class {};`],
    [
      'Error.prepareStackTrace',
      `Error.prepareStackTrace = () => { throw new TypeError('replaced'); };`,
    ],
    [
      'process.cwd and process.pid',
      `process.cwd = ${THROWING}; Object.defineProperty(process, 'pid', { value: 'x' });`,
    ],
    [
      'queueMicrotask and timers',
      `for (const name of ['queueMicrotask', 'setImmediate', 'setInterval']) globalThis[name] = ${THROWING};`,
    ],
  ];

  it.each(replacements)('%s', async (_name, source) => {
    const outcome = await runBeside(`${START}${THROW}${source}\n${USE}`);
    expect(outcome.recordings).toHaveLength(1);
    expect(messagesOf(outcome.recordings[0])).toEqual(['before', 'after', 'again', 'fields first']);
  });
});

describe.concurrent('log calls and a crash do no harm although the application has replaced', () => {
  const prototypes: [name: string, methods: string[]][] = [
    ['Array.prototype', ['push', 'slice', 'map', 'splice', 'join', 'some', 'sort']],
    ['Map.prototype', ['get', 'set', 'has']],
    ['Set.prototype', ['has', 'add']],
    ['WeakMap.prototype', ['get', 'set']],
    [
      'String.prototype',
      ['charCodeAt', 'slice', 'isWellFormed', 'toWellFormed', 'split', 'replace'],
    ],
    ['Object', ['keys', 'entries', 'getPrototypeOf', 'getOwnPropertyDescriptor']],
    ['Reflect', ['ownKeys', 'get']],
    ['Uint8Array.prototype.__proto__', ['set', 'slice', 'subarray', 'fill']],
    ['DataView.prototype', ['setUint32', 'setFloat64', 'getUint32']],
    ['Function.prototype', ['call', 'bind']],
    ['Atomics', ['load', 'store', 'add', 'compareExchange']],
    ['RegExp.prototype', ['test', 'exec']],
    ['Promise.prototype', ['then', 'catch', 'finally']],
  ];
  it.each(prototypes)('%s', async (object, methods) => {
    // Inside the last tick, so that Node's own code, which is protected, is all that still runs.
    const outcome = await runBeside(
      `${START}
      setTimeout(() => {
        for (const method of ${JSON.stringify(methods)}) {
          const { value, ...rest } = Object.getOwnPropertyDescriptor(${object}, method) ?? {};
          if (value === undefined) continue;
          const broken = function () { throw new TypeError('replaced'); };
          try { ${object}[method] = broken; } catch {}
        }
        log.info('after', { n: 1, list: [1, 2] });
        log.warn('again', new RangeError('e'));
        throw new RangeError('late');
      });`,
      { ignoreInternalFrames: true },
    );
    expect(outcome.code).not.toBe(0);
  });
});

describe.concurrent('the functions of node:fs, each replaced after the start by one that throws,', () => {
  it('are not what snapshots are written with', async () => {
    const outcome = await runBeside(`
      import fs, { writeSync } from 'node:fs';
      import { syncBuiltinESMExports } from 'node:module';
      ${START}
      for (const name of Object.keys(fs)) {
        if (typeof fs[name] === 'function' && !/^[A-Z]/.test(name)) fs[name] = ${THROWING};
      }
      syncBuiltinESMExports();
      ${USE}
      recorder.snapshotSync('sync');
      await recorder.snapshot('async');
      ${THROW}`);
    expect(outcome.code).toBe(1);
    const reasons = outcome.recordings.map(({ header }) => header.reason);
    expect(reasons).toEqual(['sync', 'async', 'uncaughtException']);
    for (const recording of outcome.recordings) {
      expect(messagesOf(recording)).toEqual(['before', 'after', 'again', 'fields first']);
    }
  });
});

describe.concurrent('fake timers do not reach', () => {
  const FAKE = `
    const never = () => ({ unref() { return this; }, ref() { return this; } });
    globalThis.setTimeout = globalThis.setInterval = globalThis.setImmediate = never;
    globalThis.queueMicrotask = process.nextTick = () => {};
    globalThis.Date = class FakeDate { static now() { return 5; } };
    performance.now = () => 5; process.hrtime.bigint = () => 5n;`;

  it('the times of events and snapshots', async () => {
    const outcome = await runProgram(`
      ${START}
      const real = Date.now.bind(Date);
      const from = real();
      ${FAKE}
      log.info('after');
      recorder.snapshotSync();
      console.log(JSON.stringify([from, real()]));`);
    const [from, to] = printed(outcome) as [number, number];
    const [recording] = outcome.recordings;
    const after = [...recording.events()][1];
    for (const ms of [Number(after.timeNs / 1_000_000n), recording.header.takenAtMs]) {
      expect(ms).toBeGreaterThanOrEqual(from - 2);
      expect(ms).toBeLessThanOrEqual(to + 2);
    }
  });

  it('the end by a signal', async () => {
    const outcome = await runBeside(
      `startRecorder({ snapshots: { signals: ['SIGTERM'] } });
      setInterval(() => {}, 1000); console.log('ready');
      ${FAKE}`,
      { signals: [{ signal: 'SIGTERM', afterMs: 20 }] },
    );
    expect(outcome.signal).toBe('SIGTERM');
    expect(outcome.recordings).toHaveLength(1);
  });
});

describe.concurrent('a program ends as without ttlog under', () => {
  const flags: [flag: string][] = [
    ['--frozen-intrinsics'],
    ['--disallow-code-generation-from-strings'],
    ['--disable-proto=throw'],
    ['--enable-source-maps'],
    ['--stack-trace-limit=0'],
    ['--jitless'],
    ['--no-addons'],
    ['--max-old-space-size=32'],
    ['--trace-uncaught'],
  ];

  it.each(flags)('%s', async (flag) => {
    const source = `${START}${USE}await recorder.snapshot('asked');\n${THROW}`;
    const outcome = await runBeside(source, { flags: [flag], ignoreInternalFrames: true });
    expect(outcome.code).toBe(1);
    expect(outcome.recordings).toHaveLength(2);
    expect(messagesOf(outcome.recordings[1])).toEqual(['before', 'after', 'again', 'fields first']);
  });
});
