import { describe, expect, it } from 'vitest';
import { countOf, countText, durationText, sizeText } from '../../src/format/quantity.ts';

describe('quantities', () => {
  it.each([
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [1234567, '1,234,567'],
    [-1234, '-1,234'],
    [1234.5, '1,234.5'],
    [Number.NaN, 'NaN'],
  ])('groups %d', (count, text) => {
    expect(countText(count)).toBe(text);
  });

  it('uses the plural', () => {
    expect(countOf(1, 'event')).toBe('1 event');
    expect(countOf(0, 'event')).toBe('0 events');
  });

  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [100 * 1024, '100 KiB'],
    [16 * 1024 * 1024, '16 MiB'],
    [2 ** 60, '1048576 TiB'],
  ])('sizes %d', (bytes, text) => {
    expect(sizeText(bytes)).toBe(text);
  });

  it.each([
    [0, '0 s'],
    [0.0425, '42.5 µs'],
    [12.5, '12.5 ms'],
    [1000, '1 s'],
    [59_940, '59.9 s'],
    [65_000, '1m 05s'],
    [3 * 3_600_000 + 120_000, '3h 02m'],
    [50 * 3_600_000, '2d 2h'],
    [-65_000, '-1m 05s'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
  ])('gives the duration of %d ms', (ms, text) => {
    expect(durationText(ms)).toBe(text);
  });
});
