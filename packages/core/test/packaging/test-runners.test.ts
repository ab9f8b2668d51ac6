// Test files of an application, run by Vitest and by Jest: whatever they do with modules, globals
// and timers, they record into one recording, and nothing throws or warns. Needs the npm registry.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openRecording } from 'ttlog/reader';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applicationEnvironment, linkDependency, pack, unpack } from './packing.ts';

const folder = mkdtempSync(join(tmpdir(), 'ttlog-runners-'));
const FILES = ['a', 'b', 'c'];
/** What each file logs, by the name of its logger. */
const MESSAGES = ['before', 'first', 'failed', 'after reset', 'fake timers'];

beforeAll(() => {
  unpack(pack('core', folder), join(folder, 'node_modules/ttlog'));
  linkDependency('lz4-napi', folder);
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true }));

describe('Vitest', () => {
  beforeAll(() => {
    const manifest = createRequire(import.meta.url).resolve('vitest/package.json');
    linkDependency('vitest', folder, dirname(realpathSync(manifest)));
  });

  test.each([
    ['forks', true],
    ['forks', false],
    ['threads', true],
    ['vmForks', true],
    ['vmThreads', false],
  ])('in the pool %s, inlined: %s', (pool, isInlined) => {
    const project = join(folder, `vitest-${pool}-${isInlined}`);
    writeTests(project, (file) => testFile(file, 'vi', 'await import', VITEST_IMPORTS));
    const server = { deps: { inline: isInlined ? ['ttlog'] : [] } };
    const config = { test: { pool, isolate: pool.startsWith('vm'), maxWorkers: 1, server } };
    const text = `export default ${JSON.stringify(config)};`;
    writeFileSync(join(project, 'vitest.config.mjs'), text);
    const output = run(project, 'vitest/vitest.mjs', 'run', '--root', project);
    expect(output).toMatch(/Tests\s+3 passed/);
    expectOneRecording(project);
  });
});

describe('Jest', () => {
  beforeAll(() => {
    // The scripts that it ignores belong to a file watcher that is not used.
    const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--prefer-offline'];
    const jest = join(folder, 'jest');
    mkdirSync(jest);
    writeFileSync(join(jest, 'package.json'), '{ "private": true }');
    const { status, stderr } = spawnSync('npm', ['install', ...flags, 'jest@30'], {
      cwd: jest,
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
  }, 120_000);

  test('in one process, where each file has globals of its own', () => {
    const project = join(folder, 'jest/one-process');
    writeTests(project, (file) => testFile(file, 'jest', 'require', JEST_REQUIRES));
    const output = run(project, '../jest/node_modules/jest/bin/jest.js', '--runInBand');
    expect(output).toMatch(/Tests:\s+3 passed/);
    expectOneRecording(project);
  });

  test('a file that stops its recorder leaves nothing behind', () => {
    const project = join(folder, 'jest/stopping');
    writeTests(
      project,
      (file) => `${JEST_REQUIRES}
        const recorder = ttlog.startRecorder({ service: '${file}' });
        test('logs', async () => {
          ttlog.getLogger('${file}').info('only this');
          expect((await recorder.snapshot()).events).toBe(1);
        });
        afterAll(() => recorder.stop());`,
    );
    const runner = '../jest/node_modules/jest/bin/jest.js';
    const output = run(project, runner, '--runInBand', '--detectLeaks');
    expect(output).toMatch(/Tests:\s+3 passed/);
    const paths = snapshotsOf(project);
    expect(paths.map((path) => openRecording(path).header.service).sort()).toEqual(FILES);
  });
});

const VITEST_IMPORTS = `import * as ttlog from 'ttlog';\nimport { expect, test, vi } from 'vitest';`;
const JEST_REQUIRES = `const ttlog = require('ttlog');`;

/** One file of tests. `vi` and `load` are what the runner calls its toolbox and its imports. */
function testFile(name: string, vi: string, load: string, imports: string): string {
  return `${imports}
    const log = ttlog.getLogger('${name}');
    test('logs', async () => {
      log.info('before');
      const recorder = ttlog.startRecorder({ service: 'tests' });
      expect(() => ttlog.startRecorder({ wrong: 1 })).toThrow(TypeError);
      log.info('first', { file: '${name}' });
      log.error(new Error('failed'));
      ${vi}.resetModules();
      const again = ${load}('ttlog');
      expect(again.startRecorder()).toBe(recorder);
      again.getLogger('${name}').info('after reset');
      ${vi}.useFakeTimers();
      log.info('fake timers');
      ${vi}.useRealTimers();
      const results = [await recorder.snapshot('asked'), recorder.snapshotSync('asked')];
      for (const { path, error } of results) expect({ path, error }).toEqual({
        path: expect.any(String),
      });
      const { state, losses } = recorder.stats();
      expect({ state, refused: losses.refused }).toEqual({ state: 'running', refused: 0 });
    });`;
}

function writeTests(project: string, write: (name: string) => string): void {
  mkdirSync(join(project, 'snapshots'), { recursive: true, mode: 0o700 });
  const isModule = project.includes('vitest-');
  const manifest = { name: 'application', type: isModule ? 'module' : 'commonjs' };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  for (const name of FILES) writeFileSync(join(project, `${name}.test.js`), write(name));
}

function run(project: string, program: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(folder, 'node_modules', program), ...args],
    {
      cwd: project,
      encoding: 'utf8',
      timeout: 60_000,
      env: applicationEnvironment(join(project, 'snapshots')),
    },
  );
  const output = `${stdout}${stderr}`;
  expect(status, output).toBe(0);
  expect(output).not.toMatch(/warn|leak|did not exit|deprecat/i);
  return output;
}

function snapshotsOf(project: string): string[] {
  const snapshots = join(project, 'snapshots');
  return readdirSync(snapshots).map((name) => join(snapshots, name));
}

/** The last snapshot holds what every file has logged, but for what came before the start. */
function expectOneRecording(project: string): void {
  const paths = snapshotsOf(project);
  expect(paths).toHaveLength(2 * FILES.length);
  const recordings = paths.map((path) => openRecording(path));
  expect(new Set(recordings.map(({ header }) => header.runId)).size).toBe(1);
  const last = recordings.reduce((a, b) => (a.header.takenAtMs >= b.header.takenAtMs ? a : b));
  const events = [...last.events()];
  const first = events[0].logger;
  expect(events.map(({ logger, message }) => `${logger} ${message}`).sort()).toEqual(
    FILES.flatMap((file) => MESSAGES.map((message) => `${file} ${message}`))
      .filter((event) => event !== `${first} before`)
      .sort(),
  );
  expect(last.losses.beforeStart).toBe(1);
}
