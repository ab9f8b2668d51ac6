import { describe, expect, it } from 'vitest';
import { instantText, isoClock, SecondClock } from '../../src/format/clock.ts';

describe('isoClock', () => {
  it('keeps all nanoseconds, in any order and before 1970', () => {
    const iso = isoClock();
    expect(iso(1_767_322_800_123_456_789n)).toBe('2026-01-02T03:00:00.123456789Z');
    expect(iso(1_767_322_800_123_456_790n)).toBe('2026-01-02T03:00:00.123456790Z');
    expect(iso(1_767_322_799_999_999_999n)).toBe('2026-01-02T02:59:59.999999999Z');
    expect(iso(1_767_322_801_000_000_000n)).toBe('2026-01-02T03:00:01.000000000Z');
    expect(iso(-1n)).toBe('1969-12-31T23:59:59.999999999Z');
    expect(iso(-1_000_000_000n)).toBe('1969-12-31T23:59:59.000000000Z');
  });

  it('shows a number where no calendar reaches', () => {
    expect(isoClock()(10n ** 30n)).toBe('@1000000000000000000000.000000000Z');
  });
});

describe('SecondClock', () => {
  it('renders each second once', () => {
    let rendered = 0;
    const clock = new SecondClock(() => String(++rendered));
    for (const ns of [5n, 999_999_999n, 0n]) clock.set(ns);
    expect(rendered).toBe(1);
    clock.set(1_000_000_000n);
    expect(clock.text).toBe('2');
    expect(clock.fraction(3)).toBe('000');
  });
});

describe('instantText', () => {
  it('says so where a header has no valid time', () => {
    expect(instantText(Number.NaN, true)).toBe('(no valid time)');
    expect(instantText(1e18, true)).toBe('(no valid time)');
    expect(instantText(-1, true)).toBe('1969-12-31 23:59:59.999 UTC');
  });
});
