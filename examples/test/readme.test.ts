// Every example is on the list, says first what it shows, and is short enough to be read at once.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const EXAMPLES = join(import.meta.dirname, '..');
const README = readFileSync(join(EXAMPLES, 'README.md'), 'utf8');
const MAX_LINES = 60;

const programs = readdirSync(EXAMPLES).filter((name) =>
  existsSync(join(EXAMPLES, name, 'main.ts')),
);

test('the list of the README has every example, and no other', () => {
  const rows = [...README.matchAll(/^\| \[([\w-]+)\]\(([^)]+)\) \|/gm)];
  expect(rows.map(([, name]) => name).sort()).toEqual(programs.sort());
  for (const [, name, link] of rows) expect(link).toBe(`${name}/main.ts`);
});

test.each(programs)('%s says what it shows, in few lines', (name) => {
  const lines = readFileSync(join(EXAMPLES, name, 'main.ts'), 'utf8')
    .trimEnd()
    .split('\n');
  const [, shown] = /^\/\/ shows (.+)\.$/.exec(lines[0])!;
  expect(README).toContain(`| ${shown} |`);
  expect(lines.length).toBeLessThanOrEqual(MAX_LINES);
});
