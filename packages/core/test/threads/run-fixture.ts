// Runs a program of this folder against `dist` in a process of its own, with a folder for its
// snapshots, and gives back what it printed: one JSON value a line.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Set to run everything many times longer. */
export const IS_LONG: boolean = process.env.TTLOG_TEST_LONG !== undefined;

/** A program that hangs is ended, so that its test fails and not the whole run. */
const HANG_MS = IS_LONG ? 3_600_000 : 170_000;

const root = fs.mkdtempSync(join(tmpdir(), 'ttlog-threads-'));
process.once('exit', () => fs.rmSync(root, { recursive: true, force: true }));

export interface FixtureEnding {
  /** Where its snapshots are. */
  readonly directory: string;
  readonly code: number | null;
  readonly lines: unknown[];
  readonly stderr: string;
}

/** `settings` reach the program as JSON in its first argument. */
export function runFixture(
  name: string,
  settings: { readonly [name: string]: unknown } = {},
  hangMs: number = HANG_MS,
): Promise<FixtureEnding> {
  const directory = fs.mkdtempSync(join(root, 'run-'));
  const fixture = join(import.meta.dirname, 'fixtures', name);
  const child = spawn(process.execPath, [fixture, JSON.stringify(settings)], {
    env: { PATH: process.env.PATH, TTLOG_SNAPSHOT_DIR: directory },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const hang = setTimeout(() => child.kill('SIGKILL'), hangMs);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(hang);
      try {
        const lines = stdout.split('\n').filter((line) => line !== '');
        resolve({
          directory,
          code,
          stderr,
          lines: lines.map((line) => JSON.parse(line) as unknown),
        });
      } catch (error) {
        reject(new Error(`${name} printed no JSON: ${stdout}${stderr}`, { cause: error }));
      }
    });
  });
}

/** Of a program that has to end by itself: what it printed. */
export async function linesOf<Line>(
  name: string,
  settings: { readonly [name: string]: unknown } = {},
  hangMs: number = HANG_MS,
): Promise<Line[]> {
  const { code, stderr, lines } = await runFixture(name, settings, hangMs);
  if (code !== 0 || stderr !== '') throw new Error(`${name} ended with ${code}: ${stderr}`);
  return lines as Line[];
}
