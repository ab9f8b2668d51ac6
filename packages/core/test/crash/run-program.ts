// Runs a small program that dies in some way, with ttlog and beside it without, and tells how each
// of them ended and what the first one left behind.

import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { openRecording, type Recording } from 'ttlog/reader';
import { afterAll, expect } from 'vitest';

export const DIST: string = join(import.meta.dirname, '../../dist');

/** For a program: goes on once `condition` holds, or, so that its test fails, after a long while. */
export function until(condition: string): string {
  return `
    for (const ends = Date.now() + 20_000; !(${condition}) && Date.now() < ends; ) {
      await new Promise((go) => setTimeout(go, 5));
    }`;
}

/** For a program: goes on once the recorder thread is there and watches, which it does before it answers. */
export const untilRecorderThread = `await recorder.capture();
  await new Promise((go) => setTimeout(go, 100));`;

/** What a program imports as `ttlog`, by the kind of its module. */
interface Subject {
  readonly esm: string;
  readonly commonJs: string;
}

const TTLOG: Subject = { esm: join(DIST, 'index.js'), commonJs: join(DIST, 'index.cjs') };
const CONTROL_FILE = join(import.meta.dirname, 'fixtures/control.cjs');
const CONTROL: Subject = { esm: CONTROL_FILE, commonJs: CONTROL_FILE };

/** Enough to keep two cores busy, of which other test files want a share. */
const MAX_PROCESSES = 2;
/** A program that hangs is ended, so that its test fails and not the whole run. */
const HANG_MS = 30_000;

export interface ProgramOptions {
  /** The program is CommonJS and no ES module. */
  readonly commonJs?: boolean;
  /** Flags for Node. */
  readonly flags?: readonly string[];
  readonly env?: { readonly [name: string]: string };
  /** The same, where the program runs with ttlog. */
  readonly envOfTtlog?: { readonly [name: string]: string };
  /** The snapshot directory is a file system of its own in memory, mounted with these options. */
  readonly disk?: string;
  /** The program may write to descriptor 3, a pipe that is read here. */
  readonly acknowledges?: boolean;
  /** Leaves frames inside Node out of stderr, where a listener more or a race moves them. */
  readonly ignoreInternalFrames?: boolean;
  /** What of stderr is compared, where it holds figures that differ from run to run. */
  readonly comparedStderr?: (stderr: string) => string;
  /** A shell command in which `"$@"` stands for the program. */
  readonly shell?: string;
  /** The program does next to nothing but wait, and so may run beside many. */
  readonly isIdle?: boolean;
  /** Signals to send, each so long after the program has written `ready` to stdout. */
  readonly signals?: readonly Sending[];
}

export interface Sending {
  readonly signal: NodeJS.Signals;
  readonly afterMs: number;
  /** And so long after its first snapshot, where the program runs with ttlog. */
  readonly awaitsSnapshot?: boolean;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Outcome extends Ending {
  /** What the program wrote to descriptor 3. */
  readonly acknowledged: string;
  /** The folder of the program, where it may leave files. */
  readonly folder: string;
  /** From the program's start to its end. */
  readonly durationMs: number;
  /** Names in the snapshot directory, of finished files and others. */
  readonly files: string[];
  /** The snapshots, the oldest first; each whole, or the test fails. */
  readonly recordings: Recording[];
}

const root = fs.mkdtempSync(join(tmpdir(), 'ttlog-crash-'));
const mounts: string[] = [];
// A process of vitest's ends without 'exit'.
afterAll(() => {
  for (const mount of mounts) execFileSync('umount', [mount]);
  fs.rmSync(root, { recursive: true, force: true });
});
// Users without any rights run programs, too.
fs.chmodSync(root, 0o711);
let folderCount = 0;
let processCount = 0;
const waiting: (() => void)[] = [];

/**
 * Runs the program with ttlog and without, and expects both to end alike: exit code, terminating
 * signal, stdout and stderr. Only paths and process ids may differ.
 */
export async function runBeside(source: string, options: ProgramOptions = {}): Promise<Outcome> {
  const [outcome, control] = await Promise.all([
    runProgram(source, options),
    runControl(source, options),
  ]);
  expectSameEnding(outcome, control, options);
  return outcome;
}

/** Runs the program without ttlog. */
export function runControl(source: string, options: ProgramOptions = {}): Promise<Outcome> {
  return run(source, options, CONTROL);
}

export function expectSameEnding(
  outcome: Outcome,
  control: Outcome,
  options: ProgramOptions = {},
): void {
  const { comparedStderr = (text) => text, ignoreInternalFrames } = options;
  const compared = ignoreInternalFrames ? withoutInternalFrames : comparedStderr;
  expect(endingOf(outcome, compared)).toEqual(endingOf(control, compared));
}

/** Runs the program with ttlog. What it needs of ttlog and of worker_threads is imported. */
export function runProgram(source: string, options: ProgramOptions = {}): Promise<Outcome> {
  return run(source, options, TTLOG);
}

/** Of what the program printed as JSON in its last line. */
export function printed(outcome: Outcome): never {
  expect(outcome.stderr).toBe('');
  return JSON.parse(outcome.stdout.trim().split('\n').at(-1) ?? '') as never;
}

export function messagesOf(recording: Recording): string[] {
  return [...recording.events()].map((event) => event.message);
}

function endingOf(ending: Ending, compared: (stderr: string) => string): Ending {
  const { code, signal, stdout, stderr } = ending;
  // Whether Node tells of a worker's error before its end or at it is a race.
  // The last frame may have the brace that opens the error's properties.
  const unraced = stderr.replace(
    /\n +at (?:\[kOnExit\]|Worker\.<computed>\.onexit) [^\n]*?( \{)?(?=\n)/g,
    '$1',
  );
  return { code, signal, stdout, stderr: compared(unraced) };
}

/** Only where a pid is printed as such: the same digits may stand in any other number. */
function withoutPid(stderr: string, pid: number | undefined): string {
  return stderr.replace(new RegExp(`(?<=\\(node:|^\\[|"pid":)${pid}(?!\\d)`, 'gm'), '<pid>');
}

function withoutInternalFrames(stderr: string): string {
  return stderr.replace(/^ +at .*\bnode:internal.*\n|^ +at .*\(node:events:.*\n/gm, '');
}

async function run(source: string, options: ProgramOptions, subject: Subject): Promise<Outcome> {
  if (options.isIdle) return runInFolder(source, options, subject);
  await freePlace();
  try {
    return await runInFolder(source, options, subject);
  } finally {
    processCount--;
    waiting.shift()?.();
  }
}

async function freePlace(): Promise<void> {
  while (processCount >= MAX_PROCESSES) {
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
    });
  }
  processCount++;
}

async function runInFolder(
  source: string,
  options: ProgramOptions,
  subject: Subject,
): Promise<Outcome> {
  const folder = join(root, String(folderCount++));
  const snapshots = join(folder, 'snapshots');
  fs.mkdirSync(folder);
  if (options.disk !== undefined) mountDisk(snapshots, options.disk);
  const program = writeProgram(folder, source, options.commonJs ?? false, subject);
  const command = [process.execPath, ...(options.flags ?? []), program];
  const shell = options.shell === undefined ? [] : ['/bin/sh', '-c', options.shell, 'sh'];
  const [file, ...args] = [...shell, ...command];
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    TTLOG_SNAPSHOT_DIR: snapshots,
    ...options.env,
    ...(subject === TTLOG ? options.envOfTtlog : {}),
  };
  const startedMs = performance.now();
  const child = spawn(file, args, {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe', options.acknowledges ? 'pipe' : 'ignore'],
  });
  let acknowledged = '';
  (child.stdio[3] as Readable | null)?.setEncoding('utf8').on('data', (text: string) => {
    acknowledged += text;
  });
  const hang = setTimeout(() => child.kill('SIGKILL'), HANG_MS);
  const [ending, durationMs] = await new Promise<[Ending, number]>((resolve, reject) => {
    let [stdout, stderr, isReady] = ['', '', false];
    let durationMs = 0;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (isReady || !stdout.includes('ready\n')) return;
      isReady = true;
      for (const { signal, afterMs, awaitsSnapshot } of options.signals ?? []) {
        const isReached = () => !awaitsSnapshot || subject === CONTROL || hasSnapshot(snapshots);
        const send = () => {
          if (isReached()) setTimeout(() => child.kill(signal), afterMs);
          else if (child.exitCode === null && child.signalCode === null) setTimeout(send, 20);
        };
        send();
      }
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.once('error', reject);
    child.once('exit', () => {
      durationMs = performance.now() - startedMs;
    });
    child.once('close', (code, signal) => {
      const plain = (text: string) => text.replaceAll(folder, '<folder>');
      const errors = withoutPid(plain(stderr), child.pid);
      resolve([{ code, signal, stdout: plain(stdout), stderr: errors }, durationMs]);
    });
  });
  clearTimeout(hang);
  const files = fs.existsSync(snapshots) ? fs.readdirSync(snapshots).sort() : [];
  return {
    ...ending,
    acknowledged,
    folder,
    durationMs,
    files,
    get recordings() {
      const finished = files.filter((name) => name.endsWith('.bin'));
      const recordings = finished.map((name) => openRecording(join(snapshots, name)));
      for (const { damage } of recordings) expect(damage).toEqual([]);
      return recordings.sort((a, b) => a.header.takenAtMs - b.header.takenAtMs);
    },
  };
}

function hasSnapshot(directory: string): boolean {
  return (
    fs.existsSync(directory) && fs.readdirSync(directory).some((name) => /^t.*\.bin$/.test(name))
  );
}

function mountDisk(directory: string, options: string): void {
  fs.mkdirSync(directory);
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', directory]);
  mounts.push(directory);
}

/** Both runs have the same lines in the same places, so that stack traces are alike. */
function writeProgram(
  folder: string,
  source: string,
  isCommonJs: boolean,
  subject: Subject,
): string {
  const names = '{ getLogger, startRecorder, withContext }';
  const threadNames = '{ isMainThread, parentPort, threadId, Worker, workerData }';
  const program = join(folder, isCommonJs ? 'program.cjs' : 'program.mjs');
  if (isCommonJs) {
    fs.writeFileSync(join(folder, 'ttlog.cjs'), `module.exports = require('${subject.commonJs}');`);
    fs.writeFileSync(
      program,
      `const ${names} = require('./ttlog.cjs');\nconst ${threadNames} = require('node:worker_threads');\n${source}`,
    );
  } else {
    const url = pathToFileURL(subject.esm);
    fs.writeFileSync(join(folder, 'ttlog.mjs'), `export * from '${url}';\n`);
    fs.writeFileSync(
      program,
      `import ${names} from './ttlog.mjs';\nimport ${threadNames} from 'node:worker_threads';\n${source}`,
    );
  }
  return program;
}
