// What is published: the files, the types for every kind of import, what is imported at run time.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { publint } from 'publint';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { linkDependency, pack, unpack } from '../../../core/test/packaging/packing.ts';

const PACKAGE = fileURLToPath(new URL('../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'ttlog-tracing-package-'));
const installed = join(folder, 'node_modules/@ttlog/tracing');
const EXPORTS: { readonly [entry: string]: string[] } = {
  '@ttlog/tracing': [
    'FlightRecorderLogRecordProcessor',
    'FlightRecorderSpanProcessor',
    'FlightRecorderTracerProvider',
    'traceEvents',
  ],
  '@ttlog/tracing/otlp': ['exportOtlp'],
};
let tarball: string;

beforeAll(() => {
  tarball = pack('tracing', folder);
  unpack(tarball, installed);
  linkDependency('@opentelemetry/api', folder, join(PACKAGE, 'node_modules/@opentelemetry/api'));
  linkDependency('ttlog', folder, join(PACKAGE, '../core'));
});

afterAll(() => rmSync(folder, { recursive: true }));

test('the tarball holds these files', () => {
  const names = readdirSync(installed, { recursive: true, encoding: 'utf8' });
  const expected = ['LICENSE', 'README.md', 'dist', 'package.json'];
  for (const entry of Object.keys(EXPORTS)) {
    const name = entry.slice('@ttlog/tracing/'.length) || 'index';
    for (const type of ['cjs', 'js', 'd.cts', 'd.ts']) expected.push(`dist/${name}.${type}`);
  }
  expect(names.sort()).toEqual(expected.sort());
});

test('publint has nothing to say', async () => {
  const { messages } = await publint({ pkgDir: installed, pack: false, strict: true });
  expect(messages).toEqual([]);
});

test('the types are right for every kind of module resolution', () => {
  const manifest = createRequire(import.meta.url).resolve('@arethetypeswrong/cli/package.json');
  const program = join(manifest, '../dist/index.js');
  const arguments_ = [program, tarball, '--no-emoji'];
  expect(execFileSync(process.execPath, arguments_, { encoding: 'utf8' })).toContain(
    'No problems found',
  );
});

test.each(Object.entries(EXPORTS))('%s has the same names both ways', (entry, names) => {
  expect(namesOf(`await import('${entry}')`)).toEqual(names);
  expect(namesOf(`require('${entry}')`)).toEqual(names);
});

test('the export imports nothing of OpenTelemetry', () => {
  for (const type of ['js', 'cjs', 'd.ts']) {
    const text = readFileSync(join(installed, `dist/otlp.${type}`), 'utf8');
    expect(text).not.toMatch(/["']@opentelemetry\//);
  }
});

test('nothing but the API of OpenTelemetry and ttlog is imported', () => {
  const imported = new Set<string>();
  for (const file of readdirSync(join(installed, 'dist'))) {
    const text = readFileSync(join(installed, 'dist', file), 'utf8');
    for (const [, name] of text.matchAll(/(?:from |require\()["']([^."'][^"']*)["']/g)) {
      imported.add(name);
    }
  }
  const foreign = [...imported].filter(
    (name) => !/^(node:|ttlog(\/reader)?$|@opentelemetry\/api$)/.test(name),
  );
  expect(foreign).toEqual([]);
});

function namesOf(module: string): string[] {
  const code = `(async () => console.log(JSON.stringify(Object.keys(${module}).sort())))()`;
  const output = execFileSync(process.execPath, ['-e', code], { cwd: folder, encoding: 'utf8' });
  const names: string[] = JSON.parse(output);
  return names.filter((name) => name !== 'default' && name !== 'module.exports');
}
