// One recorder a process, through however many copies of the packed package it is reached.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRecording } from 'ttlog/reader';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { applicationEnvironment, linkDependency, pack, unpack } from './packing.ts';

const folder = mkdtempSync(join(tmpdir(), 'ttlog-one-recorder-'));
const snapshots = join(folder, 'snapshots');

beforeAll(() => {
  const tarball = pack('core', folder);
  for (const owner of ['.', 'node_modules/a', 'node_modules/b']) {
    unpack(tarball, join(folder, owner, 'node_modules/ttlog'));
  }
  writePackage('a', 'module', "import { getLogger, startRecorder } from 'ttlog';", 'export');
  writePackage(
    'b',
    'commonjs',
    "const { getLogger, startRecorder } = require('ttlog');",
    'exports',
  );
  linkDependency('lz4-napi', folder);
  cpSync(join(import.meta.dirname, 'fixtures'), folder, { recursive: true });
  mkdirSync(snapshots, { mode: 0o700 });
});

afterAll(() => rmSync(folder, { recursive: true }));

test('an ES module and CommonJS share one recorder and one ring, also in a worker', () => {
  const { isSame, path, stats } = run('both-formats.mjs');
  expect(isSame).toBe(true);
  const { header, events } = read(path);
  expect(events).toEqual([
    ...['main: esm', 'main: cjs', 'main: inside', 'defined'],
    ...['worker: esm', 'worker: cjs', 'worker: inside', 'defined'],
  ]);
  expect(header.threads).toHaveLength(2);
  expect(stats.notes).toEqual([]);
  expect(readdirSync(snapshots)).toHaveLength(1);
  const inside = [...openRecording(path).events()].filter(({ message }) => /inside/.test(message));
  expect(inside.map(({ context }) => context)).toEqual([{ request: 7 }, { request: 7 }]);
});

test('two copies of the package share one recorder and one ring, also in a worker', () => {
  const { isSame, path, stats } = run('two-copies.mjs');
  expect(isSame).toBe(true);
  const { header, events } = read(path);
  expect(header.service).toBe('copies');
  expect(events).toEqual(['a on main', 'b on main', 'b in a worker', 'a in a worker']);
  expect(header.threads).toHaveLength(2);
  expect(stats.losses.beforeStart).toBe(1);
  expect(stats.notes).toEqual(['second startRecorder: service differs and was ignored']);
});

describe('a copy that cannot join the first one', () => {
  for (const kind of ['hub', 'null', 'text', 'frozen']) {
    test(`does nothing, throws nothing, and counts (${kind})`, () => {
      const outcome = run('incompatible-copy.mjs', kind);
      expect(outcome).toMatchObject({
        ...{ inside: 'returned', path: null, captured: 0, copies: kind === 'hub' ? 1 : 0 },
        stats: { state: 'disabled', losses: { beforeStart: 4 } },
      });
      expect(outcome.error).toContain('another version of ttlog');
      expect(outcome.stats.notes).toEqual([expect.stringContaining('another version of ttlog')]);
      expect(outcome.threads).not.toContain('MessagePort');
    });
  }

  test('is told of by the recorder that it could not join', () => {
    const { stats } = JSON.parse(
      node(
        '--input-type=module',
        '--eval',
        `import { startRecorder } from 'ttlog';
        globalThis[Symbol.for('ttlog.v1')].incompatibleCopies++;
        console.log(JSON.stringify({ stats: startRecorder().stats() }));`,
      ),
    );
    expect(stats.notes).toEqual([
      expect.stringMatching(/^copies of ttlog that could not join.*1$/),
    ]);
  });
});

test('after stop a new start works; old loggers, children and events follow it', () => {
  const { rounds, listenersBefore, listenersAfter } = run('start-and-stop.mjs');
  expect(rounds).toHaveLength(3);
  for (const [index, { path, after, listeners }] of rounds.entries()) {
    const round = index + 1;
    const { header } = read(path);
    expect(header.service).toBe(`round-${round}`);
    expect(header.losses.beforeStart).toBe(2);
    const events = [...openRecording(path).events()];
    expect(
      events.map(({ logger, message, fields, context }) => {
        return [logger, message, fields, context];
      }),
    ).toEqual([
      ['old', 'logger', { round }, {}],
      ['old', 'child', { round }, { childOf: 'old' }],
      ['old', 'defined', { round }, {}],
      ['old', 'defined', { round }, { childOf: 'old' }],
      ['w', 'worker', { round }, {}],
    ]);
    expect(after).toEqual({ state: 'stopped', path: null });
    // Those for an exit stay until the stop is through, which the third start has not awaited.
    expect(listeners).toBe(rounds[0].listeners + (round === 3 ? 2 : 0));
  }
  expect(listenersAfter).toBe(listenersBefore);
});

test('module registries with globals of their own write into the ring of the first', () => {
  const outcome = run('own-globals.cjs');
  expect(outcome).toMatchObject({ isNew: true, isOther: true, ended: 'stopped' });
  expect(outcome.addedListeners).toBe(0);
  expect(outcome.losses.refused).toBe(0);
  const events = ['other 1', 'first 1', 'other 2', 'first 2', 'in a worker'];
  expect(read(outcome.path).events.slice(-5)).toEqual(events);
  expect(read(outcome.rejoined).events.slice(-7)).toEqual([...events, 'first 3', 'other 3']);
  expect(openRecording(outcome.rejoined).losses.beforeStart).toBe(2);
  const { header, events: own } = read(outcome.own);
  expect([header.service, own]).toEqual(['own', ['other 4']]);
});

function writePackage(name: string, type: string, imports: string, keyword: string): void {
  const exported = keyword === 'export' ? 'export' : 'module.exports =';
  const manifest = { name, version: '1.0.0', type, main: 'index.js' };
  const upper = name.toUpperCase();
  const code = `${imports}
const log = getLogger('${name}');
const logFrom${upper} = (message) => log.info(message);
const startFrom${upper} = startRecorder;
${exported} { logFrom${upper}, startFrom${upper} };
`;
  writeFileSync(join(folder, 'node_modules', name, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'node_modules', name, 'index.js'), code);
}

function run(program: string, ...args: string[]) {
  return JSON.parse(node(program, ...args));
}

function node(...args: string[]): string {
  return execFileSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 30_000,
    env: applicationEnvironment(snapshots),
  });
}

function read(path: string) {
  const recording = openRecording(path);
  expect(recording.damage).toEqual([]);
  const events = [...recording.events()].map(({ message }) => message);
  return { header: recording.header, events };
}
