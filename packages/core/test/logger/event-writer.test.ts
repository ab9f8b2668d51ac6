import vm from 'node:vm';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { defineEvent } from '../../src/logger/define-event.ts';
import { getLogger, withContext } from '../../src/logger/logger.ts';
import type { Mark } from '../../src/record/marks.ts';
import { setRecordLevel } from '../../src/ring/recorder-words.ts';
import { type RecordingLogger, recordHere } from './recording-logger.ts';

let here: RecordingLogger;
const log = getLogger('writer');

afterEach(() => here.stop());

const content = () => here.events().map(({ message, fields }) => ({ message, fields }));

describe('what was logged', () => {
  it('comes back as logged where messages differ in little', () => {
    here = recordHere();
    for (let round = 0; round < 3; round++) {
      log.info('user idaloaded 6');
      log.info('user idbloaded a');
    }
    expect(content().map(({ message }) => message)).toEqual(
      ['user idaloaded 6', 'user idbloaded a', 'user idaloaded 6', 'user idbloaded a'].concat(
        'user idaloaded 6',
        'user idbloaded a',
      ),
    );
  });

  it('comes back as logged where one call site turns from one kind of call to another', () => {
    here = recordHere();
    const expected: object[] = [];
    const call = (fields: object | undefined, as: object = fields ?? {}) => {
      if (fields === undefined) log.info('again');
      else log.info('again', fields);
      expected.push({ message: 'again', fields: as });
    };
    // Long enough for the first shape to have code of its own.
    for (let n = 0; n < 500; n++) call({ n, text: `t${n % 3}` });
    for (let n = 0; n < 300; n++) {
      call({ n, text: 'same' });
      call({ n });
      call(undefined);
      call({ text: 'turned', n });
      call({ n, text: { deep: [n] } });
    }
    expect(content()).toEqual(expected);
    log.info('again', {
      n: 1,
      get text(): string {
        throw new Error('no');
      },
    });
    log.warn('again', { n: 2, text: 'warned' });
    log.info('again', { n: 3, text: 'after' });
    const rest = content().slice(expected.length);
    expect(rest.map(({ fields }) => fields.n)).toEqual([1, 2, 3]);
    expect(here.recording().losses).toMatchObject({ overwritten: 0, refused: 0, tooLarge: 0 });
  });

  it('comes back as logged, whatever the messages and fields', () => {
    const key = fc.oneof(fc.constantFrom('a', 'b', 'c', '1', '0', ''), fc.string({ maxLength: 8 }));
    const value = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.integer(),
      fc.maxSafeInteger(),
      fc.double(),
      fc.boolean(),
      fc.constantFrom(
        null,
        undefined,
        -0,
        0,
        255,
        256,
        65535,
        65536,
        2 ** 31,
        -(2 ** 31),
        -1,
        -24,
        -25,
      ),
      fc.bigInt(),
      fc.array(fc.integer(), { maxLength: 3 }),
    );
    const call = fc.record({
      message: fc.oneof(fc.constantFrom('one', 'two', 'three'), fc.string({ maxLength: 30 })),
      fields: fc.option(fc.dictionary(key, value, { maxKeys: 6, noNullPrototype: true })),
      level: fc.constantFrom('trace', 'debug', 'info', 'warn', 'error', 'fatal'),
    });
    const harmless = (text: string) => !/^(__proto__)$/.test(text);
    fc.assert(
      fc.property(fc.array(call, { maxLength: 60 }), (calls) => {
        here = recordHere({ bytes: 512 << 10, redact: false });
        const expected = calls.map(({ message, fields, level }) => {
          const kept = Object.fromEntries(
            Object.entries(fields ?? {}).filter(([name]) => harmless(name)),
          );
          if (fields === null) log.log(level, message);
          else log.log(level, message, kept);
          return { message, level, fields: kept };
        });
        const events = here
          .events()
          .map(({ message, level, fields }) => ({ message, level, fields }));
        here.stop();
        expect(events).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('comes back as logged from shapes that have code of their own', () => {
    here = recordHere({ bytes: 16 << 20 });
    const values: unknown[] = [
      ...[
        0,
        -0,
        1,
        -1,
        23,
        24,
        255,
        256,
        65535,
        65536,
        2 ** 31 - 1,
        2 ** 31,
        -(2 ** 31),
        1.5,
        Number.NaN,
      ],
      ...[
        2 ** 53 - 1,
        2 ** 53,
        Infinity,
        'x',
        '',
        'ä',
        '\u{1f600}',
        'a'.repeat(12),
        'b'.repeat(23),
      ],
      ...[
        'c'.repeat(24),
        'd'.repeat(300),
        '\ud800',
        true,
        false,
        null,
        undefined,
        5n,
        [1],
        { a: { b: 1 } },
      ],
    ];
    const calls: object[] = [];
    for (let i = 0; i < 3000; i++) {
      const value = (k: number) => values[(i * 7 + k * 11 + ((i / 13) | 0)) % values.length];
      const fields =
        i % 17 === 5
          ? { 'a"b\\': value(0), other: value(1) }
          : { 'a"b\\': value(0), b: value(1), c: value(2), __d: value(3) };
      calls.push(fields);
      log.info('compiled', fields as never);
    }
    expect(content().map(({ fields }) => fields)).toEqual(calls);
  });

  it.each([true, false])(
    'comes back as logged: texts of each length, with an odd character at each place (search %s)',
    (shapes) => {
      here = recordHere({ bytes: 16 << 20, redact: { shapes } });
      const texts: string[] = [];
      for (let length = 0; length <= 30; length++) {
        const plain = String.fromCharCode(...Array.from({ length }, (_, i) => 33 + length + i));
        texts.push(plain);
        for (let at = 0; at < length; at++) {
          for (const odd of ['\x7f', '\x80', '\xff', '\u0100', '\u8061', '\ud800']) {
            texts.push(plain.slice(0, at) + odd + plain.slice(at + 1));
          }
        }
      }
      const event = defineEvent('declared', { before: 'int', text: 'string', after: 'string' });
      const all = [...texts, ...texts.toReversed()];
      const logged = all.map((text, i) => ({ before: i, text, after: all[all.length - 1 - i] }));
      for (const fields of logged) event.info(fields);
      for (const fields of logged) log.info('compiled', fields);
      expect(content().map(({ fields }) => fields)).toEqual([...logged, ...logged]);
    },
  );

  it('has times that rise from event to event', () => {
    here = recordHere();
    for (let i = 0; i < 20_000; i++) log.log(i % 3 === 0 ? 'warn' : 'info', 'tick', { i });
    const events = here.events();
    expect(events.map(({ fields }) => fields.i)).toEqual(events.map((_, i) => i));
    for (let i = 1; i < events.length; i++)
      expect(events[i].timeNs).toBeGreaterThan(events[i - 1].timeNs);
  });

  it('keeps severity, logger and bindings of defined events', () => {
    here = recordHere();
    const event = defineEvent(
      'paid',
      { amount: 'number', who: 'string', ok: 'boolean' },
      { logger: 'bank' },
    );
    event.warn({ amount: 1.5, who: 'x', ok: true });
    event.info({ ok: 'yes', amount: 2n, extra: [1] } as never);
    event.with(log.child({ id: 9 })).error({ amount: 1, who: 'y', ok: false });
    expect(
      here
        .events()
        .map(({ level, logger, fields, context }) => ({ level, logger, fields, context })),
    ).toEqual([
      { level: 'warn', logger: 'bank', fields: { amount: 1.5, who: 'x', ok: true }, context: {} },
      {
        level: 'info',
        logger: 'bank',
        fields: { amount: 2n, who: undefined, ok: 'yes', extra: [1] },
        context: {},
      },
      {
        level: 'error',
        logger: 'writer',
        fields: { amount: 1, who: 'y', ok: false },
        context: { id: 9 },
      },
    ]);
  });
});

describe('withContext', () => {
  it('adds its bindings to everything inside, also later, and nothing outside', async () => {
    here = recordHere();
    const child = log.child({ from: 'child' });
    await withContext({ request: 1 }, async () => {
      log.info('inside');
      await new Promise((resolve) => setTimeout(resolve, 5));
      withContext({ user: 2 }, () => child.info('deeper'));
      log.info('after');
    });
    log.info('outside');
    expect(here.events().map(({ context }) => context)).toEqual([
      { request: 1 },
      { request: 1, user: 2, from: 'child' },
      { request: 1 },
      {},
    ]);
  });

  it('keeps requests apart that run at the same time', async () => {
    here = recordHere();
    await Promise.all(
      Array.from({ length: 200 }, (_, id) =>
        withContext({ id }, async () => {
          for (let step = 0; step < 5; step++) {
            await new Promise((resolve) => setImmediate(resolve));
            log.info('step', { id });
          }
        }),
      ),
    );
    const events = here.events();
    expect(events).toHaveLength(1000);
    for (const { context, fields } of events) expect(context).toEqual({ id: fields.id });
  });

  it('returns what the function returns, and lets its error through', () => {
    here = recordHere();
    expect(withContext({ a: 1 }, () => 5)).toBe(5);
    expect(() =>
      withContext({ a: 1 }, () => {
        throw new Error('mine');
      }),
    ).toThrow('mine');
  });
});

describe('calls inside calls', () => {
  it('are all stored: a getter that logs', () => {
    here = recordHere();
    let depth = 0;
    const fields = {
      before: 'x'.repeat(20),
      get inner() {
        if (depth < 3) {
          depth++;
          log.info('outer', fields);
          log.info('plain', { a: 1, b: 'text' });
          depth--;
        }
        return depth;
      },
      after: 2,
    };
    // Once to teach the writer the shape, then by the fast path.
    log.info('outer', { before: 'y', inner: 0, after: 1 });
    log.info('outer', { before: 'y', inner: 0, after: 1 });
    log.info('outer', fields);
    const outer = content().filter(({ message }) => message === 'outer');
    expect(outer.length).toBeGreaterThan(4);
    for (const { fields } of outer)
      expect(Object.keys(fields)).toEqual(['before', 'inner', 'after']);
    for (const event of content().filter(({ message }) => message === 'plain')) {
      expect(event.fields).toEqual({ a: 1, b: 'text' });
    }
  });

  it('are all stored: toJSON and lazy fields that log, proxies that log', () => {
    here = recordHere();
    const proxy = new Proxy(
      { a: 1 },
      {
        get(target, key) {
          log.debug('trap', { key: String(key) });
          return Reflect.get(target, key);
        },
      },
    );
    for (let i = 0; i < 3; i++) {
      log.info('json', { value: { toJSON: () => [log.info('in toJSON', { i })] } });
      log.info('lazy', () => ({ i, nothing: log.info('in lazy') }));
      log.info('proxy', { proxy });
      log.info('proxy as fields', proxy);
    }
    const messages = content().map(({ message }) => message);
    const countOf = (message: string) => messages.filter((one) => one === message).length;
    for (const message of ['json', 'lazy', 'in lazy', 'proxy', 'proxy as fields']) {
      expect([message, countOf(message)]).toEqual([message, 3]);
    }
    // Once more where the writer learns that this shape's values log.
    expect(countOf('in toJSON')).toBe(4);
  });

  it('are all stored: a proxy without keys that logs when asked for them', () => {
    here = recordHere();
    const proxy = new Proxy(
      {},
      {
        ownKeys() {
          log.info('nested', { a: 'x'.repeat(50) });
          return [];
        },
      },
    );
    for (let i = 0; i < 3; i++) log.info('empty', {});
    log.info('empty', proxy);
    for (let i = 0; i < 10; i++) log.info('after', { i });
    const messages = content().map(({ message }) => message);
    expect(messages.filter((message) => message === 'empty')).toHaveLength(4);
    expect(messages).toContain('nested');
    expect(messages.slice(-10)).toEqual(Array.from({ length: 10 }, () => 'after'));
  });

  it('leave the writer whole when a vm timeout cuts them off for good', () => {
    here = recordHere({ bytes: 16 << 20 });
    const sandbox = vm.createContext({ log });
    const program = new vm.Script(`
      let n = 0;
      const slow = { get value() { for (let i = 0; i < 200; i++) Math.sqrt(i); return n; }, b: 'x' };
      for (;;) {
        n++;
        log.info('plain', { n, text: 'abc' });
        log.info('getter ' + (n % 3), slow);
        log.child({ n }).warn('child', { nested: { n } });
        log.info('nested', { get a() { log.info('inner', { n, text: 'def' }); return n; } });
      }`);
    let timeouts = 0;
    for (let i = 0; i < 150; i++) {
      try {
        program.runInContext(sandbox, { timeout: 1 + (i % 3) });
      } catch {
        timeouts++;
      }
      log.info('still here', { i });
    }
    expect(timeouts).toBe(150);
    const events = content();
    const here150 = events.filter(({ message }) => message === 'still here');
    expect(here150.map(({ fields }) => fields.i)).toEqual(
      Array.from({ length: here150.length }, (_, k) => 150 - here150.length + k),
    );
    expect(here150.length).toBeGreaterThan(0);
    for (const { message, fields } of events) {
      if (message === 'plain') expect(fields).toEqual({ n: fields.n, text: 'abc' });
      if (message === 'inner') expect(fields).toEqual({ n: fields.n, text: 'def' });
      if (message === 'child')
        expect(fields).toEqual({ nested: { n: (fields.nested as { n: number }).n } });
    }
  });
});

describe('what is too large', () => {
  it('is cut and counted: a text of 100 MB, 1,000,000 keys, deep nesting', () => {
    here = recordHere();
    log.info('text', { text: 'x'.repeat(100 << 20) });
    const many: { [key: string]: number } = {};
    for (let i = 0; i < 1_000_000; i++) many[`k${i}`] = i;
    log.info('keys', many);
    log.info('nested keys', { many });
    let deep: object = {};
    for (let i = 0; i < 10_000; i++) deep = { deep };
    log.info('deep', { deep });
    log.info('m'.repeat(50 << 20));
    const events = content();
    expect(events).toHaveLength(5);
    expect(String(events[0].fields.text).length).toBeLessThan(9000);
    expect(Object.keys(events[1].fields)).toHaveLength(101);
    expect(events[1].fields).toMatchObject({ k0: 0, k99: 99 });
    expect(String(events[1].fields['…'])).toContain('1000000');
    expect(events[4].message.startsWith('mmm')).toBe(true);
    expect(here.recording().losses.cut).toBe(5);
  });

  it('respects small caps also where events are written in place', () => {
    here = recordHere({ limits: { stringBytes: 16, eventBytes: 256 } });
    for (let i = 0; i < 500; i++) {
      log.info('small caps', { text: 'x'.repeat(20), long: 'y'.repeat(200), n: 1 });
      log.info(`a message of more than sixteen bytes: ${i}`);
    }
    for (const { message, fields } of content()) {
      expect(message.length).toBeLessThan(60);
      if (message === 'small caps') {
        expect(String(fields.text)).toBe(`${'x'.repeat(16)}[cut, 20 in all]`);
        expect(String(fields.long)).toContain('[cut, 200 in all]');
        expect(fields.n).toBe(1);
      }
    }
  });

  it('fits a ring of the smallest segments', () => {
    here = recordHere({ bytes: 8 * 4096, segmentBytes: 4096 });
    for (let i = 0; i < 50; i++) {
      log.child({ big: 'b'.repeat(10_000) }).info('big', { i, text: 'x'.repeat(10_000) });
    }
    const { losses } = here.recording();
    expect(losses.tooLarge + losses.refused).toBe(0);
    expect(content().at(-1)?.fields.i).toBe(49);
  });

  it('keeps the error, whatever the fields beside it take', () => {
    here = recordHere();
    log.error('failed', new Error('the reason'), {
      a: 'x'.repeat(8000),
      b: 'y'.repeat(8000),
      c: 'z'.repeat(8000),
    });
    const [{ fields }] = content();
    expect((fields.err as Error).message).toBe('the reason');
  });
});

describe('the level', () => {
  it('lets nothing below it through, and reaches every logger at once', () => {
    here = recordHere();
    const child = log.child({ a: 1 });
    setRecordLevel(here.memory, 13);
    child.info('no');
    expect(child.isLevelEnabled('info')).toBe(false);
    expect(child.isLevelEnabled('warn')).toBe(true);
    child.warn('yes');
    setRecordLevel(here.memory, 1);
    child.trace('again');
    expect(content().map(({ message }) => message)).toEqual(['yes', 'again']);
  });
});

describe('redaction', () => {
  it('leaves nothing redacted in the ring, by key and by path, and never reads it', () => {
    here = recordHere({ redact: { paths: ['user.email', 'items[*].price'] } });
    let reads = 0;
    for (let i = 0; i < 3; i++) {
      log.info('m', {
        password: 'hunter2-a',
        'API-Key': 'hunter2-b',
        get accessToken() {
          reads++;
          return 'hunter2-c';
        },
        user: { email: 'hunter2-d', name: 'n', Session_ID: 'hunter2-e' },
        items: [{ price: 'hunter2-f', n: 1 }],
        headers: new Map([['authorization', 'hunter2-g']]),
      });
      log.info('plain', { secret: 'hunter2-h', a: 1 });
    }
    expect(reads).toBe(0);
    const bytes = Buffer.from(new Uint8Array(here.memory.buffer));
    expect(bytes.includes('hunter2')).toBe(false);
    expect(content()[1].fields).toEqual({ secret: '[Redacted]', a: 1 });
  });

  it('leaves nothing of an error in the ring that a path redacts, whatever was logged as one', () => {
    here = recordHere({ redact: { paths: ['err', 'args', 'fields'] } });
    const error = new Error('hunter2-a');
    log.error('m', error);
    log.error(error);
    log.error(Buffer.from('hunter2-b') as unknown, 'm');
    log.error(new Date(0) as unknown, 'm');
    log.error(4711 as unknown);
    log.error('m', () => 'hunter2-c');
    log.error('m', 5, { a: 'hunter2-d' });
    const bytes = Buffer.from(new Uint8Array(here.memory.buffer));
    expect(bytes.includes('hunter2')).toBe(false);
    const err = { err: '[Redacted]' };
    expect(content().map(({ message, fields }) => [message, fields])).toEqual([
      ['m', err],
      ['[Redacted]', err],
      ['m', err],
      ['m', err],
      ['[Redacted]', err],
      ['m', { fields: '[Redacted]' }],
      ['m', { args: '[Redacted]' }],
    ]);
  });

  it('leaves no message of an error in the ring that a path redacts, as that of the event either', () => {
    here = recordHere({ redact: { paths: ['err.message'] } });
    log.error(new TypeError('hunter2'));
    log.error(new TypeError('hunter2'), 'mine');
    log.error(4711 as unknown);
    const bytes = Buffer.from(new Uint8Array(here.memory.buffer));
    expect(bytes.includes('hunter2')).toBe(false);
    const events = content();
    expect(events.map(({ message }) => message)).toEqual(['[Redacted]', 'mine', '4711']);
    expect(events[0].fields.err).toMatchObject({ name: 'TypeError', message: '[Redacted]' });
  });

  it('leaves no secret of a text in the ring, whichever way it is written', () => {
    here = recordHere();
    const secret = 'hunter2-hunter2';
    const url = `postgres://app:${secret}@db/x`;
    const declared = defineEvent('declared', { url: 'string', n: 'any' });
    const token = `Bearer ${secret}`;
    // Often enough that the shapes get code of their own.
    for (let i = 0; i < 300; i++) {
      log.info('a field', { url, i });
      log.info('a field that was a number', { a: i < 250 ? i : url });
      declared.info({ url, n: token });
    }
    for (let i = 0; i < 3; i++) {
      log.info(`in a message: ${url}`);
      log.warn(`in a message with fields: ${url}`, { i });
      log.info(`in message ${i}: ${url}`);
      log.info(`${'long '.repeat(100)} ${url}`);
      log.info('a key', { [`a ${url}`]: 1, [`a ${token}`]: { [`b ${url}`]: 2 } });
      log.info('inside', { a: [{ b: new Map([[url, new Set([token])]]) }], s: Symbol(url) });
      log.info('long', { text: `${'x '.repeat(300)}${url}` });
      log.error(new TypeError(`cannot reach ${url}`, { cause: new Error(token) }));
      log.info('a getter', {
        get a() {
          throw new Error(`no ${url}`);
        },
      });
      log.child({ url }).info('a binding');
      log.info(url, 1, url);
    }
    const bytes = Buffer.from(new Uint8Array(here.memory.buffer));
    expect(bytes.includes(secret)).toBe(false);
    const events = content();
    expect(events[0].fields).toEqual({ url: 'postgres://[Redacted]@db/x', i: 0 });
    const last = (message: string) => events.filter((event) => event.message === message).at(-1);
    expect(last('a field')?.fields).toEqual({ url: 'postgres://[Redacted]@db/x', i: 299 });
    expect(last('declared')?.fields.n).toBe('Bearer [Redacted]');
    expect(last('in a message: postgres://[Redacted]@db/x')).toBeDefined();
    expect(Object.keys(last('a key')?.fields ?? {})).toEqual([
      'a postgres://[Redacted]@db/x 0',
      'a Bearer [Redacted] 1',
    ]);
  });

  it('looks beyond what is kept of a text, so that no secret is left by halves', () => {
    here = recordHere({ limits: { stringBytes: 1000 } });
    const url = `postgres://application:${'hunter2'.repeat(20)}@db/x`;
    for (let length = 780; length < 1020; length += 5) {
      log.info('cut', { text: `${'x'.repeat(length)} ${url} and more` });
      log.info('far cut', { text: `${'x'.repeat(length)} ${url}${' and more'.repeat(1000)}` });
      log.info(`${'x'.repeat(length)} ${url} in a message`);
    }
    const bytes = Buffer.from(new Uint8Array(here.memory.buffer));
    expect(bytes.includes('hunter2')).toBe(false);
    expect(bytes.includes('application')).toBe(false);
    const far = content().find(({ message }) => message === 'far cut')?.fields.text as Mark;
    expect(far.originalSize).toBe(780 + 1 + url.length + 9000);
    expect(far.value).toMatch(/^x{780} postgres:\/\/\[Redacted\]@db\/x and more/);
  });

  it('can be turned off', () => {
    here = recordHere({ redact: false });
    log.info('m', { password: 'p' });
    expect(content()[0].fields).toEqual({ password: 'p' });
  });
});
