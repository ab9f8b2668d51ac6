// Runs a built example in a process of its own, with a snapshot directory of its own.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRecording, type RecordedEvent, type Recording } from 'ttlog/reader';
import { onTestFinished } from 'vitest';

const DIST = join(import.meta.dirname, '../dist');

export interface Run {
  readonly process: ChildProcess;
  readonly directory: string;
  /** What it has printed so far. */
  readonly output: { stdout: string; stderr: string };
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
  /** The snapshots that it has left, by the part of their file names that tells why. */
  recordings(reason: string): Recording[];
}

/** Starts `dist/<path>`; whatever is left of it goes with the test. */
export function runExample(
  path: string,
  words: string[] = [],
  environment: NodeJS.ProcessEnv = {},
): Run {
  const directory = mkdtempSync(join(tmpdir(), 'ttlog-example-'));
  const child = spawn(process.execPath, [join(DIST, path), ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...cleanEnvironment(), TTLOG_SNAPSHOT_DIR: directory, ...environment },
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.on('close', (code, signal) => resolve({ code, signal })).on('error', reject);
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
    rmSync(directory, { recursive: true, force: true });
  });
  return { process: child, directory, output, ended, recordings };

  function recordings(reason: string): Recording[] {
    const names = readdirSync(directory).filter((name) => name.endsWith(`-${reason}.bin`));
    return names.sort().map((name) => openRecording(join(directory, name)));
  }
}

/** The environment without what would configure the recorder or Node. */
export function cleanEnvironment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(TTLOG_|OTEL_|NODE_|FORCE_COLOR|NO_COLOR|PORT$|npm_|VITEST)/.test(name),
  );
  return Object.fromEntries(inherited);
}

/** `level message {fields}` of each event of a thread, or of all. */
export function lines(recording: Recording, thread?: number): string[] {
  const events = [...recording.events(thread === undefined ? {} : { thread })];
  return events.map(lineOf);
}

function lineOf({ level, message, fields }: RecordedEvent): string {
  return `${level} ${message} ${JSON.stringify(fields)}`;
}
