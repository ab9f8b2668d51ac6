// Declared events come back as they were logged, whatever is passed: the compiled writer loses
// nothing that a log call would keep.

import { afterEach, describe, expect, it, vi } from 'vitest';
import { defineEvent } from '../../src/logger/define-event.ts';
import { getLogger, withContext } from '../../src/logger/logger.ts';
import { threadState, useTraceProvider } from '../../src/logger/thread-state.ts';
import { type RecordingLogger, recordHere } from './recording-logger.ts';

let recorder: RecordingLogger | null = null;

afterEach(() => {
  useTraceProvider(null);
  threadState.contexts = null;
  recorder?.stop();
  recorder = null;
  vi.unstubAllGlobals();
});

type Anything = (fields: unknown) => void;

const SPEC = { userId: 'int', method: 'string', ms: 'number', ok: 'boolean' } as const;

function fieldsOf(logged: RecordingLogger): unknown[] {
  return logged.events().map((event) => event.fields);
}

describe('defineEvent', () => {
  it('keeps values of every other type than the declared one', () => {
    recorder = recordHere();
    const event = defineEvent('typed', SPEC);
    const info = event.info as Anything;
    const values = [0, -0, -1, 2 ** 31, 1.5, Number.NaN, 10n, 'text', '', true, null, undefined];
    const rows = [...values, 'ü', 'x'.repeat(30), 'y'.repeat(3000), { a: [1] }, new Date(5)].map(
      (value) => ({ userId: value, method: value, ms: value, ok: value }),
    );
    for (const row of rows) info(row);
    expect(fieldsOf(recorder)).toEqual(rows);
    expect(Object.is((fieldsOf(recorder)[1] as (typeof rows)[0]).userId, -0)).toBe(true);
  });

  it('keeps keys that every object inherits, and does not make them up', () => {
    recorder = recordHere();
    const extra = { a: 1, constructor: 'C', toString: 'T', valueOf: 'V', other: 5 };
    (defineEvent('extra', { a: 'int' }).info as Anything)(extra);
    const spec = { constructor: 'string', a: 'int', ['__proto__']: 'any' } as const;
    const declared = defineEvent('declared', spec).info as Anything;
    declared({ a: 1 });
    declared({ a: 2, constructor: 'C', other: 5 });
    declared(JSON.parse('{ "a": 3, "__proto__": { "b": 4 } }'));
    const [kept, ...others] = recorder.events();
    expect(Object.entries(kept.fields)).toEqual(Object.entries(extra));
    const named = (made: unknown, a: number, proto: unknown, ...more: unknown[]) => [
      ...[['constructor', made], ['a', a], ['__proto__', proto], ...more],
    ];
    expect(others.map(({ fields }) => Object.entries(fields))).toEqual([
      named(undefined, 1, undefined),
      named('C', 2, undefined, ['other', 5]),
      named(undefined, 3, { b: 4 }),
    ]);
  });

  it('reads declared fields through the getters of a class', () => {
    recorder = recordHere();
    class Order {
      get total(): number {
        return 7;
      }
    }
    (defineEvent('order', { total: 'int' }).info as Anything)(new Order());
    expect(fieldsOf(recorder)).toEqual([{ total: 7 }]);
  });

  it('keeps extra keys, and writes missing ones as undefined', () => {
    recorder = recordHere();
    const info = defineEvent('keys', { a: 'int', b: 'int' }).info as Anything;
    for (let round = 0; round < 3; round++) {
      info({ a: 1, b: 2 });
      info({ a: 1, b: 2, more: 'x' });
      info({ b: 2 });
      info({ b: 2, a: 1 });
      info(undefined);
    }
    const round = [
      { a: 1, b: 2 },
      { a: 1, b: 2, more: 'x' },
      { a: undefined, b: 2 },
      { a: 1, b: 2 },
      { a: undefined, b: undefined },
    ];
    expect(fieldsOf(recorder)).toEqual([...round, ...round, ...round]);
  });

  it('does not let a getter throw into the application, and loses no event by it', () => {
    recorder = recordHere();
    const info = defineEvent('getter', { a: 'int', b: 'int' }).info as Anything;
    info({ a: 1, b: 2 });
    info({
      a: 1,
      get b(): number {
        throw new Error('no');
      },
    });
    info({ a: 3, b: 4 });
    const fields = fieldsOf(recorder) as { a: unknown; b: unknown }[];
    expect(fields.map(({ a }) => a)).toEqual([1, 1, 3]);
    expect(fields[2].b).toBe(4);
  });

  it('keeps an event whole whose value logs while it is read', () => {
    recorder = recordHere();
    const event = defineEvent('outer', { a: 'int', b: 'any' });
    const inner = defineEvent('inner', { n: 'int' });
    for (let n = 0; n < 4; n++) {
      event.info({
        a: n,
        b: {
          toJSON: () => {
            inner.info({ n });
            return 'json';
          },
        },
      });
    }
    const outer = recorder.events().filter(({ message }) => message === 'outer');
    expect(outer.map(({ fields }) => fields)).toEqual(
      [0, 1, 2, 3].map((n) => ({ a: n, b: 'json' })),
    );
    const inners = recorder.events().filter(({ message }) => message === 'inner');
    expect(new Set(inners.map(({ fields }) => fields.n))).toEqual(new Set([0, 1, 2, 3]));
  });

  it('carries the context that surrounds it, the bindings of its logger and the active span', () => {
    recorder = recordHere();
    const event = defineEvent('inside', { n: 'int' });
    const bound = event.with(getLogger('named').child({ bound: true }));
    event.info({ n: 0 });
    withContext({ userId: 7 }, () => {
      event.info({ n: 1 });
      bound.info({ n: 2 });
    });
    useTraceProvider(() => ({ traceId: 'ab'.repeat(16), spanId: 'cd'.repeat(8), flags: 1 }));
    bound.warn({ n: 3 });
    useTraceProvider(null);
    bound.info({ n: 4 });
    expect(
      recorder
        .events()
        .map(({ fields, context, spanId, logger }) => [fields.n, context, spanId, logger]),
    ).toEqual([
      [0, {}, undefined, ''],
      [1, { userId: 7 }, undefined, ''],
      [2, { userId: 7, bound: true }, undefined, 'named'],
      [3, { bound: true }, 'cd'.repeat(8), 'named'],
      [4, { bound: true }, undefined, 'named'],
    ]);
  });

  it('obeys the level, and follows the recorder through a stop and a new start', () => {
    const event = defineEvent('followed', { n: 'int' });
    event.info({ n: -1 });
    recorder = recordHere();
    event.info({ n: 0 });
    threadState.levels[0] = 13;
    event.info({ n: 1 });
    event.warn({ n: 2 });
    expect(fieldsOf(recorder)).toEqual([{ n: 0 }, { n: 2 }]);
    recorder.stop();
    event.warn({ n: 3 });
    recorder = recordHere();
    event.info({ n: 4 });
    expect(fieldsOf(recorder)).toEqual([{ n: 4 }]);
  });

  it('writes through many segments, of many events in turn', () => {
    recorder = recordHere({ bytes: 1 << 20, segmentBytes: 4096 });
    const events = Array.from({ length: 40 }, (_, k) => defineEvent(`event ${k}`, SPEC));
    for (let n = 0; n < 4000; n++) {
      events[n % 40].info({ userId: n, method: `m${n % 7}`, ms: n / 2, ok: n % 2 === 0 });
    }
    const seen = recorder.events();
    expect(seen).toHaveLength(4000);
    for (const { message, fields } of seen) {
      const n = fields.userId as number;
      expect(message).toBe(`event ${n % 40}`);
      expect(fields).toEqual({ userId: n, method: `m${n % 7}`, ms: n / 2, ok: n % 2 === 0 });
    }
  });

  it('does without code generation', () => {
    recorder = recordHere();
    vi.stubGlobal(
      'Function',
      class {
        constructor() {
          throw new EvalError('Code generation from strings disallowed for this context');
        }
      },
    );
    const event = defineEvent('closure', { n: 'int' });
    for (let n = 0; n < 300; n++) event.info({ n });
    expect(fieldsOf(recorder)).toEqual(Array.from({ length: 300 }, (_, n) => ({ n })));
  });
});
