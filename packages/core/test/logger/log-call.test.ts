import vm from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getLogger } from '../../src/logger/logger.ts';
import { type RecordingLogger, recordHere } from './recording-logger.ts';

let here: RecordingLogger;
const log = getLogger('calls');
// Calls as JavaScript makes them, without the types that refuse some of these.
const call = log.info.bind(log) as (...args: unknown[]) => void;

beforeEach(() => {
  here = recordHere();
});
afterEach(() => here.stop());

function only(): { message: string; fields: { [key: string]: unknown } } {
  const events = here.events();
  expect(events).toHaveLength(1);
  return { message: events[0].message, fields: events[0].fields };
}

describe('the forms of a log call', () => {
  const error = new TypeError('no such thing');
  class Caught extends Error {}
  const forms: [name: string, args: unknown[], message: string, fields: object][] = [
    ['a message', ['m'], 'm', {}],
    ['an empty message', [''], '', {}],
    ['message and fields', ['m', { a: 1, b: 'x' }], 'm', { a: 1, b: 'x' }],
    ['message and empty fields', ['m', {}], 'm', {}],
    [
      'fields without a prototype',
      ['m', Object.assign(Object.create(null), { a: 1 })],
      'm',
      { a: 1 },
    ],
    ['lazy fields', ['m', () => ({ a: 1 })], 'm', { a: 1 }],
    ['message and error', ['m', error], 'm', { err: error }],
    ['message, error and fields', ['m', error, { a: 1 }], 'm', { err: error, a: 1 }],
    ['an error', [error], 'no such thing', { err: error }],
    ['an error of a class of its own', [new Caught('c')], 'c', { err: new Caught('c') }],
    ['error and message', [error, 'm'], 'm', { err: error }],
    ['error, message and fields', [error, 'm', { a: 1 }], 'm', { err: error, a: 1 }],
    ['fields and message', [{ a: 1 }, 'm'], 'm', { a: 1 }],
    ['fields alone', [{ a: 1 }], '', { a: 1 }],
    ['a number after the message', ['m', 5], 'm', { args: [5] }],
    ['several things', ['m %s %d', 'a', 5, null], 'm %s %d', { args: ['a', 5, null] }],
    ['undefined after the message', ['m', undefined], 'm', { args: [undefined] }],
    ['null after the message', ['m', null], 'm', { args: [null] }],
    ['an array', ['m', [1, 2]], 'm', { args: [[1, 2]] }],
    ['a Map', ['m', new Map([[1, 2]])], 'm', { args: [new Map([[1, 2]])] }],
    ['a date', ['m', new Date(5)], 'm', { args: [new Date(5)] }],
    ['fields and more', ['m', { a: 1 }, 2, 3], 'm', { a: 1, args: [2, 3] }],
    ['error, fields and more', ['m', error, { a: 1 }, 2], 'm', { err: error, a: 1, args: [2] }],
    ['a thrown string', ['thrown'], 'thrown', {}],
    ['a thrown number', [42], '42', { err: 42 }],
    ['a thrown undefined', [undefined], 'undefined', { err: undefined }],
    ['a thrown null and a message', [null, 'm'], 'm', { err: null }],
    ['nothing', [], '', {}],
    [
      'a field named err beside an error',
      ['m', error, { err: 1 }],
      'm',
      { err: error, 'fields.err': 1 },
    ],
  ];
  it.each(forms)('stores %s', (_name, args, message, fields) => {
    call(...args);
    const stored = only();
    expect(stored.message).toBe(message);
    expect(stored.fields).toEqual(fields);
    expect(Object.keys(stored.fields).sort()).toEqual(Object.keys(fields).sort());
  });

  it.each(['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const)(
    'has the level %s',
    (level) => {
      log[level]('by method');
      log.log(level, 'by name', { a: 1 });
      expect(here.events().map((event) => [event.level, event.message])).toEqual([
        [level, 'by method'],
        [level, 'by name'],
      ]);
    },
  );

  it('keeps in `args` an object whose content is not in its own properties', () => {
    function* generator() {
      yield 1;
    }
    call('m', new URL('http://a/'));
    call('m', new Headers({ a: 'b' }));
    call('m', Object.assign(generator(), { a: 1 }));
    call('m', { a: 1 }, new URL('http://b/'));
    call('m', new vm.Script('({})').runInNewContext());
    const [url, headers, generated, second, plain] = here.events().map(({ fields }) => fields);
    expect(url).toEqual({ args: ['http://a/'] });
    expect(headers.args).toHaveLength(1);
    expect(String((generated.args as unknown[])[0])).toBe('[opaque Generator]');
    expect(second).toEqual({ a: 1, args: ['http://b/'] });
    expect(plain).toEqual({});
  });

  it('takes the own enumerable properties of a class instance as fields', () => {
    class User {
      id = 7;
      get hidden() {
        return 'not own';
      }
    }
    call('m', new User());
    expect(only().fields).toEqual({ id: 7 });
  });
});

describe('a proxy that throws when it is looked at', () => {
  const { proxy: revoked, revoke } = Proxy.revocable({}, {});
  revoke();
  const hostile = new Proxy(
    {},
    {
      getPrototypeOf() {
        throw new Error('trap');
      },
    },
  );

  it.each([
    ['revoked', revoked],
    ['with a trap that throws', hostile],
  ])('is marked as a field, and the event stays: %s', (_name, proxy) => {
    call('m', { orderId: 7, draft: proxy });
    const { message, fields } = only();
    expect([message, fields.orderId]).toEqual(['m', 7]);
    expect(String(fields.draft)).toMatch(/^\[threw /);
    expect(here.recording().losses.refused).toBe(0);
  });

  it('is marked in the place of fields and of a message', () => {
    call('m', revoked);
    call(revoked);
    call(hostile, 'h');
    const [asFields, alone, last] = here.events();
    expect(asFields.message).toBe('m');
    expect(String((asFields.fields.args as unknown[])[0])).toMatch(/^\[threw /);
    expect(String(alone.fields.err)).toMatch(/^\[threw /);
    expect(last.message).toBe('h');
    expect(here.recording().losses.refused).toBe(0);
  });
});

describe('lazy fields', () => {
  it('are not asked for below the lazy level, and the event says so', () => {
    let calls = 0;
    const lazy = () => {
      calls++;
      return { a: 1 };
    };
    log.debug('m', lazy);
    expect(calls).toBe(0);
    expect(String(only().fields.fields)).toBe('[not-evaluated below info]');
  });

  it('are asked for once where the level is reached', () => {
    let calls = 0;
    log.warn('m', () => ({ calls: ++calls }));
    expect(only().fields).toEqual({ calls: 1 });
  });

  it('are stored as what they are when they throw or return a promise', () => {
    log.info('threw', () => {
      throw new Error('in lazy');
    });
    call('promised', async () => ({ a: 1 }));
    const [threw, promised] = here.events();
    expect(String(threw.fields.fields)).toContain('in lazy');
    expect(String(promised.fields.fields)).toContain('Promise');
  });
});

describe('an async lazy function that rejects', () => {
  const heard: unknown[] = [];
  const listen = (reason: unknown) => heard.push(reason);
  beforeEach(() => {
    heard.length = 0;
    process.on('unhandledRejection', listen);
  });
  afterEach(() => {
    process.off('unhandledRejection', listen);
  });

  it('is no unhandled rejection, which would end the process', async () => {
    call('rejected', async () => {
      throw new Error('boom');
    });
    await new Promise(setImmediate);
    expect(heard).toEqual([]);
    expect(String(only().fields.fields)).toContain('Promise');
  });
});

describe('bindings', () => {
  it('stand on every event of a child and of its children, inner ones winning', () => {
    const child = log.child({ a: 1, b: 1 });
    const grandchild = child.child({ b: 2, c: 3 });
    child.info('child');
    grandchild.info('grandchild');
    log.info('parent');
    expect(here.events().map((event) => event.context)).toEqual([
      { a: 1, b: 1 },
      { a: 1, b: 2, c: 3 },
      {},
    ]);
  });

  it('are copied when the child is made', () => {
    const bindings = { a: 1 };
    const child = log.child(bindings);
    bindings.a = 2;
    child.info('m');
    expect(here.events()[0].context).toEqual({ a: 1 });
  });

  it('survive a chain of a hundred children', () => {
    let child = log;
    for (let i = 0; i < 100; i++) child = child.child({ [`k${i}`]: i });
    child.info('m');
    const { context } = here.events()[0];
    expect(Object.keys(context)).toHaveLength(100);
    expect(context.k99).toBe(99);
  });

  it('are marked where they cannot be read, and the others stay', () => {
    const child = log.child({
      a: 1,
      get b(): number {
        throw new Error('no b');
      },
    });
    child.child({ c: 3 }).info('m');
    const { context } = here.events()[0];
    expect(context).toMatchObject({ a: 1, c: 3 });
    expect(String(context.b)).toContain('no b');
  });

  it('are redacted like fields', () => {
    log.child({ token: 'abc', nested: { password: 'p' } }).info('m');
    expect(here.events()[0].context).toEqual({
      token: '[Redacted]',
      nested: { password: '[Redacted]' },
    });
  });
});
