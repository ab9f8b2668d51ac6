// The code of the README compiles against the built types, with those of the real SDKs, and runs.

import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, expect, test } from 'vitest';
import { blocks, ReadmeFolder } from '../../core/test/readme.ts';

const README = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
const folder = new ReadmeFolder();

afterAll(() => rmSync(folder.path, { recursive: true }));

test('the code compiles and runs', () => {
  const sources = blocks(README, 'ts');
  expect(sources.length).toBeGreaterThan(0);
  const files = sources.map((code, index) => folder.write(`block-${index}.mts`, code));
  expect(folder.complaints(folder.compile(files))).toBe('');
  for (const [index, code] of sources.entries()) {
    const { outputText } = ts.transpileModule(code, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
    });
    folder.write(`block-${index}.mjs`, outputText);
    const { output, status } = folder.run(`node block-${index}.mjs`);
    expect({ status, output }).toEqual({ status: 0, output: '' });
  }
});
