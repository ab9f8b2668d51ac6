// A program on a terminal of its own: script(1), which every Debian has, gives it one, and xterm's
// emulator makes of its output what a person would see.

import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import xterm from '@xterm/headless';
import { expect } from 'vitest';

export interface PtyOptions {
  /** Where the program runs, and where its terminal's name and its pid are noted. */
  readonly directory: string;
  readonly columns: number;
  readonly lines: number;
  readonly environment?: { readonly [name: string]: string };
}

export class Pty {
  readonly terminal: InstanceType<typeof xterm.Terminal>;
  /** All bytes that came, as text. */
  output = '';
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #directory: string;
  readonly #exit: Promise<unknown>;

  constructor(command: string, { directory, columns, lines, environment }: PtyOptions) {
    this.#directory = directory;
    this.terminal = new xterm.Terminal({ cols: columns, rows: lines, allowProposedApi: true });
    const inner = `stty rows ${lines} cols ${columns}; tty > tty; echo $$ > pid; exec ${command}`;
    this.#child = spawn('script', ['-qefc', `sh -c '${inner}'`, '/dev/null'], {
      cwd: directory,
      env: { PATH: process.env.PATH ?? '', TERM: 'xterm-256color', TZ: 'UTC', ...environment },
    });
    this.#exit = once(this.#child, 'close');
    this.#child.stdout.on('data', (bytes: Buffer) => {
      this.output += bytes.toString('latin1');
      this.terminal.write(bytes);
    });
  }

  type(text: string | Uint8Array): void {
    this.#child.stdin.write(text);
  }

  /** What stands on the screen, without blanks at line ends. */
  get text(): string {
    const { active } = this.terminal.buffer;
    return Array.from({ length: this.terminal.rows }, (_, line) =>
      (
        active.getLine(active.viewportY + line)?.translateToString(true, 0, this.terminal.cols) ??
        ''
      ).trimEnd(),
    ).join('\n');
  }

  async shows(pattern: RegExp): Promise<string> {
    await expect.poll(() => this.text, { timeout: 20_000 }).toMatch(pattern);
    return this.text;
  }

  resize(columns: number, lines: number): void {
    this.terminal.resize(columns, lines);
    const tty = readFileSync(join(this.#directory, 'tty'), 'utf8').trim();
    execFileSync('stty', ['-F', tty, 'rows', String(lines), 'cols', String(columns)]);
  }

  kill(signal: NodeJS.Signals): void {
    process.kill(Number(readFileSync(join(this.#directory, 'pid'), 'utf8')), signal);
  }

  /** Waits for the end and for all output; gives the exit code as script passes it on. */
  async ended(): Promise<number | null> {
    const [code] = (await this.#exit) as [number | null];
    await new Promise<void>((resolve) => this.terminal.write('', resolve));
    return code;
  }

  /** Leaves nothing running. */
  async close(): Promise<void> {
    if (this.#child.exitCode === null && existsSync(join(this.#directory, 'pid'))) {
      this.#child.kill('SIGKILL');
    }
    await this.#exit;
  }
}
