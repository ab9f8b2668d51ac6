import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { HELP_SECTIONS } from '../../src/view/keys.ts';

it('the README lists the keys as the reader does', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  for (const { keys, meaning } of HELP_SECTIONS.flatMap(({ rows }) => rows)) {
    expect(readme).toContain(`| ${keys.replaceAll('|', '\\|')} | ${meaning} |`);
  }
});
