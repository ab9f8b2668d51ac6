// Black boxes of processes that were killed, and of one that lives: recovered, listed, shown.

import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runViewer } from './run-viewer.ts';

const PROGRAM = `
  import { getLogger, startRecorder } from 'ttlog';
  startRecorder({
    service: 'boxed', blackBox: 'mirrored', snapshots: { directory: process.argv[1] },
  });
  getLogger('app').warn('last words', { of: process.argv[2] });
  setInterval(() => {}, 1000);
  setTimeout(() => console.log('ready'), 200);`;

let root: string;
let directory: string;
let deadBox: string;
let dead: ChildProcess;
let living: ChildProcess;

/** A process with a black box in a directory of its own, which it says in its event. */
async function start(
  name: string,
  command: string[] = [],
): Promise<{ child: ChildProcess; box: string }> {
  const own = mkdtempSync(join(root, `${name}-`));
  const node = [process.execPath, '--input-type=module', '-e', PROGRAM, '--', own, name];
  const [file, ...args] = [...command, ...node];
  const child = spawn(file, args, {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  return { child, box: join(own, readdirSync(own)[0]) };
}

const run = (...words: string[]) =>
  runViewer(words, { cwd: directory, environment: { TTLOG_SNAPSHOT_DIR: directory } });
const names = () => readdirSync(directory).sort();

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'ttlog-view-boxes-'));
  const killed = await start('dead');
  const ended = new Promise((resolve) => killed.child.once('exit', resolve));
  killed.child.kill('SIGKILL');
  await ended;
  dead = killed.child;
  deadBox = killed.box;
  living = (await start('living')).child;
});

afterAll(() => {
  living.kill('SIGKILL');
  rmSync(root, { recursive: true });
});

let box: string;
let livingBox: string;
beforeEach(() => {
  directory = mkdtempSync(join(root, 'test-'));
  const own = readdirSync(root).find((name) => name.startsWith('living-')) as string;
  const [livingName] = readdirSync(join(root, own));
  box = deadBox.split('/').at(-1) as string;
  livingBox = livingName;
  copyFileSync(deadBox, join(directory, box));
  copyFileSync(join(root, own, livingName), join(directory, livingName));
});

describe('recover', () => {
  it('makes recordings of the dead, and leaves the living alone', () => {
    const { code, stdout, stderr } = run('recover');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\S+\/ttlog-boxed-\d+-\S+-process-died\.bin {2}1 event\n$/);
    expect(stderr).toMatch(
      /^ttlog-view: \S+ is the black box of process \d+, which may still live\n$/,
    );
    expect(names()).toEqual([livingBox, stdout.split(/[ /]/).at(-4)].sort());
    expect(run('recover').code).toBe(1);
  });

  it('takes files and directories, and tells as JSON', () => {
    const lines = run('recover', '.', '--json').stdout.trim().split('\n');
    const results = lines.map((line) => JSON.parse(line));
    expect(results.map(({ status }) => status).sort()).toEqual(['living', 'recovered']);
    expect(results.find(({ status }) => status === 'recovered')).toMatchObject({
      blackBox: expect.stringContaining(box),
      file: expect.stringMatching(/process-died\.bin$/),
      events: 1,
    });
    expect(run('recover', livingBox)).toMatchObject({ code: 1, stdout: '' });
  });

  it('has nothing to do without a black box, and fails for what is none', () => {
    for (const name of names()) rmSync(join(directory, name));
    expect(run('recover', '.')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'ttlog-view: .: no black boxes (*.ring) here\n',
    });
    expect(run('recover').stderr).toContain(`no black box in ${directory}`);
    writeFileSync(join(directory, 'notes.ring'), 'no black box');
    expect(run('recover', 'notes.ring')).toMatchObject({ code: 2, stdout: '' });
    expect(run('recover', 'missing.ring')).toMatchObject({ code: 2, stdout: '' });
    expect(names()).toEqual(['notes.ring']);
  });
});

describe('a black box', () => {
  it('is shown by cat and info, of a dead process and of a living one', () => {
    expect(run('cat', box)).toMatchObject({ code: 0, stderr: '' });
    expect(run('cat', box).stdout).toContain('last words of=dead');
    expect(run('cat', box).stdout).toContain('Process died without a goodbye');
    expect(run('cat', livingBox).stdout).toContain('last words of=living');
    expect(run('cat', livingBox).stdout).not.toContain('died');
    expect(run('info', box).stdout).toMatch(/^boxed\[\d+\]: Process died without a goodbye\n/);
    expect(JSON.parse(run('info', livingBox, '--json').stdout)).toMatchObject({
      reason: 'living',
      blackBox: { mode: 'mirrored' },
    });
    expect(names()).toEqual([box, livingBox].sort());
  });

  it('is listed with whether its process lives', () => {
    const rows = run('ls', '--json').stdout.trim().split('\n');
    const statuses = new Map(
      rows
        .map((row) => JSON.parse(row))
        .map(({ file, status }) => [file.split('/').at(-1), status]),
    );
    expect(statuses).toEqual(
      new Map([
        [box, 'dead'],
        [livingBox, 'living'],
      ]),
    );
  });

  it('of another host is counted by its name', async () => {
    const shell = 'hostname elsewhere && exec "$@"';
    const { child, box } = await start('foreign', ['unshare', '-u', '/bin/sh', '-c', shell, 'sh']);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    expect(run('ls').stdout).not.toContain('other hosts');
    expect(run('ls', directory, box).stdout).toContain(
      '\nBlack boxes of other hosts: 1 (elsewhere);',
    );
  });

  it('is not among the recordings of a directory, which is said', () => {
    const { code, stdout, stderr } = run('cat');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('but black boxes: ttlog-view recover');
  });
});

describe('--pid', () => {
  it('shows the newest that there is of a process', () => {
    expect(run('cat', '--pid', String(dead.pid)).stdout).toContain('last words of=dead');
    expect(run('info', '--pid', String(living.pid)).stdout).toContain(`boxed[${living.pid}]`);
    run('recover');
    expect(run('--pid', String(dead.pid)).stdout).toContain('last words of=dead');
  });

  it('is a number, of a process that left something, and stands alone', () => {
    expect(run('cat', '--pid', '4294967295')).toMatchObject({ code: 1, stdout: '' });
    expect(run('cat', '--pid', '4294967295').stderr).toContain(
      'no recording of process 4294967295',
    );
    expect(run('cat', '--pid', 'x').code).toBe(2);
    expect(run('cat', box, '--pid', String(dead.pid)).code).toBe(2);
  });
});
