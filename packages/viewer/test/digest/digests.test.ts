import { Mark } from 'ttlog/reader';
import { describe, expect, it } from 'vitest';
import { FieldCollector } from '../../src/digest/field-table.ts';
import { summariseNumbers } from '../../src/digest/number-summary.ts';
import { roundSliceNs, sliceStart } from '../../src/digest/time-slices.ts';
import { bar, sparkline } from '../../src/format/spark.ts';
import { isPlainObject, valueText } from '../../src/format/value.ts';
import { sampleEvent } from '../sample.ts';

describe('fields', () => {
  it('are counted with types, values and ends, objects with dots', () => {
    const collector = new FieldCollector(2, { isPlainObject, valueText });
    for (const n of [3, 1, 3]) {
      collector.add(sampleEvent({ fields: { n, user: { id: n } }, context: { n: 9, r: 'x' } }));
    }
    collector.add(sampleEvent({ fields: { n: '3', odd: new Mark('circular'), none: null } }));
    const byName = new Map(collector.summaries().map((field) => [field.name, field]));
    expect([...byName.keys()]).toEqual(['n', 'r', 'user.id', 'none', 'odd']);
    expect(byName.get('n')).toEqual({
      name: 'n',
      events: 4,
      types: ['number', 'string'],
      distinct: 3,
      isMore: false,
      min: 1,
      max: 3,
      top: [
        { value: '3', count: 2 },
        { value: '1', count: 1 },
      ],
    });
    expect(byName.get('none')).toMatchObject({ types: ['null'], min: null });
  });
});

describe('percentiles', () => {
  it('are values that were there', () => {
    const numbers = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect(summariseNumbers(numbers)).toEqual({
      count: 200,
      min: 1,
      avg: 100.5,
      p50: 100,
      p95: 190,
      p99: 198,
      max: 200,
      sum: 20_100,
    });
    expect(summariseNumbers([7])).toMatchObject({ p50: 7, p99: 7 });
    expect(summariseNumbers([])).toBeNull();
  });
});

describe('slices of time', () => {
  it('have a round length and are no more than asked for', () => {
    expect(roundSliceNs(10_000_000_000n, 40)).toBe(500_000_000n);
    expect(roundSliceNs(61_000_000_000n, 60)).toBe(2_000_000_000n);
    expect(roundSliceNs(0n, 40)).toBe(1000n);
    expect(roundSliceNs(10n ** 20n, 1)).toBe(10n ** 20n + 1n);
  });

  it('begin at multiples of it, before 1970 as well', () => {
    expect(sliceStart(1_234n, 500n)).toBe(1000n);
    expect(sliceStart(-1n, 500n)).toBe(-500n);
    expect(sliceStart(-500n, 500n)).toBe(-500n);
  });
});

describe('bars', () => {
  it('show anything above none', () => {
    expect(sparkline([0, 1, 50, 100])).toBe('·▁▄█');
    expect(sparkline([])).toBe('');
    expect(bar(1, 10_000, 4)).toBe('▏');
    expect(bar(10, 10, 4)).toBe('████');
    expect(bar(5, 10, 3)).toBe('█▌');
    expect(bar(0, 10, 4)).toBe('');
  });
});
