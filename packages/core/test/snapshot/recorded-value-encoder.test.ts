// What the decoder gave comes back as it was, marks included.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ValueDecoder } from '../../src/record/decode-value.ts';
import { Mark } from '../../src/record/marks.ts';
import { RecordedValueEncoder } from '../../src/snapshot/recorded-value-encoder.ts';

const encoder = new RecordedValueEncoder();

function decode(bytes: Uint8Array): unknown {
  const decoder = new ValueDecoder(bytes, 0, bytes.length);
  const value = decoder.read();
  expect(decoder.position).toBe(bytes.length);
  return value;
}

const roundTrip = (value: unknown): unknown => decode(encoder.encodeItem(value));

const markKind = fc.constantFrom('threw', 'function', 'symbol', 'opaque', 'not-evaluated');
const marks = fc.oneof(
  fc.tuple(markKind, fc.string({ unit: 'grapheme' })).map(([kind, text]) => new Mark(kind, text)),
  fc.constant(new Mark('circular')),
);
const values = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom<unknown>(null, undefined, true, false, -0, Number.NaN, 2 ** 53, -Infinity),
    fc.integer(),
    fc.double(),
    fc.bigInt(),
    fc.string({ unit: 'binary' }),
    fc.date({ noInvalidDate: false }),
    fc.uint8Array(),
    fc.float64Array(),
    fc.bigInt64Array(),
    marks,
    fc.array(tie('value')),
    fc.array(tie('value')).map((items) => new Set(items)),
    fc.array(fc.tuple(tie('value'), tie('value'))).map((entries) => new Map(entries)),
    fc.dictionary(fc.string(), tie('value'), { noNullPrototype: true }),
    fc
      .tuple(tie('value'), fc.option(fc.nat()))
      .map(([kept, size]) => new Mark('cut', '', kept, size)),
  ),
}));

describe('RecordedValueEncoder', () => {
  it('gives back every value that a recording can hold', () => {
    fc.assert(
      fc.property(values.value, (value) => {
        expect(roundTrip(value)).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  it.each(['cut', 'threw', 'function', 'symbol', 'opaque', 'not-evaluated'] as const)(
    'writes a mark of kind %s by its tag, wherever it stands',
    (kind) => {
      const mark =
        kind === 'cut' ? new Mark(kind, '', 'kept', 2 ** 40) : new Mark(kind, 'text \u{1f600}');
      const value = [mark, { in: mark }, new Map([[mark, mark]]), new Mark('cut', '', mark, null)];
      const back = roundTrip(value) as unknown[];
      expect(back).toEqual(value);
      expect(back[0]).toBeInstanceOf(Mark);
    },
  );

  it('keeps errors with cause, errors and properties', () => {
    const error = new AggregateError([new RangeError('a'), new Mark('circular')], 'all failed', {
      cause: new Mark('threw', 'Error: getter'),
    });
    Object.assign(error, { code: 'E_ALL' });
    const back = roundTrip(error) as AggregateError & { code: string };
    expect(back).toBeInstanceOf(AggregateError);
    expect(back).toMatchObject({ name: 'AggregateError', message: 'all failed', code: 'E_ALL' });
    expect(back.stack).toBe(error.stack);
    expect(back.cause).toEqual(new Mark('threw', 'Error: getter'));
    expect(back.errors[0]).toBeInstanceOf(RangeError);
    expect(back.errors[1]).toEqual(new Mark('circular'));
    expect(encoder.encodeItem(back)).toEqual(encoder.encodeItem(roundTrip(back)));
  });

  it('keeps the errors of an error that is no AggregateError by its name', () => {
    const error = Object.assign(new Error('invalid'), {
      name: 'ValidationError',
      errors: [new RangeError('a')],
    });
    const back = roundTrip(error) as Error & { errors: unknown[] };
    expect(back).not.toBeInstanceOf(AggregateError);
    expect(back).toMatchObject({ name: 'ValidationError', message: 'invalid' });
    expect(back.errors[0]).toBeInstanceOf(RangeError);
  });

  it('keeps the holes of an array', () => {
    // biome-ignore lint/suspicious/noSparseArray: holes are what this is about.
    const back = roundTrip([, 1, , undefined]) as unknown[];
    expect(Object.keys(back)).toEqual(['1', '3']);
    expect(back).toHaveLength(4);
  });

  it('cuts and redacts nothing, however large', () => {
    const value = {
      password: 'kept as it was recorded',
      text: 'x'.repeat(3_000_000),
      many: Array.from({ length: 50_000 }, (_, i) => i),
      marks: new Mark('cut', '', 'y'.repeat(100_000), 2 ** 50),
    };
    expect(roundTrip(value)).toEqual(value);
  });

  it('goes as deep as a recorder does, also for the parts of an array or a map', () => {
    let deep: unknown = 'bottom';
    for (let depth = 0; depth < 20; depth++) deep = [deep];
    expect(roundTrip(deep)).toEqual(deep);
    const array = encoder.encodeArray([deep, encoder.encodeMap({ deep })]);
    expect(decode(array)).toEqual([deep, { deep }]);
  });

  it('ends for what is larger than any segment', () => {
    const back = roundTrip('x'.repeat(20_000_000));
    expect(back).toBeInstanceOf(Mark);
    expect(back).toMatchObject({ kind: 'cut', originalSize: 20_000_000 });
  });
});
