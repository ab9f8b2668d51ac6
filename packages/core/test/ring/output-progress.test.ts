// Who prints: what each side may do once the other one has begun, ended or died.

import { expect, it } from 'vitest';
import { OutputProgress } from '../../src/ring/output-progress.ts';

it('lets the owner print for good, once the recorder thread is not in the middle of it', () => {
  const progress = new OutputProgress();
  expect(progress.begin()).toBe(true);
  expect(progress.take(1)).toBe(false);
  progress.end(7n, true);
  expect(progress.take(1)).toBe(true);
  expect(progress.take(1)).toBe(true);
  expect(progress.begin()).toBe(false);
  expect(progress).toMatchObject({ printedNs: 7n, isMidLine: true });
});

it('lets the owner print where the recorder thread has died in the middle of it', () => {
  const progress = new OutputProgress();
  progress.begin();
  progress.takeFromDead();
  expect(progress.take(1)).toBe(true);
  expect(progress.begin()).toBe(false);
});
