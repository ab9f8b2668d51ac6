// The types as an application sees them: what the README shows compiles, what is wrong does not.

import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { linkDependency, pack, unpack } from './packing.ts';

const folder = mkdtempSync(join(tmpdir(), 'ttlog-types-'));
const WORKSPACE = join(import.meta.dirname, '../../../../node_modules');

const PROJECTS: Record<string, ts.CompilerOptions> = {
  node16: { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 },
  nodenext: { module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext },
  bundler: { module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler },
};

beforeAll(() => {
  unpack(pack('core', folder), join(folder, 'node_modules/ttlog'));
  linkDependency('@types/node', folder, join(WORKSPACE, '@types/node'));
  // An ES module and a CommonJS one: under node16 each gets the declarations of its own format.
  for (const type of ['module', 'commonjs']) {
    cpSync(join(import.meta.dirname, 'fixtures/types'), join(folder, type), { recursive: true });
    writeFileSync(join(folder, type, 'package.json'), JSON.stringify({ type }));
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

describe.each(Object.entries(PROJECTS))('in a project with %s', (_name, resolution) => {
  for (const type of ['module', 'commonjs']) {
    test(`what is right compiles and what is wrong does not (${type})`, () => {
      const files = ['accepted.ts', 'refused.ts'].map((name) => join(folder, type, name));
      expect(check(files, resolution)).toEqual([]);
    });
  }
});

test('the check of wrong calls can fail', () => {
  const file = join(folder, 'module/fine.ts');
  writeFileSync(
    file,
    `import { getLogger } from 'ttlog';
    // @ts-expect-error
    getLogger('app').info('nothing is wrong with this');
    getLogger('app').info(42);`,
  );
  expect(check([file], PROJECTS.nodenext)).toEqual([
    expect.stringContaining("Unused '@ts-expect-error' directive"),
    expect.stringContaining('No overload matches this call'),
  ]);
});

/** The errors of a program, with its libraries checked as well. */
function check(files: string[], resolution: ts.CompilerOptions): string[] {
  const options: ts.CompilerOptions = {
    ...resolution,
    ...{ strict: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: false },
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts'],
    types: ['node'],
    typeRoots: [join(folder, 'node_modules/@types')],
  };
  const program = ts.createProgram(files, options, hostWithParsedLibraries(options));
  return ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const at =
      file === undefined ? '' : `${file.fileName.replace(folder, '')}:${lineOf(file, start)} `;
    return at + ts.flattenDiagnosticMessageText(messageText, '\n');
  });
}

const libraries = new Map<string, ts.SourceFile | undefined>();

/** Parses the declarations of Node and JavaScript once for all programs. */
function hostWithParsedLibraries(options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (path, ...rest) => {
    if (!/[\\/](typescript[\\/]lib|@types)[\\/]/.test(path)) return getSourceFile(path, ...rest);
    if (!libraries.has(path)) libraries.set(path, getSourceFile(path, ...rest));
    return libraries.get(path);
  };
  return host;
}

function lineOf(file: ts.SourceFile, start = 0): number {
  return file.getLineAndCharacterOfPosition(start).line + 1;
}
