// What is published: the files, what the exports resolve to, types for every kind of import, size.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { publint } from 'publint';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pack, unpack } from './packing.ts';

/**
 * Everything is there twice, as ES modules and as CommonJS, and in each the recorder thread's part
 * a second time, as text (100 KB). That is 487 KB packed and 1.35 MB unpacked; our own
 * code is not minified, so that stack traces can be read.
 */
const TARBALL_BYTES = 490_000;
const UNPACKED_BYTES = 1_600_000;
/** Of 182 KB the page of a report, with preact and uPlot, is a quarter, the full screen a fifth. */
const VIEWER_TARBALL_BYTES = 200_000;

const folder = mkdtempSync(join(tmpdir(), 'ttlog-package-'));
const installed = join(folder, 'node_modules/ttlog');
let tarball: string;

beforeAll(() => {
  tarball = pack('core', folder);
  unpack(tarball, installed);
});

afterAll(() => rmSync(folder, { recursive: true }));

test('the tarball holds these files', () => {
  // What entries share stands in chunks, whose number and names are the bundler's business.
  const named = filesIn(tarball).filter((file) => !/-[\w-]{8}\.(d\.)?c?[jt]s$/.test(file));
  const expected = ['LICENSE', 'README.md', 'package.json', 'dist/noop.cjs', 'dist/noop.js'];
  for (const entry of ['index', 'logtape', 'reader', 'register', 'ring', 'winston']) {
    for (const type of ['cjs', 'js', 'd.cts', 'd.ts']) expected.push(`dist/${entry}.${type}`);
  }
  expect(named.sort()).toEqual(expected.sort());
});

test('the tarball stays small', () => {
  const dist = join(installed, 'dist');
  const sizes = readdirSync(dist).map((name) => statSync(join(dist, name)).size);
  const unpackedBytes = sizes.reduce((sum, size) => sum + size, 0);
  console.log(`ttlog: ${statSync(tarball).size} bytes packed, ${unpackedBytes} unpacked`);
  expect(statSync(tarball).size).toBeLessThan(TARBALL_BYTES);
  expect(unpackedBytes).toBeLessThan(UNPACKED_BYTES);
});

test('publint has nothing to say', async () => {
  const { messages } = await publint({ pkgDir: installed, pack: false, strict: true });
  expect(messages).toEqual([]);
});

test('the types are right for every kind of module resolution', () => {
  const manifest = createRequire(import.meta.url).resolve('@arethetypeswrong/cli/package.json');
  const program = join(dirname(manifest), 'dist/index.js');
  expect(run(program, tarball, '--no-emoji')).toContain('No problems found');
});

describe('the exports', () => {
  const entries: Record<string, string[]> = {
    ttlog: ['defineEvent', 'getLogger', 'startRecorder', 'withContext'],
    'ttlog/reader': [
      ...[
        'LEVELS',
        'LineBytes',
        'Mark',
        'RecordingError',
        'TRACE_NAMES',
        'addJsonValue',
        'addTextValue',
        'createScrubber',
        'errorLines',
        'errorTitle',
        'flattenedKey',
        'isLevel',
      ],
      ...[
        'isPlainObject',
        'jsonString',
        'jsonValue',
        'keyText',
        'openRecording',
        'openRecordingSteps',
        'printable',
        'quoted',
      ],
      ...['readSpans', 'recoverBlackBox', 'resolveDirectory', 'valueText', 'walkEvents'],
      'writeRecording',
    ],
    'ttlog/ring': ['attachRing', 'createRing'],
    'ttlog/register': [],
    'ttlog/winston': ['TtlogTransport'],
    'ttlog/logtape': ['getTtlogSink'],
  };

  for (const [entry, names] of Object.entries(entries)) {
    test(`${entry} has the same names as an ES module and as CommonJS`, () => {
      expect(namesOf(`await import('${entry}')`)).toEqual(names);
      expect(namesOf(`require('${entry}')`)).toEqual(names);
    });
  }

  for (const condition of ['browser', 'edge-light', 'workerd']) {
    test(`under the condition ${condition} ttlog has the same names`, () => {
      const flag = `--conditions=${condition}`;
      expect(namesOf(`await import('ttlog')`, flag)).toEqual(entries.ttlog);
      expect(namesOf(`require('ttlog')`, flag)).toEqual(entries.ttlog);
    });
  }
});

test.each([
  ['browser', 'browser'],
  ['edge-light', 'neutral'],
  ['workerd', 'neutral'],
] as const)('a bundle for %s needs nothing of Node and has every name', async (name, platform) => {
  const { outputFiles, errors, warnings } = await build({
    stdin: { contents: "export * from 'ttlog';", resolveDir: folder },
    ...{ bundle: true, write: false, format: 'esm', platform, conditions: [name] },
  });
  expect([...errors, ...warnings]).toEqual([]);
  const [{ text }] = outputFiles;
  expect(text).not.toMatch(/node:|require\(|\bprocess\b|\bBuffer\b/);
  const { startRecorder, getLogger, defineEvent, withContext } = await import(
    `data:text/javascript,${encodeURIComponent(`${text}// ${name}`)}`
  );
  const log = getLogger('page').child({ a: 1 });
  for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal']) log[level]('x', {});
  log.log('info', new Error('x'));
  defineEvent('y', { n: 'int' }).with(log).info({ n: 1 });
  expect(withContext({ a: 1 }, () => 7)).toBe(7);
  expect(log.isLevelEnabled('fatal')).toBe(false);
  const recorder = startRecorder({ service: 'page' });
  expect(await recorder.snapshot()).toEqual({ path: null, error: expect.any(Error) });
  expect(recorder.on('error', () => {}).stats()).toMatchObject({
    ...{ state: 'disabled', notes: ['this is not Node'], losses: { beforeStart: 8 } },
  });
  await Promise.all([recorder.flush(), recorder.stop(), recorder.capture()]);
});

test('nothing in dist makes a bundler look for what is not there', () => {
  for (const name of readdirSync(join(installed, 'dist'))) {
    const text = readFileSync(join(installed, 'dist', name), 'utf8');
    expect(text, name).not.toContain('cbor-extract');
    if (name.endsWith('.cjs')) expect(text, name).not.toContain('import.meta');
  }
});

test('the viewer is one program', async () => {
  const viewer = pack('viewer', folder);
  const named = ['LICENSE', 'README.md', 'THIRD-PARTY.md', 'dist/cli.js', 'package.json'];
  expect(filesIn(viewer).sort()).toEqual(named);
  expect(statSync(viewer).size).toBeLessThan(VIEWER_TARBALL_BYTES);
  const unpacked = join(folder, 'viewer');
  unpack(viewer, unpacked);
  const { messages } = await publint({ pkgDir: unpacked, pack: false, strict: true });
  expect(messages).toEqual([]);
});

function filesIn(path: string): string[] {
  const list = execFileSync('tar', ['tzf', path], { encoding: 'utf8' });
  return list
    .trim()
    .split('\n')
    .map((file) => file.replace('package/', ''));
}

/** The sorted names of a module, as a program in the folder of the installed package sees them. */
function namesOf(expression: string, ...flags: string[]): string[] {
  const code = `(async () => console.log(JSON.stringify(Object.keys(${expression}).sort())))()`;
  return JSON.parse(run(...flags, '--input-type=commonjs', '--eval', code));
}

function run(...args: string[]): string {
  return execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
}
