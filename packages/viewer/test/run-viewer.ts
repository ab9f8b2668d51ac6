// Runs the built program as a process of its own, with an environment that tests control.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export const CLI: string = fileURLToPath(new URL('../dist/cli.js', import.meta.url));

export interface RunOptions {
  cwd?: string;
  environment?: { [name: string]: string };
  input?: Uint8Array;
}

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
  /** Of standard output, as it came. */
  bytes: Uint8Array;
}

export function runViewer(words: readonly string[], options: RunOptions = {}): Finished {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...words], {
    cwd: options.cwd,
    env: environment(options),
    input: options.input ?? '',
    maxBuffer: 1 << 30,
  });
  return { code: status, stdout: stdout.toString(), stderr: stderr.toString(), bytes: stdout };
}

/** Starts the program and does something when its first output arrives. */
export async function interruptViewer(
  words: readonly string[],
  atFirstOutput: (child: ReturnType<typeof spawn>) => void,
): Promise<{ code: number | null; signal: NodeJS.Signals | null; stderr: string }> {
  const child = spawn(process.execPath, [CLI, ...words], {
    env: environment({}),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdout.once('data', () => atFirstOutput(child));
  const [code, signal] = await once(child, 'exit');
  return { code, signal, stderr };
}

function environment({ environment: given }: RunOptions): { [name: string]: string } {
  return { PATH: process.env.PATH ?? '', TZ: 'UTC', ...given };
}
