// The tap on pino: its lines as events, as pino has made them.

import { describe, expect, it } from 'vitest';
import { eventsOf, REQUIRE, runTapped } from './tapped-program.ts';

const THROW = `throw new Error('end');\n`;
/** Without time and host, and written at once, so that both runs print the same. */
const PINO = `${REQUIRE} const pino = npm('pino'); const fixed = { base: {}, timestamp: false };
  const out = { write: (line) => process.stdout.write(line) };\n`;

describe.concurrent('the tap on pino', () => {
  it('records level, message, fields and name, and leaves the lines as they are', async () => {
    const outcome = await runTapped(
      `${PINO} const log = pino({ ...fixed, name: 'shop', level: 'trace' }, out);
      log.trace('t'); log.debug({ n: 1 }, 'd %s', 'x'); log.info({ only: 'fields' });
      log.warn(new Error('why')); log.error({ err: new TypeError('bad') }, 'e'); log.fatal('f');
      ${THROW}`,
    );
    const events = eventsOf(outcome.recordings[0], 'shop');
    expect(events.map(({ level, message }) => [level, message])).toEqual([
      ['trace', 't'],
      ['debug', 'd x'],
      ['info', ''],
      ['warn', 'why'],
      ['error', 'e'],
      ['fatal', 'f'],
    ]);
    expect(events[1].fields).toEqual({ n: 1 });
    expect(events[2].fields).toEqual({ only: 'fields' });
    expect(events[3].fields).toMatchObject({ err: { type: 'Error', message: 'why' } });
  });

  it('keeps the bindings of children, and what pino redacts or serializes stays so', async () => {
    const outcome = await runTapped(
      `${PINO} const log = pino({ ...fixed, redact: ['card'], serializers: { user: ({ id }) => id } }, out);
      log.child({ requestId: 'r1' }).info({ card: '4111', user: { id: 7, mail: 'a@b' }, password: 'p' }, 'paid');
      ${THROW}`,
    );
    const [event] = eventsOf(outcome.recordings[0], 'pino');
    expect(event.fields).toEqual({
      ...{ requestId: 'r1', card: '[Redacted]', user: 7, password: '[Redacted]' },
    });
  });

  it('knows pid and host, other keys for the message, levels of your own and labels', async () => {
    const outcome = await runTapped(
      `${PINO} pino({ timestamp: false, messageKey: 'text', base: { pid: process.pid } }, { write() {} }).info('m');
      const custom = { ...fixed, customLevels: { notice: 35, loud: 70 } };
      pino({ ...custom, formatters: { level: (label) => ({ level: label }) } }, out).notice({ msg: 'own' });
      pino({ ...fixed, customLevels: { loud: 70 }, nestedKey: 'data' }, out).loud({ a: 1 }, 'l');
      ${THROW}`,
    );
    const events = eventsOf(outcome.recordings[0], 'pino');
    expect(events.map(({ level, message, fields }) => [level, message, fields])).toEqual([
      ['info', 'm', {}],
      ['info', 'own', {}],
      ['fatal', 'l', { data: { a: 1 } }],
    ]);
  });

  it('takes a line that is too long as its message', async () => {
    const outcome = await runTapped(
      `${PINO} pino(fixed, { write() {} }).info({ big: 'x'.repeat(200_000) }, 'big'); ${THROW}`,
    );
    const [{ message, fields }] = eventsOf(outcome.recordings[0], 'pino');
    expect(message).toBe('big');
    expect(fields).toEqual({ lineLength: expect.any(Number) });
  });

  it('has as many loggers as there are names, up to a bound', async () => {
    const outcome = await runTapped(
      `${PINO} for (let i = 0; i < 100; i++) pino({ ...fixed, name: 'n' + i }, { write() {} }).info('x');
      ${THROW}`,
    );
    const events = eventsOf(outcome.recordings[0]);
    expect(new Set(events.map(({ logger }) => logger)).size).toBe(65);
    expect(events.at(-1)).toMatchObject({ logger: 'pino', fields: { name: 'n99' } });
  });
});
