// The code of the READMEs compiles against the built types, runs, and prints what they show; their
// commands exist.

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, expect, test } from 'vitest';
import { blocks, normalised, README, ReadmeFolder, ROOT, VIEWER_README } from './readme.ts';

/** Names that the fragments use and an application would have, as types and as values. */
const PRELUDE_TYPES = `
declare const error: unknown;
declare const requestId: string;
declare const userId: number;
declare function listItems(): string[];
declare function upload(path: string, reason: string): void;
`;
const PRELUDE = `
const error = new Error('declined');
const requestId = 'r-1';
const userId = 7;
const listItems = () => ['tea'];
const upload = () => {};
`;

const folder = new ReadmeFolder();

afterAll(() => rmSync(folder.path, { recursive: true }));

test('the programs print what the READMEs say', () => {
  const consoles = [...blocks(README, 'console'), ...blocks(VIEWER_README, 'console')];
  expect(consoles.length).toBeGreaterThanOrEqual(4);
  for (const text of consoles) {
    for (const [, command, expected] of text.matchAll(/^\$ (.*)\n((?:(?!\$ ).*\n)*)/gm)) {
      const { output } = folder.run(command);
      expect(normalised(output), command).toBe(normalised(expected));
    }
  }
});

test('the code compiles against the built types', () => {
  const sources = ['js', 'ts'].flatMap((language) =>
    blocks(README, language).map((code, index) =>
      folder.write(`block-${index}.m${language}`, code),
    ),
  );
  expect(sources.length).toBeGreaterThanOrEqual(5);
  const prelude = folder.write('prelude.d.ts', PRELUDE_TYPES);
  expect(folder.complaints(folder.compile([prelude, ...sources]))).toBe('');
});

test('the fragments run', () => {
  folder.write('crash.bin', readFileSync(folder.newestSnapshot()));
  for (const [index, code] of blocks(README, 'ts').entries()) {
    const { outputText } = ts.transpileModule(code, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    });
    folder.write(`fragment-${index}.mjs`, outputText.replace(/^(?!import)/m, PRELUDE));
    const { output, status } = folder.run(`node fragment-${index}.mjs`);
    expect(status, output).toBe(0);
    expect(output).not.toContain('Warning');
  }
});

test('the commands exist', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  for (const [, script] of README.matchAll(/npx -y pnpm@10 (\w+)/g)) {
    expect(Object.keys(scripts)).toContain(script);
  }
  folder.write('crash.bin', readFileSync(folder.newestSnapshot()));
  for (const line of [README, VIEWER_README].flatMap(commandLines)) {
    if (/^npm i (-D )?ttlog(-view)?$|^npx -y pnpm@10 \w+$/.test(line)) continue;
    const { output, status } = folder.run(line);
    if (line.startsWith('node ')) {
      expect(output).toContain('TypeError: Cannot read properties of undefined');
      expect(status, line).toBe(1);
    } else {
      // 1 is "nothing matched"; 2 would be a wrong command or option.
      expect(line).toMatch(/^(npx )?ttlog-view/);
      expect([0, 1], output).toContain(status);
    }
  }
});

test('the quick-start example is the first program', () => {
  const example = readFileSync(join(ROOT, 'examples/quick-start/main.ts'), 'utf8');
  const withoutFirstLine = (code: string) => code.replace(/^\/\/.*\n+/, '');
  expect(withoutFirstLine(blocks(README, 'js')[0])).toBe(withoutFirstLine(example));
});

function commandLines(readme: string): string[] {
  return blocks(readme, 'sh').join('').trim().split('\n');
}
