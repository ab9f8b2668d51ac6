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
