// Puts ttlog and its peers through the same deaths and prints what each of them kept. With --write
// the table goes into the README. Figures of speed are no business of this program.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openRecording, recoverBlackBox } from 'ttlog/reader';
import { writeReadmeBlock } from '../report/readme-block.ts';
import { installPeers, peerVersions } from '../runner/peers.ts';
import { type Kept, matrixTable } from './matrix-table.ts';

const PROGRAM = fileURLToPath(new URL('death.js', import.meta.url));
/** For whoever loops or waits for ever. */
const KILL_AFTER_MS = 300;

/** Of what is installed beside them the other benchmarks make use. */
const PEERS = /^(@logtape\/.*|pino|winston)$/;
const LOGGERS = ['ttlog', 'pino, synchronous', 'pino, asynchronous', 'winston', 'LogTape'];
const DEATHS: { readonly name: string; readonly label: string; readonly flags?: string[] }[] = [
  { name: 'throw', label: 'uncaught exception' },
  { name: 'reject', label: 'unhandled rejection' },
  { name: 'overflow', label: 'stack overflow' },
  { name: 'worker throw', label: 'uncaught exception in a worker' },
  { name: 'worker heap', label: 'a worker out of heap' },
  { name: 'worker terminate', label: '`worker.terminate()`, then `process.exit(3)`' },
  { name: 'exit', label: '`process.exit(3)`' },
  { name: 'exit 0', label: '`process.exit(0)`' },
  { name: 'sigterm', label: 'SIGTERM' },
  { name: 'sigint', label: 'SIGINT' },
  { name: 'sighup', label: 'SIGHUP' },
  { name: 'sigquit', label: 'SIGQUIT' },
  { name: 'sigkill', label: 'SIGKILL' },
  { name: 'segv', label: 'native fault' },
  { name: 'abort', label: '`process.abort()`' },
  { name: 'heap', label: 'V8 out of heap', flags: ['--max-old-space-size=32'] },
  { name: 'loop', label: 'endless loop, then SIGKILL' },
  { name: 'wait', label: '`Atomics.wait` for ever, then SIGKILL' },
];
const HANGS = ['loop', 'wait'];

interface Ending {
  readonly acknowledged: number;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const root = fs.mkdtempSync(join(tmpdir(), 'ttlog-deaths-'));

async function main(): Promise<void> {
  const problem = installPeers();
  if (problem !== null) throw new Error(problem);
  const rows: { label: string; kept: Kept[] }[] = [];
  for (const death of DEATHS) {
    const control = await die('none', death);
    const kept: Kept[] = [];
    for (const logger of LOGGERS) {
      const directory = fs.mkdtempSync(join(root, 'run-'));
      const ending = await die(logger, death, directory);
      const numbers = logger === 'ttlog' ? recorded(directory) : linesIn(directory);
      const endsAlike = ending.code === control.code && ending.signal === control.signal;
      kept.push({ acknowledged: ending.acknowledged, numbers, endsAlike });
    }
    rows.push({ label: death.label, kept });
  }
  const table = matrixTable(LOGGERS, rows);
  process.stdout.write(`${table}\n${versions()}\n`);
  if (process.argv.includes('--write')) writeReadmeBlock('deaths', `${table}\n${versions()}.`);
}

/** Runs the program to its end. */
function die(logger: string, death: (typeof DEATHS)[number], directory = root): Promise<Ending> {
  const args = [...(death.flags ?? []), PROGRAM, logger, death.name, directory];
  // Without core files, which some of these deaths leave.
  const child = spawn(
    '/bin/sh',
    ['-c', 'ulimit -c 0; exec "$@"', 'sh', process.execPath, ...args],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
    },
  );
  let text = '';
  let last = 0;
  child.stdio[3]?.on('data', (chunk) => {
    text += chunk;
    last = Number(text.trimEnd().split('\n').at(-1));
    if (HANGS.includes(death.name) && last === 2000) {
      setTimeout(() => child.kill('SIGKILL'), KILL_AFTER_MS);
    }
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ acknowledged: last, code, signal }));
  });
}

/** The numbers in what ttlog left: snapshots, and the black box once it is recovered. */
function recorded(directory: string): Set<number> {
  for (const name of fs.readdirSync(directory)) {
    if (name.endsWith('.ring')) recoverBlackBox(join(directory, name));
  }
  const numbers = new Set<number>();
  for (const name of fs.readdirSync(directory)) {
    if (!name.endsWith('.bin')) continue;
    for (const event of openRecording(join(directory, name)).events()) {
      const { n } = event.fields as { n?: unknown };
      if (typeof n === 'number') numbers.add(n);
    }
  }
  return numbers;
}

/** The numbers in the whole lines of a peer's file. */
function linesIn(directory: string): Set<number> {
  const numbers = new Set<number>();
  const file = join(directory, 'lines.log');
  if (!fs.existsSync(file)) return numbers;
  for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
    const found = /"n":(\d+)\b.*\}$/.exec(line);
    if (found !== null) numbers.add(Number(found[1]));
  }
  return numbers;
}

function versions(): string {
  const peers = Object.entries(peerVersions()).filter(([name]) => PEERS.test(name));
  return [`Node ${process.version}`, ...peers.map((peer) => peer.join(' '))].join(', ');
}

try {
  await main();
} finally {
  fs.rmSync(root, { recursive: true });
}
