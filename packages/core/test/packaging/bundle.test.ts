// Applications bundled into one file with everything in it, run where no package is installed.

import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, type Format } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applicationEnvironment, linkDependency, pack, unpack } from './packing.ts';

const folder = mkdtempSync(join(tmpdir(), 'ttlog-bundle-'));
/** Where bundles are built; they run in folders beside it, which have no `node_modules`. */
const source = join(folder, 'source');

beforeAll(() => {
  unpack(pack('core', folder), join(source, 'node_modules/ttlog'));
  for (const name of ['application.mjs', 'read.mjs']) {
    copyFileSync(join(import.meta.dirname, 'fixtures', name), join(source, name));
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

describe.each([
  ['esm', false],
  ['cjs', false],
  ['esm', true],
  ['cjs', true],
] as [Format, boolean][])('esbuild to %s, minified: %s', (format, minify) => {
  const place = join(folder, `${format}-${minify}`);

  test('bundles without an external and without a warning', async () => {
    for (const name of ['application', 'read']) await bundle(place, name, format, minify);
  });

  test('logs from main and worker and leaves its crash snapshot', () => {
    expectRecordings(place, [
      ['started', { at: '1970-01-01T00:00:00.000Z' }],
      ['in the worker', { threads: 2 }],
      ['worker ended', { exitCode: 0 }],
      ['snapshot taken', { isWritten: true, thread: 'running' }],
    ]);
  });
});

test('a bundle compresses where the application has lz4-napi', async () => {
  const place = join(folder, 'with-lz4');
  for (const name of ['application', 'read']) await bundle(place, name, 'esm', true);
  linkDependency('lz4-napi', place);
  const recordings = crash(place);
  expect(recordings.map(({ notes }) => notes)).toEqual([[], []]);
});

test('Rollup, as Vite uses it, makes a bundle that works as well', async () => {
  const place = join(folder, 'vite');
  const vite = createRequire(createRequire(import.meta.url).resolve('vitest')).resolve('vite');
  const { build: buildWithVite } = await import(pathToFileURL(vite).href);
  await buildWithVite({
    configFile: false,
    root: source,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: {
      ...{ ssr: true, outDir: place, emptyOutDir: true },
      rollupOptions: { input: ['application.mjs', 'read.mjs'] },
    },
  });
  expect(crash(place)).toHaveLength(2);
});

async function bundle(place: string, name: string, format: Format, minify: boolean): Promise<void> {
  const { errors, warnings } = await build({
    entryPoints: [join(source, `${name}.mjs`)],
    outfile: join(place, `${name}.${format === 'esm' ? 'mjs' : 'cjs'}`),
    ...{ bundle: true, platform: 'node', target: 'node20', format, minify, logLevel: 'silent' },
  });
  expect([...errors, ...warnings]).toEqual([]);
}

/** Runs the application to its end and reads its recordings, the older first. */
function crash(place: string): Recorded[] {
  const snapshots = join(place, 'snapshots');
  mkdirSync(snapshots, { mode: 0o700 });
  const files = readdirSync(place);
  const programNamed = (name: string) => files.find((file) => file.startsWith(`${name}.`)) ?? name;
  const { status, stdout, stderr } = run(place, programNamed('application'));
  expect(stderr).toContain('Error: the end');
  expect([status, stdout]).toEqual([1, '']);
  const paths = readdirSync(snapshots).map((name) => join(snapshots, name));
  const read = run(place, programNamed('read'), ...paths.sort());
  expect(read.stderr).toBe('');
  const recordings: Recorded[] = JSON.parse(read.stdout);
  return recordings.sort((a, b) => a.events.length - b.events.length);
}

interface Recorded {
  reason: string;
  error?: string;
  notes: string[];
  damage: unknown[];
  events: [message: string, fields: object][];
}

function expectRecordings(place: string, events: Recorded['events']): void {
  const [checkpoint, end] = crash(place);
  expect(checkpoint).toMatchObject({ reason: 'checkpoint', damage: [] });
  expect(checkpoint.events).toEqual(events.slice(0, -1));
  expect(end).toMatchObject({ reason: 'uncaughtException', error: 'the end', damage: [] });
  expect(end.events).toEqual(events);
  for (const { notes } of [checkpoint, end]) {
    expect(notes).toEqual([expect.stringContaining('not compressed: lz4-napi cannot be loaded')]);
  }
}

function run(place: string, ...args: string[]) {
  return spawnSync(process.execPath, args, {
    cwd: place,
    encoding: 'utf8',
    timeout: 30_000,
    env: applicationEnvironment(join(place, 'snapshots')),
  });
}
