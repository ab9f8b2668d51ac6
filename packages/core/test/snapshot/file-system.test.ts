// Real trouble with real file systems: no room, no rights, no descriptors, death at any call.

import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseTemporaryFileName, snapshotFileName } from '../../src/snapshot/file-name.ts';
import type { Step, StepResult } from './fixtures/file-program.ts';

const root = fs.mkdtempSync(join(tmpdir(), 'ttlog-file-system-'));
const program = join(root, 'program.mjs');
const name = snapshotFileName({ service: 's', pid: 1, atMs: 0, random8: 'aaaaaaaa', reason: 'r' });
const isRoot = process.geteuid?.() === 0;
let cases = 0;
let folder = '';

beforeAll(async () => {
  // Users without any rights run the program too.
  fs.chmodSync(root, 0o755);
  await build({
    entryPoints: [join(import.meta.dirname, 'fixtures/file-program.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
});

beforeEach(() => {
  folder = join(root, String(cases++));
  fs.mkdirSync(folder);
});

afterAll(() => fs.rmSync(root, { recursive: true }));

/** `prefix` is the command that runs the program in its surroundings. */
function spawnProgram(steps: Step[], prefix: string[] = []): SpawnSyncReturns<string> {
  const [command, ...rest] = [...prefix, process.execPath, program, JSON.stringify(steps)];
  return spawnSync(command, rest, { encoding: 'utf8', env: { ...process.env, TMPDIR: folder } });
}

function run(steps: Step[], prefix: string[] = []): StepResult[] {
  const { stdout, stderr, status } = spawnProgram(steps, prefix);
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  return JSON.parse(stdout) as StepResult[];
}

const write = (directory: string, lengthBytes = 1000): Step => ({
  do: 'write',
  directory,
  name,
  lengthBytes,
});

/** Runs the program where `folder` is a file system of its own, which is gone with the program. */
function withMount(options: string, andThen = ''): string[] {
  const userSpace = isRoot ? [] : ['--user', '--map-root-user'];
  const script = `mount -t tmpfs -o ${options} tmpfs "$0" && ${andThen} exec "$@"`;
  return ['unshare', ...userSpace, '--mount', 'sh', '-c', script, folder];
}

const canMount =
  spawnSync('unshare', [
    ...(isRoot ? [] : ['--user', '--map-root-user']),
    ...['--mount', 'sh', '-c', `mount -t tmpfs tmpfs ${root}`],
  ]).status === 0;

/** As many limits as this machine lets a test set. */
const full: [what: string, prefix: () => string[], code: string][] = [
  ['a limit on file sizes', () => ['sh', '-c', 'ulimit -f 32; exec "$0" "$@"'], 'EFBIG'],
];
if (canMount) {
  full.push(['a full disk', () => withMount('size=64k'), 'ENOSPC']);
  full.push(['a disk without inodes', () => withMount('nr_inodes=1'), 'ENOSPC']);
  full.push(['a read-only disk', () => withMount('ro'), 'EROFS']);
}

describe('a snapshot that has no room', () => {
  it.each(full)('because of %s is reported and leaves nothing behind', (_, prefix, code) => {
    const [result, listing] = run(
      [write(folder, 200_000), { do: 'list', directory: folder }],
      prefix(),
    );
    expect(result).toMatchObject({ ok: false, message: expect.stringContaining(code) });
    expect(listing.names).toEqual([]);
  });

  it('gives back the room it took, so that a smaller one fits', () => {
    const [what, prefix] = full[Math.min(1, full.length - 1)];
    const steps = [write(folder, 200_000), write(folder, 10_000)];
    expect(
      run(steps, prefix()).map(({ ok }) => ok),
      what,
    ).toEqual([false, true]);
  });
});

/** Commands that run a program as somebody else; only the superuser can. */
const others: [who: string, prefix: string[], uid: number][] = [
  ['this user', [], process.getuid?.() ?? 0],
];
if (isRoot && spawnSync('setpriv', ['--version']).status === 0) {
  for (const uid of [65534, 12345]) {
    const prefix = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
    others.push([uid === 12345 ? 'a user without passwd entry' : 'nobody', prefix, uid]);
  }
}

describe.each(others)('run by %s', (_, prefix, uid) => {
  it('the default directory is that user\u2019s own', () => {
    fs.chmodSync(folder, 0o1777);
    const directory = join(folder, `ttlog-${uid}`);
    expect(run([{ do: 'open' }, write(directory)], prefix)).toEqual([
      { ok: true, path: directory },
      { ok: true, path: join(directory, name), bytes: 1000, durable: true },
    ]);
    expect(fs.statSync(directory)).toMatchObject({ uid, mode: 0o40700 });
    expect(fs.statSync(join(directory, name))).toMatchObject({ uid, mode: 0o100600 });
  });
});

describe.each(others.slice(1))('run by %s', (_, prefix, uid) => {
  it('a directory of somebody else is refused as default one', () => {
    const directory = join(folder, `ttlog-${uid}`);
    fs.mkdirSync(directory, { mode: 0o700 });
    const [opened] = run([{ do: 'open' }], prefix);
    expect(opened).toEqual({
      ok: false,
      path: directory,
      message: `snapshot directory ${directory} belongs to user 0, not to user ${uid}`,
    });
  });

  it('a directory without write permission is reported', () => {
    const results = run([write(folder), write(join(folder, 'new'))], prefix);
    for (const result of results) {
      expect(result).toMatchObject({ ok: false, message: expect.stringContaining('EACCES') });
    }
    expect(fs.readdirSync(folder)).toEqual([]);
  });
});

describe('a process without a descriptor left', () => {
  const fewDescriptors = ['sh', '-c', 'ulimit -n 64; exec "$0" "$@"'];

  it('writes its snapshot with those kept in reserve, again and again', () => {
    const step = { ...write(folder), withReserve: true } as Step;
    const second = { ...step, name: name.replace('aaaaaaaa', 'bbbbbbbb') } as Step;
    const results = run([{ do: 'exhaust' }, step, second], fewDescriptors);
    expect(results.map(({ ok, durable }) => ({ ok, durable }))).toEqual([
      { ok: true, durable: undefined },
      { ok: true, durable: true },
      { ok: true, durable: true },
    ]);
  });

  it('says so without a reserve', () => {
    const [, result] = run([{ do: 'exhaust' }, write(folder)], fewDescriptors);
    expect(result).toMatchObject({ ok: false, message: expect.stringContaining('EMFILE') });
  });
});

describe('under the permission model', () => {
  const flag = process.allowedNodeEnvironmentFlags.has('--permission')
    ? '--permission'
    : '--experimental-permission';

  it('a snapshot is whole, only less durable', () => {
    const { stdout } = spawnSync(
      process.execPath,
      [
        flag,
        '--allow-fs-read=*',
        `--allow-fs-write=${folder}/*`,
        program,
        JSON.stringify([write(folder)]),
      ],
      { encoding: 'utf8' },
    );
    const [result] = JSON.parse(stdout) as StepResult[];
    expect(result).toMatchObject({ ok: true, path: join(folder, name) });
    expect(fs.statSync(join(folder, name))).toMatchObject({ size: 1000, mode: 0o100600 });
  });

  it('a directory that may not be written is reported', () => {
    const { stdout } = spawnSync(
      process.execPath,
      [flag, '--allow-fs-read=*', program, JSON.stringify([write(folder)])],
      { encoding: 'utf8' },
    );
    const [result] = JSON.parse(stdout) as StepResult[];
    expect(result).toMatchObject({ ok: false, message: expect.stringContaining('restricted') });
  });
});

describe('a process that is killed', () => {
  it('at any call leaves the file that was there, or the whole new one', () => {
    const target = join(folder, name);
    const outcomes = new Set<string>();
    for (let at = 1; ; at++) {
      fs.rmSync(folder, { recursive: true });
      fs.mkdirSync(folder);
      fs.writeFileSync(target, 'the first writing');
      const step: Step = { do: 'die', directory: folder, name, lengthBytes: 1000, at };
      const { signal, status } = spawnProgram([step]);
      const content = fs.readFileSync(target);
      const isOld = content.toString() === 'the first writing';
      expect(isOld || content.equals(Buffer.alloc(1000, 1))).toBe(true);
      const rest = fs.readdirSync(folder).filter((entry) => entry !== name);
      expect(rest.every((entry) => parseTemporaryFileName(entry) !== null)).toBe(true);
      outcomes.add(`${signal} ${isOld ? 'old' : 'new'}`);
      if (status === 0) break;
    }
    expect([...outcomes].sort()).toEqual(['SIGKILL new', 'SIGKILL old', 'null new']);
  });
});
