// Which values are redacted, and that none of them is ever read.

import { describe, expect, it } from 'vitest';
import { Mark } from '../../src/record/marks.ts';
import { NO_NODE, REDACTED, Redaction } from '../../src/record/redaction.ts';
import { throughBytes } from './encode-to-bytes.ts';

const HIDDEN = '[Redacted]';

/** An object whose property `key` must not be read. */
function withSecret(key: string): object {
  return Object.defineProperty({ visible: 1 }, key, {
    enumerable: true,
    get: () => expect.unreachable(`${key} was read`),
  });
}

describe('the default list', () => {
  const keys = [
    ...['password', 'passwd', 'secret', 'token', 'apikey', 'authorization', 'cookie', 'setcookie'],
    ...['accesstoken', 'refreshtoken', 'privatekey', 'sessionid', 'clientsecret'],
  ];

  it('is compared ignoring case, hyphens and underscores', () => {
    const redaction = new Redaction();
    for (const key of keys) {
      expect(redaction.isRedacted(key), key).toBe(true);
      expect(redaction.isRedacted(key.toUpperCase()), key).toBe(true);
      expect(redaction.isRedacted([...key].join('_')), key).toBe(true);
      expect(redaction.isRedacted(`--${key}__`), key).toBe(true);
    }
    for (const key of ['Set-Cookie', 'api_key', 'X_-_x', 'privateKey', 'session-id']) {
      expect(redaction.isRedacted(key), key).toBe(key !== 'X_-_x');
    }
  });

  it('takes nothing that only resembles a key of it', () => {
    const redaction = new Redaction();
    for (const key of keys) {
      for (const other of [`${key}s`, `x${key}`, key.slice(0, -1), `${key}1`, `${key} `]) {
        if (!keys.includes(other)) expect(redaction.isRedacted(other), other).toBe(false);
      }
    }
    for (const key of ['', '-', '_', 'pass', '__proto__', 'tökén', 'pASSWORĐ', 'p@ssword']) {
      expect(redaction.isRedacted(key), key).toBe(false);
    }
  });

  it('holds at any depth, in Maps, Sets, arrays, errors and their causes', () => {
    expect(throughBytes({ a: [{ b: withSecret('Api-Key') }] })).toEqual({
      a: [{ b: { visible: 1, 'Api-Key': HIDDEN } }],
    });
    expect(throughBytes(new Map([['SECRET', 'x']]))).toEqual(new Map([['SECRET', HIDDEN]]));
    expect(throughBytes(new Set([withSecret('token')]))).toEqual(
      new Set([{ visible: 1, token: HIDDEN }]),
    );
    const cause = Object.assign(new Error('inner'), { config: withSecret('authorization') });
    const error = Object.assign(new Error('outer', { cause }), { cookie: 'x' });
    const decoded = throughBytes(error) as typeof error & { cause: typeof cause };
    expect(decoded.cookie).toBe(HIDDEN);
    expect(decoded.cause.config).toEqual({ visible: 1, authorization: HIDDEN });
  });

  it('holds for what toJSON returns', () => {
    expect(throughBytes({ toJSON: () => ({ password: 'x' }) })).toEqual({ password: HIDDEN });
  });

  it('is off by redact: false or defaults: false', () => {
    expect(throughBytes({ password: 'x' }, { redact: false })).toEqual({ password: 'x' });
    expect(throughBytes({ password: 'x' }, { redact: { defaults: false } })).toEqual({
      password: 'x',
    });
  });
});

describe('texts with secrets', () => {
  it('that differ in these only stay different as keys of a Map and elements of a Set', () => {
    const texts = ['Bearer abcdef123456789', 'Bearer xyzxyz987654321'];
    const cleaned = ['Bearer [Redacted] 0', 'Bearer [Redacted] 1'];
    expect(throughBytes(new Map([...texts, 'plain'].map((text, i) => [text, i])))).toEqual(
      new Map([...cleaned, 'plain'].map((text, i) => [text, i])),
    );
    expect(throughBytes(new Set([...texts, 'plain']))).toEqual(new Set([...cleaned, 'plain']));
    const long = texts.map((text) => `${text} ${'x '.repeat(20_000)}`);
    expect(throughBytes(new Set(long))).toHaveProperty('size', 2);
    expect(throughBytes(new Map(long.map((text) => [text, 1])))).toHaveProperty('size', 2);
  });
});

describe('paths', () => {
  const through = (key: string, value: unknown, ...paths: string[]): unknown =>
    throughBytes(value, { key, redact: { paths } });

  it('are taken exactly, from the fields on', () => {
    expect(through('user', withSecret('email'), 'user.email')).toEqual({
      visible: 1,
      email: HIDDEN,
    });
    expect(through('user', { Email: 'x', a: { email: 'y' } }, 'user.email')).toEqual({
      Email: 'x',
      a: { email: 'y' },
    });
    expect(through('other', { email: 'x' }, 'user.email')).toEqual({ email: 'x' });
    expect(through('other', { user: { email: 'x' } }, 'user.email')).toEqual({
      user: { email: 'x' },
    });
  });

  it('may redact a field itself', () => {
    const redaction = new Redaction({ paths: ['email', 'a.b'] });
    expect(redaction.enter(redaction.root, 'email')).toBe(REDACTED);
    expect(redaction.enter(redaction.root, 'other')).toBe(NO_NODE);
    expect(redaction.enter(redaction.root, 'a')).toBeGreaterThanOrEqual(0);
  });

  it('lead through arrays, by index or all of it', () => {
    const items = [withSecret('price'), withSecret('price')];
    const hidden = { visible: 1, price: HIDDEN };
    expect(through('items', items, 'items[*].price')).toEqual([hidden, hidden]);
    expect(through('items', [{ price: 1 }, withSecret('price')], 'items[1].price')).toEqual([
      { price: 1 },
      hidden,
    ]);
    expect(through('items', [1, 2], 'items[0]')).toEqual([HIDDEN, 2]);
  });

  it('take one level by a star', () => {
    expect(through('a', { ssn: 1, b: { ssn: 2 } }, '*.ssn')).toEqual({
      ssn: HIDDEN,
      b: { ssn: 2 },
    });
    expect(through('a', { b: { c: 1, d: 2 }, e: { c: 3 } }, 'a.*.c')).toEqual({
      b: { c: HIDDEN, d: 2 },
      e: { c: HIDDEN },
    });
    expect(through('a', { b: 1, c: 2 }, 'a.*')).toEqual({ b: HIDDEN, c: HIDDEN });
  });

  it('may overlap, with stars and names at one place', () => {
    const value = { ssn: 1, email: 2, other: 3, deep: { x: 4, y: 5 } };
    const paths = ['user.email', '*.ssn', 'user.*.x', '*.deep.y'];
    expect(through('user', value, ...paths)).toEqual({
      ssn: HIDDEN,
      email: HIDDEN,
      other: 3,
      deep: { x: HIDDEN, y: HIDDEN },
    });
    expect(through('admin', value, ...paths)).toEqual({
      ssn: HIDDEN,
      email: 2,
      other: 3,
      deep: { x: 4, y: HIDDEN },
    });
  });

  it('take any key in quotes and brackets', () => {
    const value = { 'x-key': 1, 'a.b': 2, '*': 3, c: 4 };
    expect(through('h', value, 'h["x-key"]', "h['a.b']", 'h["*"]')).toEqual({
      'x-key': HIDDEN,
      'a.b': HIDDEN,
      '*': HIDDEN,
      c: 4,
    });
  });

  it('lead through Maps and errors', () => {
    expect(
      through(
        'm',
        new Map<unknown, unknown>([
          ['a', 1],
          [7, 2],
        ]),
        'm.a',
        'm[7]',
      ),
    ).toEqual(
      new Map<unknown, unknown>([['a', HIDDEN], [7, HIDDEN]]), // biome-ignore format: pairs
    );
    const error = Object.assign(new Error('outer', { cause: { user: 1, id: 2 } }), { code: 3 });
    const decoded = through('err', error, 'err.cause.user', 'err.code') as typeof error;
    expect(decoded.cause).toEqual({ user: HIDDEN, id: 2 });
    expect(decoded.code).toBe(HIDDEN);
  });

  it('lead through Maps whatever their keys are, and into the keys', () => {
    const ssn = { ssn: 1 };
    const map = new Map<unknown, unknown>([
      [{ k: 1 }, ssn],
      [true, ssn],
      [{ ssn: 2 }, 3],
    ]);
    const hidden = { ssn: HIDDEN };
    expect(through('m', map, '**.ssn')).toEqual(
      new Map<unknown, unknown>([
        [{ k: 1 }, hidden],
        [true, hidden],
        [hidden, 3],
      ]),
    );
    expect(through('m2', new Map([[1n, { pin: 1 }]]), 'm2.*.pin')).toEqual(
      new Map([[1n, { pin: HIDDEN }]]),
    );
    const keys = [withSecret('a'), withSecret('a'), null, 1n];
    expect(through('m', new Map(keys.map((key) => [key, 'x'])), 'm.*')).toEqual(
      new Map<unknown, unknown>([
        ['[Redacted] 0', HIDDEN],
        ['[Redacted] 1', HIDDEN],
        [null, HIDDEN],
        [1n, HIDDEN],
      ]),
    );
  });

  it('redact a message in the stack too', () => {
    const error = through('err', new Error('the secret'), 'err.message') as Error;
    expect([error.message, error.stack]).toEqual([HIDDEN, HIDDEN]);
    const tooDeep = throughBytes([[new Error('the secret')]], {
      key: 'err',
      redact: { paths: ['err[*][*].message'] },
      limits: { depth: 2 },
    });
    expect(tooDeep).toEqual([[new Mark('cut', '', null, null)]]);
  });

  it('lead through any number of levels, also none, where ** stands', () => {
    const value = { ssn: 1, a: [{ ssn: 2, name: 'x' }, { b: { c: { ssn: 3 } } }], Ssn: 4 };
    const hidden = { ssn: HIDDEN, a: [{ ssn: HIDDEN, name: 'x' }, { b: { c: { ssn: HIDDEN } } }] };
    expect(through('user', value, '**.ssn')).toEqual({ ...hidden, Ssn: 4 });
    expect(through('user', value, 'user.**.ssn')).toEqual({ ...hidden, Ssn: 4 });
    expect(through('other', value, 'user.**.ssn')).toEqual(value);
    expect(new Redaction({ paths: ['**.ssn'] }).enter(0, 'ssn')).toBe(REDACTED);
  });

  it('are told apart below **, also where they begin alike', () => {
    const value = { card: { card: { number: 1 }, name: 2 }, number: 3 };
    expect(through('pay', value, '**.card.number', '*.card.name')).toEqual({
      card: { card: { number: HIDDEN }, name: HIDDEN },
      number: 3,
    });
  });

  it('keep as many states as there are names, whatever the keys are', () => {
    const redaction = new Redaction({ paths: ['**.a.a.a.a.a.x', 'a.*.a.*.a.y', '**.b.a.z'] });
    const seen = new Set<number>();
    for (let bits = 0; bits < 1 << 12; bits++) {
      let node = redaction.root;
      for (let level = 0; level < 12; level++) {
        node = redaction.enter(node, (bits >> level) & 1 ? 'a' : 'b');
        seen.add(node);
      }
    }
    expect(seen.size).toBeLessThan(40);
  });

  it('stand beside the default list, or alone', () => {
    const redact = { paths: ['a.b'], defaults: false };
    expect(throughBytes({ b: 1, token: 2 }, { key: 'a', redact })).toEqual({ b: HIDDEN, token: 2 });
    expect(through('a', { b: 1, token: 2 }, 'a.b')).toEqual({ b: HIDDEN, token: HIDDEN });
  });

  it('are refused by name where they are malformed', () => {
    const malformed = [
      '',
      '.',
      '.a',
      'a.',
      'a..b',
      'a[',
      'a[]',
      'a[x]',
      'a["x',
      'a]',
      'a[0',
      'a.[0]',
    ];
    for (const path of [
      ...malformed,
      '**',
      'a.**',
      '**.*',
      '**.a.**.b',
      'a.**.b[*]',
      'a**',
      '***',
      'a*',
      '*a',
      'a b',
      'a["x"]b',
      '"a"',
      'a[-1]',
    ]) {
      const make = () => new Redaction({ paths: ['fine', path] });
      expect(make, path).toThrow(TypeError);
      expect(make, path).toThrow(`redact.paths[1] is ${JSON.stringify(path)}`);
    }
    expect(() => new Redaction({ paths: [1 as never] })).toThrow(
      'redact.paths[0] must be a string',
    );
    expect(() => new Redaction({ paths: 'a' as never })).toThrow('redact.paths must be an array');
  });
});
