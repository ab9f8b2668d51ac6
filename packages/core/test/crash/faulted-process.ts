// A process of `fixtures/faulted.mjs`: told what to do while a system call of it fails, and what it
// has to find and to leave in its directory.

import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRecording } from 'ttlog/reader';
import { expect } from 'vitest';
import { snapshotFileName } from '../../src/snapshot/file-name.ts';
import { Tracer } from './fault-injection.ts';
import { DIST, messagesOf } from './run-program.ts';

export const SERVICE = 'faulted';
export const BOX: string = `ttlog-${SERVICE}-1-20260101T000000.000Z-aaaaaaaa.ring`;
const FIXTURE = join(import.meta.dirname, 'fixtures/faulted.mjs');
/** A process that hangs is ended, so that its test fails and not the whole run. */
const ANSWER_MS = 20_000;

export const root: string = fs.mkdtempSync(join(tmpdir(), 'ttlog-faults-'));
process.once('exit', () => fs.rmSync(root, { recursive: true, force: true }));
const startedAtMs = Date.now();
let folders = 0;

export interface Deed {
  readonly name: 'snapshot' | 'recover' | 'crash';
  /** Brings the directory into the state in which it is done. */
  readonly prepare: (directory: string) => void;
  /** What each new recording has to hold. */
  readonly message: string;
}

export const SNAPSHOT: Deed = {
  name: 'snapshot',
  prepare: withSnapshots,
  message: 'first words',
};
export const CRASH: Deed = { name: 'crash', prepare: withSnapshots, message: 'first words' };
export const RECOVERY: Deed = { name: 'recover', prepare: withBox, message: 'boxed' };

/** Two older snapshots, of which the older one goes once the new one is safe. */
function withSnapshots(directory: string): void {
  fs.rmSync(directory, { recursive: true, force: true });
  fs.mkdirSync(directory);
  for (const [agoMs, random8] of [
    [2000, 'aaaaaaaa'],
    [1000, 'bbbbbbbb'],
  ] as const) {
    const atMs = startedAtMs - agoMs;
    const name = snapshotFileName({ service: SERVICE, pid: 1, atMs, random8, reason: 'older' });
    fs.writeFileSync(join(directory, name), `whole ${random8}`);
  }
}

let boxBytes: Buffer | null = null;

/** Beside them the black box of a process that was killed. */
export function withBox(directory: string): void {
  withSnapshots(directory);
  if (boxBytes === null) throw new Error('makeBox comes first');
  fs.writeFileSync(join(directory, BOX), boxBytes);
}

/** Kills a process, and keeps its black box for `withBox`. */
export async function makeBox(): Promise<void> {
  const directory = join(root, 'box');
  const options = {
    service: SERVICE,
    blackBox: 'mirrored',
    memory: { bytes: 1 << 20, segmentBytes: 16_384 },
    snapshots: { directory },
  };
  const source = `import { getLogger, startRecorder } from ${JSON.stringify(join(DIST, 'index.js'))};
    startRecorder(${JSON.stringify(options)});
    getLogger('box').warn('boxed');
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), 300);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source]);
  await new Promise((resolve) => child.once('close', resolve));
  const [name] = fs.readdirSync(directory);
  boxBytes = fs.readFileSync(join(directory, name));
}

/** Contents by final name. */
export function finalFiles(directory: string): Map<string, string> {
  const names = fs.readdirSync(directory).filter((name) => /^ttlog-.*\.bin$/.test(name));
  return new Map(names.map((name) => [name, fs.readFileSync(join(directory, name), 'latin1')]));
}

/** What must hold in the directory whatever happened. Returns the new snapshots. */
export function expectWholeFiles(
  directory: string,
  before: Map<string, string>,
  deed: Deed,
): string[] {
  const after = finalFiles(directory);
  const added = [...after.keys()].filter((name) => !before.has(name));
  for (const name of added) {
    const recording = openRecording(join(directory, name));
    expect(recording.damage).toEqual([]);
    expect(messagesOf(recording)).toContain(deed.message);
  }
  const [oldest, previous] = [...before.keys()].sort();
  expect(after.get(previous)).toBe(before.get(previous));
  // Retention takes the oldest, but not before there is another.
  if (after.has(oldest)) expect(after.get(oldest)).toBe(before.get(oldest));
  else expect(added).toHaveLength(1);
  if (deed === RECOVERY && added.length === 0) {
    const box = fs.readdirSync(directory).find((name) => name.startsWith(BOX));
    expect(messagesOf(openRecording(join(directory, box ?? 'no box')))).toContain('boxed');
  }
  return added;
}

export interface Answer {
  readonly path: string | null;
  readonly error?: string;
  readonly errors?: string[];
}

/** A process that waits to be told what to do. */
export class Subject {
  readonly folder: string;
  readonly directory: string;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stderr: string }>;
  readonly #child: ChildProcess;
  #answers: string[] = [];
  #wake: () => void = () => {};

  constructor() {
    this.folder = join(root, String(folders++));
    this.directory = join(this.folder, 'snapshots');
    fs.mkdirSync(this.directory, { recursive: true });
    const args = [FIXTURE, this.directory, SERVICE];
    const stdio = ['ignore', 'pipe', 'pipe', 'ipc'] as const;
    const child = spawn(process.execPath, args, { stdio: [...stdio] });
    this.#child = child;
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      this.#answers.push(...lines);
      this.#wake();
    });
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk;
    });
    this.ended = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        this.#wake();
        resolve({ code, signal, stderr });
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The next answer; null where the process ends first. */
  async answer(): Promise<Answer | null> {
    const child = this.#child;
    const timer = setTimeout(() => child.kill('SIGKILL'), ANSWER_MS);
    const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
    while (this.#answers.length === 0 && !hasEnded()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    clearTimeout(timer);
    const line = this.#answers.shift();
    return line === undefined ? null : (JSON.parse(line) as Answer);
  }

  /** Has something done while `injection` is in force. */
  async told(
    deed: Deed,
    injection?: string,
  ): Promise<{ answer: Answer | null; calls: string[]; before: Map<string, string> }> {
    deed.prepare(this.directory);
    const before = finalFiles(this.directory);
    const tracer = await Tracer.attach(this.pid, join(this.folder, 'calls'), injection);
    this.#child.send({ deed: deed.name, path: join(this.directory, BOX) });
    const answer = await this.answer();
    if (deed.name === 'crash') await this.ended;
    return { answer, calls: await tracer.detach(), before };
  }

  async end(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}
