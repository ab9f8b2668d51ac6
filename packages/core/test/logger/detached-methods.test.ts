import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { getLogger, type Logger } from '../../src/logger/logger.ts';
import { type RecordingLogger, recordHere } from './recording-logger.ts';

let here: RecordingLogger;
const log = getLogger('owner');

beforeEach(() => {
  here = recordHere();
});
afterEach(() => here.stop());

it('records as the logger without a name when a method is torn off', async () => {
  const { info, child, log: byLevel, isLevelEnabled } = log;
  info('destructured', { n: 1 });
  byLevel('warn', 'by level');
  child({ a: 1 }).info('from a child');
  await Promise.reject(new Error('caught')).catch(log.error);
  [7].forEach(log.debug as (value: number) => void);
  const emitter = new EventEmitter().on('line', log.trace);
  emitter.emit('line', 'emitted');
  expect(isLevelEnabled('info')).toBe(true);
  expect(here.events().map(({ logger, message }) => [logger, message])).toEqual([
    ...['destructured', 'by level', 'from a child', 'caught', '7', 'emitted'].map((m) => ['', m]),
  ]);
  expect(here.refusals()).toBe(0);
});

it('takes any name, also one that cannot be text', () => {
  const hostile = Object.create(null);
  const names: unknown[] = [Symbol('s'), hostile, null, 42];
  for (const name of names) (getLogger as (name: unknown) => Logger)(name).info('named');
  expect(here.events().map(({ logger }) => logger)).toEqual(['Symbol(s)', '', 'null', '42']);
});

it('records as the logger without a name whatever `this` a torn-off method is called with', () => {
  const throwing = {
    get source(): never {
      throw new Error('no source');
    },
  };
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  const owners: unknown[] = [
    ...[{ context: {} }, { context: 'AppContext' }, { source: {} }, { source: 'file' }],
    ...[throwing, revoked, null, 7],
  ];
  for (const owner of owners) {
    Reflect.apply(log.info, owner, ['plain']);
    Reflect.apply(log.info, owner, ['fields', { a: 1 }]);
    Reflect.apply(log.log, owner, ['warn', 'by level']);
    (Reflect.apply(log.child, owner, [{ b: 2 }]) as Logger).info('from a child');
  }
  const messages = ['plain', 'fields', 'by level', 'from a child'];
  const expected = owners.flatMap(() => messages.map((message) => ['', message]));
  expect(here.events().map(({ logger, message }) => [logger, message])).toEqual(expected);
  expect(here.refusals()).toBe(0);
  expect(here.recording().losses.refused).toBe(0);
});

it('records the errors of an emitter that has a context of its own, its fields asked for once', () => {
  const emitter = Object.assign(new EventEmitter(), { context: {} });
  emitter.on('error', log.error).on('lazy', log.warn);
  emitter.emit('error', new Error('emitted'));
  let calls = 0;
  emitter.emit('lazy', 'lazily', () => ({ calls: ++calls }));
  const [error, lazy] = here.events();
  expect([error.logger, error.message]).toEqual(['', 'emitted']);
  expect([lazy.logger, lazy.message, lazy.fields]).toEqual(['', 'lazily', { calls: 1 }]);
  expect(here.recording().losses.refused).toBe(0);
});
