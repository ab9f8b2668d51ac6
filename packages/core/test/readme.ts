// The READMEs as text, and a folder in which what they say can be tried: ttlog is installed, times
// are in UTC, and snapshots go to a temporary directory of its own.

import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';

export const ROOT: string = join(import.meta.dirname, '../../..');
export const CORE: string = join(ROOT, 'packages/core');
const VIEWER = join(ROOT, 'packages/viewer/dist/cli.js');

export const README: string = readFileSync(join(ROOT, 'README.md'), 'utf8');
export const VIEWER_README: string = readFileSync(join(ROOT, 'packages/viewer/README.md'), 'utf8');

/** The code of the fenced blocks of a language. */
export function blocks(readme: string, language: string): string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms');
  return [...readme.matchAll(fence)].map(([, code]) => code);
}

/** The cells of the first table below a heading. */
export function tableRows(heading: string): string[][] {
  const below = README.slice(README.indexOf(`\n${heading}\n`));
  const [, table] = /\n\|[-|]+\|\n((?:\|.*\n)+)/.exec(below)!;
  const cellsOf = (row: string): string[] => row.split('|').slice(1, -1);
  const rows = table.trim().split('\n').map(cellsOf);
  return rows.map((row) => row.map((cell) => cell.trim()));
}

export interface RunResult {
  /** Both streams as one. */
  readonly output: string;
  readonly status: number | null;
}

/** A folder with the programs of the README, in which its commands can be run. */
export class ReadmeFolder {
  readonly path: string = mkdtempSync(join(tmpdir(), 'ttlog-readme-'));
  readonly #temporary: string = join(this.path, 'tmp');

  constructor() {
    mkdirSync(this.#temporary);
    mkdirSync(join(this.path, 'node_modules/@types'), { recursive: true });
    symlinkSync(CORE, join(this.path, 'node_modules/ttlog'));
    const tracing = join(CORE, '../tracing');
    mkdirSync(join(this.path, 'node_modules/@ttlog'));
    symlinkSync(tracing, join(this.path, 'node_modules/@ttlog/tracing'));
    const api = 'node_modules/@opentelemetry';
    symlinkSync(join(tracing, api), join(this.path, api));
    for (const name of ['winston', '@logtape']) {
      symlinkSync(join(CORE, 'node_modules', name), join(this.path, 'node_modules', name));
    }
    const types = 'node_modules/@types/node';
    symlinkSync(join(ROOT, types), join(this.path, types));
    for (const code of blocks(README, 'js')) {
      const name = /^\/\/ (\S+\.mjs)$/m.exec(code)?.[1];
      if (name !== undefined) this.write(name, code);
    }
  }

  write(name: string, content: string | Uint8Array): string {
    const path = join(this.path, name);
    writeFileSync(path, content);
    return path;
  }

  /** Runs a command as it stands in a README. */
  run(command: string): RunResult {
    const local = command.replace(/^(npx )?ttlog-view/, `node ${VIEWER}`);
    const inherited = Object.entries(process.env).filter(
      ([name]) => !/^(TTLOG_|OTEL_|NODE_|npm_|FORCE_COLOR|NO_COLOR|VITEST)/.test(name),
    );
    const { stdout, status } = spawnSync('sh', ['-c', `${local} 2>&1`], {
      cwd: this.path,
      env: { ...Object.fromEntries(inherited), TZ: 'UTC', TMPDIR: this.#temporary },
      encoding: 'utf8',
    });
    return { output: stdout, status };
  }

  /** Compiles files as an application with strict settings would. */
  compile(paths: string[]): ts.Program {
    return ts.createProgram(paths, {
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      skipLibCheck: true,
      allowJs: true,
      checkJs: true,
      module: ts.ModuleKind.NodeNext,
      moduleResolution: ts.ModuleResolutionKind.NodeNext,
      target: ts.ScriptTarget.ES2022,
      types: ['node'],
      typeRoots: [join(this.path, 'node_modules/@types')],
    });
  }

  /** What the compiler has to say of a program; empty if nothing. */
  complaints(program: ts.Program): string {
    return ts.formatDiagnostics(ts.getPreEmitDiagnostics(program), {
      getCanonicalFileName: (name) => name,
      getCurrentDirectory: () => this.path,
      getNewLine: () => '\n',
    });
  }

  newestSnapshot(): string {
    const files = readdirSync(this.#temporary, { recursive: true, encoding: 'utf8' });
    const snapshots = files.filter((file) => file.endsWith('.bin')).sort();
    if (snapshots.length === 0) throw new Error(`no snapshot in ${this.#temporary}`);
    return join(this.#temporary, snapshots.at(-1)!);
  }
}

/** The same text for what differs from one run, machine or version of Node to the next. */
export function normalised(text: string): string {
  return text
    .replaceAll(/\S*\/(?=ttlog-payments-)/g, '')
    .replaceAll(/-\d+-\d{8}T\d{6}\.\d{3}Z-[a-z0-9]{8}-/g, '-')
    .replaceAll(/file:\/\/\S+\/(?=app\.mjs)/g, 'file://')
    .replaceAll(/\d{4}-\d\d-\d\d/g, 'DATE')
    .replaceAll(/\d\d:\d\d:\d\d\.\d+/g, 'TIME')
    .replaceAll(/T[-+]\S*\d\.\d{6}\b/g, 'OFFSET')
    .replaceAll(/[\d.,]+ (µs|ms|s|B|KiB|MiB)\b/g, 'QUANTITY')
    .replaceAll(/payments\[\d+\] on \S+,/g, 'payments[PID] on HOST,')
    .replaceAll(/payments\[\d+\]/g, 'payments[PID]')
    .replaceAll(/payments +\d+ /g, 'payments PID ')
    .replaceAll(/pid \d+, parent \d+, run [0-9a-f]{32}/g, 'pid PID, parent PID, run RUN')
    .replaceAll(/(host=|"host":"|^host +)[^\s",]+/gm, '$1HOST')
    .replaceAll(/(pid=|"pid":)\d+/g, '$1PID')
    .replaceAll(/v\d+\.\d+\.\d+, \S+ \S+/g, 'NODE')
    .replaceAll(/Node\.js v\S+/g, 'NODE')
    .replaceAll(/node:internal\/\S+(?=\))/g, 'node:internal')
    .replaceAll(/ {2,}/g, '  ')
    .trim();
}
