import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { DETAIL_KEYS, FILTER_KEYS, LIST_KEYS } from '../../src/view/keys.ts';

it('the README lists the keys as the reader does', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  for (const { keys, meaning } of [...LIST_KEYS, ...DETAIL_KEYS, ...FILTER_KEYS]) {
    expect(readme).toContain(`| ${keys} | ${meaning} |`);
  }
});
