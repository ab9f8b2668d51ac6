/**
 * Digits typed at the list. One from 1 to 6 shows a level and all above it, at once; where another digit, `g`,
 * `G` or `%` follows, that is taken back, and the digits say how far the key goes.
 */

import type { Count, Key, View } from './model.ts';

/** What a digit does, or a key that needs digits before it; null for other keys. */
export function pressedDigits(view: View, key: Key): View | null {
  const level = /^meta-([1-6])$/.exec(key);
  if (level !== null) return { ...ofLevel(view, Number(level[1]), true), count: null };
  if (/^\d$/.test(key)) return digitTyped(view, key);
  const { count } = view;
  switch (key) {
    case 'escape':
      return count !== null && !isLevel(count) ? { ...view, count: null } : null;
    case '%':
      if (count === null) return { ...view, message: 'digits before % say how far: 50%' };
      return { ...taken(view), going: { kind: 'share', percent: Number(count.digits) } };
    case 'g':
    case 'G':
      if (count === null) return null;
      return { ...taken(view), going: { kind: 'row', row: Number(count.digits) } };
    default:
      return null;
  }
}

/** How often the key that follows is meant. */
export function timesOf(count: Count | null): number {
  return count === null || isLevel(count) ? 1 : Math.max(1, Number(count.digits));
}

/** Whether it is only a level, until the next key says otherwise. */
export function isLevel({ digits, levelsBefore }: Count): boolean {
  return levelsBefore !== null && digits.length === 1;
}

/** More rows than any recording has. */
const MAX_DIGITS = 9;

function digitTyped(view: View, digit: string): View {
  const { count, minSeverity, isOnlyLevel } = view;
  if (count !== null) {
    const digits = (count.digits + digit).slice(0, MAX_DIGITS);
    return { ...view, ...count.levelsBefore, count: { digits, levelsBefore: count.levelsBefore } };
  }
  if (!/[1-6]/.test(digit)) return { ...view, count: { digits: digit, levelsBefore: null } };
  const levelsBefore = { minSeverity, isOnlyLevel };
  return { ...ofLevel(view, Number(digit), false), count: { digits: digit, levelsBefore } };
}

/** The levels as they were before the digits, which are used up. */
function taken(view: View): View {
  return { ...view, ...view.count?.levelsBefore, count: null };
}

/** From a level on, or of one level alone; that again takes it back. */
function ofLevel(view: View, place: number, isOnly: boolean): View {
  const minSeverity = (place - 1) * 4 + 1;
  const isBack = isOnly && view.isOnlyLevel && view.minSeverity === minSeverity;
  if (isBack) return { ...view, minSeverity: 1, isOnlyLevel: false };
  return { ...view, minSeverity, isOnlyLevel: isOnly };
}
