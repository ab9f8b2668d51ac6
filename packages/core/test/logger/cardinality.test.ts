import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';

it('keeps a million messages and a hundred thousand keys, and no memory for them', () => {
  const fixture = join(import.meta.dirname, 'fixtures/cardinality.mjs');
  const result = JSON.parse(
    execFileSync(process.execPath, ['--expose-gc', fixture], { encoding: 'utf8' }),
  );
  expect(result.damage).toEqual([]);
  expect(result.losses).toMatchObject({ overwritten: 0, refused: 0, tooLarge: 0, cut: 0 });
  expect(result.seen).toEqual({
    items: 1_000_000,
    keys: 100_000,
    loggers: 50_000,
    children: 50_000,
    contexts: 50_000,
    wrong: 0,
  });
  // The tables are bounded: some hundreds of messages, loggers and shapes, not a million.
  expect(result.grownBytes).toBeLessThan(4 << 20);
});
