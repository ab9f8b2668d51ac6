// Two containers share a directory, and their processes have equal pids and start times, or see each
// other's times shifted: of one that dies the other is left alone. Time namespaces make it so.

import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRecording } from 'ttlog/reader';
import { afterAll, describe, expect, it } from 'vitest';
import { readIdentity } from '../../src/black-box/box-identity.ts';
import { HEADER_HEARTBEAT } from '../../src/memory/ring-layout.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');
/** Of a hundredth of a second each, since a boot that each container takes for its own. */
const START_TICKS = 471_147;
/** A start that took too long has missed its hundredth of a second. */
const MISSED = 99;
const MAX_STARTS = 100;

const root = fs.mkdtempSync(join(tmpdir(), 'ttlog-containers-'));
const directory = join(root, 'shared');
const running = new Set<Container>();
afterAll(() => {
  for (const { pid } of running) process.kill(pid, 'SIGKILL');
  fs.rmSync(root, { recursive: true });
});

interface Container {
  readonly pid: number;
  readonly ended: Promise<number | null>;
  readonly output: () => string;
  readonly acknowledged: () => number[];
}

const TWIN = join(FIXTURES, 'twin.mjs');

/** Runs a command that has a twin run, and `tells` its pid. */
async function run(command: readonly string[], tellsPid: boolean): Promise<Container> {
  const [file, ...args] = command;
  const child: ChildProcess = spawn(file, args, {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe', ...(tellsPid ? ['ipc' as const] : [])],
    env: { PATH: process.env.PATH, HEARTBEAT: String(HEADER_HEARTBEAT) },
  });
  const texts = [1, 3].map((descriptor) => {
    const text = { of: '' };
    child.stdio[descriptor]?.on('data', (chunk) => {
      text.of += chunk;
    });
    return text;
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const told = new Promise<number>((resolve) => child.once('message', resolve as never));
  return {
    pid: tellsPid ? await told : (child.pid as number),
    ended,
    output: () => texts[0].of,
    acknowledged: () => texts[1].of.trim().split('\n').map(Number),
  };
}

function startOnce(words: string): Promise<Container> {
  const container = [join(FIXTURES, 'container.cjs'), String(START_TICKS)];
  const program = [TWIN, String(START_TICKS), directory, words];
  return run([process.execPath, ...container, ...program], true);
}

async function start(words: string): Promise<Container> {
  for (let starts = 1; ; starts++) {
    const container = await startOnce(words);
    const hasMissed = container.ended.then((code) => code === MISSED);
    const isUp = until(() => container.output().includes('pid 1'));
    if (await Promise.race([hasMissed, isUp.then(() => false)])) {
      if (starts < MAX_STARTS) continue;
      throw new Error('it never started at its time');
    }
    running.add(container);
    return container;
  }
}

async function kill(container: Container): Promise<void> {
  running.delete(container);
  process.kill(container.pid, 'SIGKILL');
  await container.ended;
}

async function until(isReached: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !isReached(); i++) await after(50);
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

describe.concurrent('containers that share a directory', () => {
  it('leave each other’s living process alone, with equal pids and start times', async () => {
    const living = await start('I live');
    const dying = await start('I die');
    // Held, so that the observer's namespace does not get its number.
    const namespace = fs.openSync(`/proc/${dying.pid}/ns/pid`, 'r');
    await kill(dying);
    // Of equal pids, what started within a second of the other might be an earlier recorder of it.
    await after(1000);
    const observer = await start('I look');
    await until(() => observer.output().includes('recovered'));
    expect(observer.output()).toContain('recovered');
    // Longer than a silence takes to be noticed.
    await after(3000);
    const names = fs.readdirSync(directory);
    const boxes = names.filter((name) => name.endsWith('.ring'));
    for (const name of boxes) {
      const identity = readIdentity(fs.readFileSync(join(directory, name)));
      expect(identity).toMatchObject({ pid: 1, startTicks: START_TICKS });
    }
    expect(boxes).toHaveLength(2);
    expect(names.filter((name) => name.endsWith('.bin'))).toHaveLength(1);
    await Promise.all([kill(living), kill(observer)]);
    fs.closeSync(namespace);
    expect([living.output(), dying.output()]).toEqual(['pid 1\n', 'pid 1\n']);
    const left = new Map<string, unknown[]>();
    for (const name of names.filter((name) => /\.(bin|ring)$/.test(name))) {
      const events = [...openRecording(join(directory, name)).events()];
      const numbers = events.map(({ fields }) => fields.n);
      left.set(events[0].message, numbers);
    }
    // Killed in the middle of a call, a process may have said one thing more than it told.
    for (const [words, container] of Object.entries({
      'I live': living,
      'I die': dying,
      'I look': observer,
    })) {
      const told = container.acknowledged();
      expect(told.length).toBeGreaterThan(0);
      expect(left.get(words)?.slice(0, told.length)).toEqual(told);
      expect(left.get(words)!.length - told.length).toBeLessThanOrEqual(1);
    }
  });

  it('leave each other’s living process alone, where the one sees the other’s start time shifted', async () => {
    const common = join(root, 'common');
    const twin = [process.execPath, TWIN, 'any', common];
    const shifted = ['unshare', '--time', '--boottime', '1000', '--fork', '--kill-child'];
    const living = await run([...twin, 'I live'], false);
    running.add(living);
    await until(() => living.output().includes('pid'));
    const observer = await run([...shifted, ...twin, 'I look'], false);
    running.add(observer);
    await until(() => observer.output().includes('pid'));
    await after(4000);
    const names = fs.readdirSync(common);
    expect(names.map((name) => name.split('.').at(-1))).toEqual(['ring', 'ring']);
    await Promise.all([kill(living), kill(observer)]);
    expect(living.output() + observer.output()).toMatch(/^pid \d+\npid \d+\n$/);
  });
});
