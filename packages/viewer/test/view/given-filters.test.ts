// A filter of the command line picks the same events on the full screen and in a pipe.

import { expect, it } from 'vitest';
import { parseArguments } from '../../src/arguments/option.ts';
import { withFieldOperands } from '../../src/select/field-operands.ts';
import { timeFrame } from '../../src/select/plan.ts';
import { FILTER_OPTIONS, parseSelection, selectEvents } from '../../src/select/selection.ts';
import { parseFilter, problemOf } from '../../src/view/filters.ts';
import { filtersOf } from '../../src/view/given-filters.ts';
import { sampleEvent, sampleFile, sampleHeader, sampleThread } from '../sample.ts';

const THREADS = [
  sampleThread(),
  sampleThread({ id: 1, name: '5ms' }),
  sampleThread({ id: 5, name: 'not' }),
];

const FILE = sampleFile(
  [
    sampleEvent({ fields: { kind: 'x', a: 1 } }),
    sampleEvent({ fields: { time: 5, b: 1 }, context: { level: 30 } }),
    sampleEvent({ kind: 'span-start', fields: { level: 30, msg: 'two words' } }),
    sampleEvent({ message: 'a = 1 in @home', fields: { '.a?': '2', '/path': 5, dur: 5 } }),
    sampleEvent({ level: 'error', severity: 17, fields: { a: { b: 'say "no" \\ now' } } }),
    sampleEvent({ fields: { a: 1, b: 1 }, thread: { id: 1, name: '5ms' } }),
    sampleEvent({ fields: { 'a.b': 7, 'exists x': null }, thread: { id: 5, name: 'not' } }),
  ].map((event, index) => ({ ...event, timeNs: event.timeNs + BigInt(index) * 1_000_000_000n })),
  sampleHeader({ threads: THREADS }),
);

it.each([
  [['-m', 'kind=x'], [0]],
  [
    ['kind=span-start', 'kind=x'],
    [0, 2],
  ],
  [['-m', 'time=5'], [1]],
  [
    ['-m', 'level=30'],
    [1, 2],
  ],
  [
    ['level=error', 'level=30'],
    [1, 2, 4],
  ],
  [['level=30', 'msg=two words'], [2]],
  [['-m', '.a?=2'], [3]],
  [['-m', 'dur=5ms'], []],
  [['-m', 'a.b=say "no" \\ now'], [4]],
  [['-m', 'a.b=7'], [6]],
  [['-m', 'exists x=null'], [6]],
  [['-w', '! exists(a) and b = 1'], [1]],
  [['-w', ' !exists(a) and b = 1'], [1]],
  [['-w', 'not exists(a) and b = 1', '-w', 'time > -5s'], []],
  [['-w', '/path = 5'], [3]],
  [['-w', "msg ~= 'in @home'"], [3]],
  [['-g', ' in @'], [3]],
  [['--thread', '5ms'], [5]],
  [
    ['--thread', 'not', '--thread', '0', '-S', '-3s'],
    [3, 4, 6],
  ],
  [
    ['-U', '4s ago'],
    [0, 1, 2],
  ],
])('%j picks %j, as in cat', (words, expected) => {
  const given = withFieldOperands(parseArguments(words, FILTER_OPTIONS));
  const inCat = [...selectEvents(parseSelection(given, true), [FILE])].flatMap((sourced) => {
    return sourced === undefined ? [] : [sourced.event.timeNs];
  });
  const frame = timeFrame([FILE], true);
  const filters = filtersOf(given).map((text) => parseFilter(text)(frame));
  const inView = [...FILE.recording.events()]
    .filter((event) => filters.every(({ test }) => test(event, FILE)))
    .map(({ timeNs }) => timeNs);
  const places = (times: readonly bigint[]): number[] => {
    return times.map((timeNs) => Number((timeNs - FILE.recording.endNs) / 1_000_000_000n) + 6);
  };
  expect({ cat: places(inCat), view: places(inView) }).toEqual({ cat: expected, view: expected });
});

it('says what is missing behind the = of a filter', () => {
  expect(problemOf('=')).toBe('expected FIELD=VALUE after =');
  expect(problemOf('= kind')).toBe('expected FIELD=VALUE, not kind');
  expect(problemOf('! = kind=x "msg=two words"')).toBe('');
});
