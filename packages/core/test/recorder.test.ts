// What a recorder promises of its snapshots, whatever becomes of the file, and of its methods once it
// is stopped: run on what ships, in processes of their own.

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const isRoot = process.getuid?.() === 0;
/** Nobody: for root no directory is read-only. */
const NOBODY = 65534;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ttlog-recorder-'));
  chmodSync(directory, 0o777);
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** Runs a program on `ttlog` and returns what it prints, as JSON. */
function run(program: string, options: { asNobody?: boolean } = {}): ReturnType<typeof JSON.parse> {
  const prelude = `
    import fs from 'node:fs';
    import { startRecorder, getLogger } from 'ttlog';
    import { openRecording } from 'ttlog/reader';
    const directory = ${JSON.stringify(directory)};
    const show = (value) => process.stdout.write(JSON.stringify(value));
    const eventsOf = (path) => [...openRecording(path).events()].map(
      ({ timeNs, ...event }) => JSON.stringify([String(timeNs), event]));
    ${options.asNobody && isRoot ? `process.setgid(${NOBODY}); process.setuid(${NOBODY});` : ''}
  `;
  const output = execFileSync(
    process.execPath,
    ['--input-type=module', '--eval', prelude + program],
    { cwd: join(import.meta.dirname, '..'), encoding: 'utf8' },
  );
  return JSON.parse(output);
}

/** A device of 64 KiB; null where it cannot be mounted. */
function mountSmall(at: string): boolean {
  mkdirSync(at);
  if (!isRoot) return false;
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=0777', 'tmpfs', at]);
  return true;
}

describe('snapshots taken in a row', () => {
  it('hold the same events each time, whoever takes them', () => {
    const result = run(`
      const recorder = startRecorder({ service: 'row', snapshots: { directory } });
      const log = getLogger('row');
      for (let i = 0; i < 5000; i++) log[i % 7 ? 'debug' : 'warn']('event', { i, text: 'x'.repeat(i % 50) });
      const paths = [];
      for (let i = 0; i < 5; i++) {
        paths.push(recorder.snapshotSync('sync').path, (await recorder.snapshot('async')).path);
      }
      const all = paths.map(eventsOf);
      const captured = eventsOf(await recorder.capture());
      show({ counts: all.map((one) => one.length), same: all.every((one) => one.join() === all[0].join()),
        captured: captured.join() === all[0].join(), files: new Set(paths).size });
    `);
    expect(result).toEqual({
      counts: new Array(10).fill(5000),
      same: true,
      captured: true,
      files: 10,
    });
  });

  it('keep none of their results once the program has let go of them', () => {
    const results = run(`
      const { setFlagsFromString } = await import('node:v8');
      const { runInNewContext } = await import('node:vm');
      setFlagsFromString('--expose-gc');
      const collect = runInNewContext('gc');
      const recorder = startRecorder({ snapshots: { directory } });
      const first = new WeakRef(await recorder.snapshot());
      const second = new WeakRef(await recorder.snapshot());
      await recorder.snapshot();
      await new Promise((go) => setTimeout(go, 5));
      collect();
      show([first, second].map((result) => result.deref() ?? null));
    `);
    expect(results).toEqual([null, null]);
  });
});

describe('a snapshot that cannot be written', () => {
  const program = (setUp: string, tearDown: string, options = '') => `
    const target = directory + '/to';
    ${setUp}
    const recorder = startRecorder({ service: 'failing', snapshots: { directory: target ${options} } });
    const errors = [];
    recorder.on('error', (error) => errors.push(error.message));
    const log = getLogger('failing');
    for (let i = 0; i < 3000; i++) log.info('event', { i, random: Math.random() });
    const sync = recorder.snapshotSync('sync');
    const async = await recorder.snapshot('async');
    for (let i = 3000; i < 4000; i++) log.info('event', { i, random: Math.random() });
    const left = fs.existsSync(target) ? fs.readdirSync(target) : [];
    ${tearDown}
    const after = recorder.snapshotSync('after');
    const stats = recorder.stats();
    show({
      failed: [sync, async].map(({ path, error }) => [path, error instanceof Error, error?.message]),
      errors: errors.length, left, snapshots: stats.snapshots, losses: stats.losses,
      numbers: after.path === null ? after.error.message : [...openRecording(after.path).events()].map(({ fields }) => fields.i),
    });
  `;
  const numbers = Array.from({ length: 4000 }, (_, i) => i);

  function expectFailure(result: ReturnType<typeof run>, message: RegExp): void {
    expect(result.failed).toEqual([
      [null, true, expect.stringMatching(message)],
      [null, true, expect.stringMatching(message)],
    ]);
    expect(result).toMatchObject({ errors: 2, left: [] });
    expect(result.snapshots).toMatchObject({ failed: 2 });
    expect(result.losses).toMatchObject({ overwritten: 0, refused: 0, tooLarge: 0 });
  }

  it('loses no event: a read-only directory', () => {
    const result = run(
      program(
        'fs.mkdirSync(target, 0o500); fs.chmodSync(target, 0o500);',
        'fs.chmodSync(target, 0o700);',
      ),
      { asNobody: true },
    );
    expectFailure(result, /EACCES/);
    expect(result.numbers).toEqual(numbers);
  });

  it('loses no event: a full disk', () => {
    const at = join(directory, 'small');
    const isMounted = mountSmall(at);
    try {
      if (!isMounted) return expect(isRoot).toBe(false);
      const result = run(`
        const target = directory + '/small';
        const recorder = startRecorder({ service: 'full', snapshots: { directory: target } });
        const log = getLogger('full');
        for (let i = 0; i < 20000; i++) log.info('event', { i, random: Math.random() });
        const results = [recorder.snapshotSync('sync'), await recorder.snapshot('async')];
        const left = fs.readdirSync(target).filter((name) => !name.endsWith('.ring'));
        const bytes = await recorder.capture();
        show({ failed: results.map(({ path, error }) => [path, error.message]), left,
          numbers: [...openRecording(bytes).events()].map(({ fields }) => fields.i) });
      `);
      for (const [path, message] of result.failed) {
        expect(path).toBeNull();
        expect(message).toMatch(/ENOSPC/);
      }
      expect(result.left).toEqual([]);
      expect(result.numbers).toEqual(Array.from({ length: 20000 }, (_, i) => i));
    } finally {
      if (isMounted) execFileSync('umount', [at]);
    }
  });

  it('loses no event: a directory whose name is too long', () => {
    const result = run(`
      const recorder = startRecorder({ service: 'long', snapshots: { directory: directory + '/' + 'd'.repeat(300) } });
      const log = getLogger('long');
      for (let i = 0; i < 100; i++) log.info('event', { i });
      const results = [recorder.snapshotSync('sync'), await recorder.snapshot('async')];
      const bytes = await recorder.capture();
      show({ failed: results.map(({ path, error }) => [path, error.message]),
        count: [...openRecording(bytes).events()].length, failures: recorder.stats().snapshots.failed });
    `);
    for (const [path, message] of result.failed) {
      expect(path).toBeNull();
      expect(message).toMatch(/ENAMETOOLONG/);
    }
    expect(result).toMatchObject({ count: 100, failures: 2 });
  });

  it('loses no event: the directory is gone, and comes back', () => {
    const result = run(
      program('', 'fs.rmSync(target, { recursive: true, force: true });')
        // Its file would be gone, too, and be an error of its own.
        .replace('snapshots: {', 'blackBox: false, snapshots: {')
        .replace('const sync =', "fs.writeFileSync(target, 'a file'); const sync =")
        .replace(
          'const left = fs.existsSync(target) ? fs.readdirSync(target) : [];',
          'const left = [];',
        ),
    );
    expectFailure(result, /ENOTDIR|EEXIST|not a directory/);
    expect(result.numbers).toEqual(numbers);
  });
});

describe('a recorder that is stopped', () => {
  it('starts no thread for what is asked of it', () => {
    const { before, after, state, errors } = run(`
      const recorder = startRecorder({ snapshots: { directory }, output: { destination: directory + '/lines' } });
      const errors = [];
      recorder.on('error', (error) => errors.push(error.message));
      const countThreads = () => fs.readdirSync('/proc/self/task').length;
      await recorder.stop();
      const before = countThreads();
      await recorder.flush();
      await recorder.snapshot();
      await recorder.capture();
      const after = countThreads();
      show({ before, after, state: recorder.stats().recorderThread.state, errors });
      process.exit();
    `);
    expect(after).toBe(before);
    expect({ state, errors }).toEqual({ state: 'off', errors: [] });
  });

  it('has printed all when a flush resolves that was asked for after stop()', () => {
    const count = run(`
      const recorder = startRecorder({ snapshots: { directory }, output: { destination: directory + '/lines' } });
      const log = getLogger('stopped');
      for (let i = 0; i < 3000; i++) log.info('event', { i });
      recorder.stop();
      await recorder.flush();
      show(fs.readFileSync(directory + '/lines', 'utf8').split('\\n').length - 1);
    `);
    expect(count).toBe(3000);
  });
});

describe('hostile names', () => {
  it('reach no path: reason, service', () => {
    const result = run(`
      const recorder = startRecorder({ service: '../../etc/\\u001b[31m\\0evil', snapshots: { directory } });
      const log = getLogger('x');
      log.info('m');
      const reasons = ['../../x', '/etc/passwd', '', '.', '..', 'a'.repeat(5000), '\\0', '\\u001b]0;x\\u0007',
        Symbol('s'), null, { toString() { throw new Error('no'); } }, ['a', 'b']];
      const names = [];
      for (const reason of reasons) {
        const { path } = recorder.snapshotSync(reason);
        names.push([path.startsWith(directory + '/ttlog-'), /^[A-Za-z0-9_.-]+$/.test(path.slice(directory.length + 1))]);
      }
      const files = fs.readdirSync(directory).filter((name) => name.endsWith('.bin'));
      const [last] = files;
      show({ names, files: files.length, service: openRecording(directory + '/' + last).header.service });
    `);
    for (const name of result.names) expect(name).toEqual([true, true]);
    expect(result.files).toBe(12);
    expect(result.service).toBe('../../etc/\u001b[31m\0evil');
    expect(readdirSync(directory)).toHaveLength(12);
  });
});
