// Reads the import lines of `src`: rooms import downwards only, and what is dangerous stands in
// one place.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const SRC = fileURLToPath(new URL('../src/', import.meta.url));

/** Each may import from itself and from those before it; files of `src` itself stand at the ends. */
const ROOMS = [
  'recording-file.ts',
  'digest',
  'format',
  'arguments',
  'output',
  'input',
  'select',
  'report',
  'view',
  'commands',
  'cli.ts',
];

/** Runs in a browser: it shares the layout of its data with the rest, and nothing else. */
const PAGE = 'report/page/';

const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => ({ name, text: readFileSync(join(SRC, name), 'utf8') }));

function roomOf(name: string): number {
  return ROOMS.indexOf(name.split('/')[0]);
}

function importsOf({ name, text }: { name: string; text: string }): string[] {
  const specifiers = Array.from(
    text.matchAll(/(?:from|import|import\()\s*'([^']+)'/g),
    (match) => match[1],
  );
  return specifiers.map((specifier) => {
    const path = specifier.replace(/\?.*$/, '');
    return path.startsWith('.') ? relative(SRC, join(SRC, dirname(name), path)) : path;
  });
}

describe('the viewer', () => {
  it.each(FILES)('$name imports from no room above its own', (file) => {
    const own = roomOf(file.name);
    expect(own).toBeGreaterThanOrEqual(0);
    for (const imported of importsOf(file)) {
      if (!imported.endsWith('.ts')) continue;
      expect(roomOf(imported), imported).toBeGreaterThanOrEqual(0);
      expect(roomOf(imported), imported).toBeLessThanOrEqual(own);
    }
  });

  it('imports no package but the reader, and those that it bundles', () => {
    const packages = FILES.filter(({ name }) => !name.startsWith(PAGE))
      .flatMap(importsOf)
      .filter((specifier) => !/^node:|\.(?:ts|css)$|package\.json$/.test(specifier));
    expect([...new Set(packages)].sort()).toEqual([
      '@ttlog/tracing/otlp',
      'string-width',
      'tinyglobby',
      'ttlog/reader',
    ]);
  });

  it('keeps the page apart, which runs in a browser', () => {
    const imports = FILES.filter(({ name }) => name.startsWith(PAGE)).flatMap(importsOf);
    const outside = imports.filter((specifier) => !specifier.startsWith(PAGE));
    const libraries = ['preact', 'preact/hooks', 'uplot'];
    expect([...new Set(outside)].sort()).toEqual([...libraries, 'report/layout.ts'].sort());
    const insiders = FILES.filter(({ name }) => !name.startsWith(PAGE)).flatMap(importsOf);
    const used = insiders.filter((specifier) => specifier.startsWith(PAGE));
    expect([...new Set(used)].sort()).toEqual(['report/page/main.ts', 'report/page/style.css']);
  });

  it('has no file that nothing imports', () => {
    const imported = new Set(FILES.flatMap(importsOf));
    const unused = FILES.filter(({ name }) => name !== 'cli.ts' && !imported.has(name));
    expect(unused.map(({ name }) => name)).toEqual([]);
  });

  it.each([
    [
      'terminal sequences',
      /\\x1b|\\u001b|\\033/,
      ['format/colour.ts', 'format/escape.ts', 'output/screen.ts'],
    ],
    [
      'the process',
      /(?<!\.)\bprocess\./,
      [
        ...['cli.ts', 'input/open-recordings.ts'],
        ...['output/screen.ts', 'output/terminal.ts', 'output/unfinished-file.ts'],
      ],
    ],
    ['the console', /\bconsole\./, []],
    ['the time of day', /Date\.now|new Date\(\)|performance\./, ['report/page/app.ts']],
  ])('keeps %s where it belongs', (_what, pattern, allowed) => {
    const holders = FILES.filter(({ text }) => pattern.test(withoutComments(text)));
    expect(holders.map(({ name }) => name).filter((name) => !allowed.includes(name))).toEqual([]);
  });
});

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
}
