// Runs one case in a child process, with its standard output in a file and nothing of the
// caller's environment that would change ttlog's defaults.

import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Case, CaseResult, Plan } from './case.ts';
import { temporaryFile } from './temporary.ts';

const CASE_PROCESS = fileURLToPath(new URL('./case-process.js', import.meta.url));
const STDERR_BYTES = 4096;

export async function runCase(
  name: string,
  { what, nodeFlags = [] }: Case,
  plan: Plan,
  moreFlags: readonly string[] = [],
): Promise<CaseResult> {
  const stdoutPath = temporaryFile('stdout');
  const stdout = openSync(stdoutPath, 'w');
  const flags = ['--expose-gc', ...nodeFlags, ...moreFlags];
  const child = spawn(process.execPath, [...flags, CASE_PROCESS, name, JSON.stringify(plan)], {
    stdio: ['ignore', stdout, 'pipe', 'ipc'],
    env: { ...defaultEnvironment(), BENCHMARK_STDOUT: stdoutPath },
  });
  let result: CaseResult | null = null;
  let stderr = '';
  child.on('message', (message) => {
    result = message as CaseResult;
  });
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_BYTES);
  });
  const death = await new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  closeSync(stdout);
  const failed = { name, what, figures: [], stored: null, seconds: 0 };
  return result ?? { ...failed, error: `no result, ${death}: ${stderr.trim()}` };
}

/** Without what would set ttlog's options: default options are part of a figure's meaning. */
export function defaultEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env);
  return Object.fromEntries(entries.filter(([name]) => !name.startsWith('TTLOG_')));
}
