// Runs programs as a shell would, with files for their streams, and measures them as a whole:
// their time, the time to their first output, their memory.

import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { defaultEnvironment } from './run-case.ts';
import { temporaryFile } from './temporary.ts';

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  /** What it reads from standard input; nothing where it is not given. */
  readonly stdinPath?: string;
}

export interface Ran {
  readonly seconds: number;
  /** All that it wrote to standard output. */
  readonly output: Buffer;
}

/** The build of the viewer that stands beside the one of the benchmarks. */
const VIEWER = fileURLToPath(new URL('../../packages/viewer/dist/cli.js', import.meta.url));
const PEAK_RSS = fileURLToPath(new URL('./peak-rss.js', import.meta.url));
/** Whatever ends within has succeeded: grep ends so where nothing matches. */
const HIGHEST_STATUS = 1;

/** A program of `programs/` in a process of its own. */
export function nodeProgram(name: string): Command {
  return command([fileURLToPath(new URL(`./${name}.js`, import.meta.url))]);
}

export function viewer(...args: string[]): Command {
  return command([VIEWER, ...args]);
}

function command(args: readonly string[]): Command {
  return { program: process.execPath, args };
}

/** Whether there is such a program on this machine. */
export function isInstalled(program: string): boolean {
  return spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
}

/** Runs to the end. Throws where that is no good one. */
export function run({ program, args, stdinPath }: Command): Ran {
  const outputPath = temporaryFile('output');
  const stdin = stdinPath === undefined ? 'ignore' : openSync(stdinPath, 'r');
  const stdout = openSync(outputPath, 'w');
  const startedMs = performance.now();
  const { status, stderr, error } = spawnSync(program, args, {
    stdio: [stdin, stdout, 'pipe'],
    env: { ...defaultEnvironment(), TERM: 'dumb' },
  });
  const seconds = (performance.now() - startedMs) / 1000;
  closeSync(stdout);
  if (typeof stdin === 'number') closeSync(stdin);
  if (error !== undefined || status === null || status > HIGHEST_STATUS) {
    throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr.toString()}`);
  }
  return { seconds, output: readFileSync(outputPath) };
}

/** Milliseconds from the start of the process to the first byte of its output; then it is killed. */
export async function firstOutputMs({ program, args }: Command): Promise<number> {
  const startedMs = performance.now();
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: defaultEnvironment(),
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const outputMs = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.stdout.once('data', () => resolve(performance.now() - startedMs));
    child.on('close', () => reject(new Error(`${program} ${args.join(' ')} wrote nothing`)));
  });
  child.kill('SIGKILL');
  await ended;
  return outputMs;
}

/** A Node process that tells its largest resident memory when it ends. */
export interface WeighedCommand extends Command {
  readonly environment: { readonly [name: string]: string };
  /** Of the process, once it has ended; in bytes. */
  peakRssBytes(): number;
}

export function weighed({ program, args }: Command): WeighedCommand {
  const resultPath = temporaryFile('peak-rss');
  return {
    program,
    args: ['--import', PEAK_RSS, ...args],
    environment: { BENCHMARK_PEAK_RSS: resultPath },
    peakRssBytes: () => Number(readFileSync(resultPath, 'utf8')),
  };
}

/** Largest resident memory of a Node process, in bytes. */
export function peakRssBytes(command: Command): number {
  const { program, args, environment, peakRssBytes: result } = weighed(command);
  const { status, stderr } = spawnSync(program, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...defaultEnvironment(), ...environment },
  });
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr.toString()}`);
  return result();
}
