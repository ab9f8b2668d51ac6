import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseDurationNs, parseTime } from '../../src/select/time-expression.ts';

/** 2026-01-02T00:05:00.5Z, five minutes after midnight; the process started an hour before. */
const END_MS = Date.UTC(2026, 0, 2, 0, 5, 0, 500);
const frame = {
  endNs: BigInt(END_MS) * 1_000_000n + 7n,
  startedAtMs: END_MS - 3_600_000,
  utc: true,
};

function iso(text: string, overrides: Partial<typeof frame> = {}): string {
  const ns = parseTime(text, 'since')({ ...frame, ...overrides });
  return `${new Date(Number(ns / 1_000_000n)).toISOString()}+${ns % 1_000_000n}`;
}

describe('parseTime', () => {
  it.each([
    ['-5s', '2026-01-02T00:04:55.500Z+7'],
    ['5s', '2026-01-02T00:04:55.500Z+7'],
    ['5s ago', '2026-01-02T00:04:55.500Z+7'],
    ['1h30m', '2026-01-01T22:35:00.500Z+7'],
    ['- 2 minutes 1 sec', '2026-01-02T00:02:59.500Z+7'],
    ['-1.5ms', '2026-01-02T00:05:00.498Z+500007'],
    ['end', '2026-01-02T00:05:00.500Z+7'],
  ])('counts %s back from the end', (text, expected) => {
    expect(iso(text)).toBe(expected);
  });

  it.each([
    ['@1767322800', '2026-01-02T03:00:00.000Z+0'],
    ['@1767322800.000000001', '2026-01-02T03:00:00.000Z+1'],
    ['2026-01-02', '2026-01-02T00:00:00.000Z+0'],
    ['2026-01-02 03:04', '2026-01-02T03:04:00.000Z+0'],
    ['2026-01-02T03:04:05.000000001Z', '2026-01-02T03:04:05.000Z+1'],
    ['2026-01-02T03:04:05,25+02:00', '2026-01-02T01:04:05.250Z+0'],
    ['2026-01-02T03:04:05-0530', '2026-01-02T08:34:05.000Z+0'],
    ['today', '2026-01-02T00:00:00.000Z+0'],
    ['yesterday', '2026-01-01T00:00:00.000Z+0'],
    ['00:04', '2026-01-02T00:04:00.000Z+0'],
    ['00:04:59.25', '2026-01-02T00:04:59.250Z+0'],
  ])('takes %s for an instant', (text, expected) => {
    expect(iso(text)).toBe(expected);
  });

  it('means the evening before where the recording ends after midnight', () => {
    expect(iso('23:50')).toBe('2026-01-01T23:50:00.000Z+0');
    expect(iso('12:00')).toBe('2026-01-02T12:00:00.000Z+0');
  });

  describe('in a zone of its own', () => {
    let zone: string | undefined;
    beforeEach(() => {
      zone = process.env.TZ;
      process.env.TZ = 'Asia/Kolkata';
    });
    afterEach(() => {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    });

    it('is local without --utc, unless the text says otherwise', () => {
      expect(iso('05:30', { utc: false })).toBe('2026-01-02T00:00:00.000Z+0');
      expect(iso('2026-01-02 05:30', { utc: false })).toBe('2026-01-02T00:00:00.000Z+0');
      expect(iso('2026-01-02 05:30Z', { utc: false })).toBe('2026-01-02T05:30:00.000Z+0');
      expect(iso('05:30')).toBe('2026-01-02T05:30:00.000Z+0');
    });
  });

  it.each([
    '',
    '5',
    '-5',
    '5 parsecs',
    '5s5',
    '25:00',
    '12:60',
    '2026-02-30',
    '2026-13-01',
    '@',
    'noon',
  ])('refuses %j and says what it takes', (text) => {
    expect(() => parseTime(text, 'until')).toThrow(
      `--until does not understand "${text}"; it takes -5s`,
    );
  });
});

describe('parseDurationNs', () => {
  it('knows the units from nanoseconds to weeks', () => {
    expect(parseDurationNs('1w 1d 1h 1m 1s 1ms 1us 1ns')).toBe(694_861_001_001_001n);
    expect(parseDurationNs('2 days')).toBe(172_800_000_000_000n);
    expect(parseDurationNs('1constructor')).toBeUndefined();
  });
});
