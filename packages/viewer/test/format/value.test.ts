import { Mark } from 'ttlog/reader';
import { describe, expect, it } from 'vitest';
import { errorLines } from '../../src/format/error-text.ts';
import { jsonValue } from '../../src/format/json-value.ts';
import { keyText, valueText } from '../../src/format/value.ts';
import { sampleError } from '../sample.ts';

/** Columns: the value, on a line for people, as JSON. */
const VALUES: [unknown, string, unknown][] = [
  ['plain', 'plain', 'plain'],
  ['/pay?id=', '"/pay?id="', '/pay?id='],
  ['two words', '"two words"', 'two words'],
  ['', '""', ''],
  ['5', '"5"', '5'],
  ['-5', '"-5"', '-5'],
  ['true', '"true"', 'true'],
  ['null', '"null"', 'null'],
  ['a"b', '"a\\"b"', 'a"b'],
  ['\x1b[2J', '"\\x1b[2J"', '\x1b[2J'],
  [5, '5', 5],
  [-0, '-0', -0],
  [1e300, '1e+300', 1e300],
  [Number.NaN, 'NaN', 'NaN'],
  [Number.NEGATIVE_INFINITY, '-Infinity', '-Infinity'],
  [5n, '5n', '5'],
  [2n ** 64n, '18446744073709551616n', '18446744073709551616'],
  [true, 'true', true],
  [null, 'null', null],
  [undefined, 'undefined', null],
  [new Date(0), '1970-01-01T00:00:00.000Z', '1970-01-01T00:00:00.000Z'],
  [new Date(Number.NaN), '(invalid date)', '(invalid date)'],
  [{ a: 1, 'b c': ['x', null] }, '{a: 1, "b c": ["x", null]}', { a: 1, 'b c': ['x', null] }],
  [{}, '{}', {}],
  // biome-ignore lint/suspicious/noSparseArray: holes are recorded as holes.
  [[1, , 3], '[1, (hole), 3]', [1, null, 3]],
  [new Set([1, 'a']), 'Set{1, "a"}', [1, 'a']],
  [new Map([['k', 1]]), 'Map{"k" => 1}', { k: 1 }],
  [new Map([[1, 'one']]), 'Map{1 => "one"}', [[1, 'one']]],
  [new Uint8Array([1, 255]), 'Uint8Array(2) 0x01ff', { type: 'Uint8Array', base64: 'Af8=' }],
  [new Uint8Array(40), `Uint8Array(40) 0x${'00'.repeat(32)}…`, expect.anything()],
  [new Float64Array([1.5, Number.NaN]), 'Float64Array(2) [1.5, NaN]', [1.5, 'NaN']],
  [new BigInt64Array([-1n]), 'BigInt64Array(1) [-1]', ['-1']],
  [new Mark('circular'), '[circular]', '[circular]'],
  [new Mark('function', 'save\x07'), '[function save\\x07]', '[function save\x07]'],
  [new Mark('cut', '', 'begin', 9000), 'begin[cut, 9000 in all]', 'begin[cut, 9000 in all]'],
  [new Mark('cut', '', [1, 2], 300), '[1, 2][cut, 300 in all]', [1, 2, '[cut, 300 in all]']],
  [new Mark('cut', '', { a: 1 }, null), '{a: 1}[cut]', { a: 1, '[cut]': true }],
];

describe('a recorded value', () => {
  it.each(VALUES)('%o reads %s', (value, text, json) => {
    expect(valueText(value)).toBe(text);
    expect(JSON.parse(jsonValue(value))).toEqual(json);
  });

  it('ends in an ellipsis where it is deeper than anything that was ever recorded', () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 100_000; depth++) deep = depth % 2 === 0 ? [deep] : { deep };
    expect(valueText(deep)).toContain('…');
    expect(JSON.parse(jsonValue(deep))).toBeTypeOf('object');
  });

  it('keeps keys apart from what surrounds them', () => {
    expect(keyText('user.id')).toBe('user.id');
    expect(keyText('a=b c')).toBe('"a=b c"');
    expect(keyText('\x1b')).toBe('"\\x1b"');
    expect(valueText(JSON.parse('{"__proto__": 1}'))).toBe('{__proto__: 1}');
  });
});

describe('a recorded error', () => {
  it('is written with properties, causes and collected errors', () => {
    const cause = sampleError('no route');
    const error = new AggregateError([new RangeError('first')], 'both failed', { cause });
    error.stack = 'AggregateError: both failed\n    at x';
    error.errors[0].stack = undefined;
    Object.assign(error, { code: 'E_BOTH', attempts: 2 });
    expect(errorLines(error)).toEqual([
      'AggregateError: both failed',
      '    at x',
      '  code=E_BOTH attempts=2',
      'caused by: TypeError: no route',
      '    at charge (/app/pay.js:10:5)',
      '    at /app/main.js:3:1',
      'error 1 of 1: RangeError: first',
    ]);
  });

  it('says its message even where the stack does not', () => {
    const error = new Error('changed later');
    error.stack = 'Error: original\n    at x';
    expect(errorLines(error)).toEqual(['Error: changed later', 'Error: original', '    at x']);
  });

  it('escapes each line of its stack', () => {
    const error = new Error('x');
    error.stack = 'Error: x\x1b[2J\r\n    at \u202ey\rz';
    expect(errorLines(error)).toEqual(['Error: x\\x1b[2J', '    at \\u202ey\\rz']);
  });

  it('cuts a chain of causes that has no end', () => {
    const error = new Error('loop');
    error.cause = error;
    expect(errorLines(error).length).toBeLessThan(1000);
  });

  it('is an object as pino writes it', () => {
    const error = sampleError('no', { code: 'E_NO', type: 'own', cause: new Error('why') });
    expect(JSON.parse(jsonValue(error))).toMatchObject({
      type: 'TypeError',
      message: 'no',
      stack: error.stack,
      cause: { type: 'Error', message: 'why' },
      code: 'E_NO',
      'properties.type': 'own',
    });
  });

  it('need not be an Error', () => {
    expect(errorLines('just text')).toEqual(['"just text"']);
  });
});
