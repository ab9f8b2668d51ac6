import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CLI, runViewer } from './run-viewer.ts';

const CORE = fileURLToPath(new URL('../../core/dist/index.js', import.meta.url));

/** Ends as it is told on its standard input, half a second or nothing after its last events. */
const PROGRAM = `
import { getLogger, startRecorder } from ${JSON.stringify(CORE)};
const recorder = startRecorder({ service: 'followed', blackBox: 'mirrored' });
const log = getLogger('app');
for (let n = 0; n < 20; n++) log.debug('before', { n });
process.stdout.write('ready\\n');
process.stdin.once('data', (ending) => {
  log.debug('quiet', { n: 20 });
  log.warn('loud', { n: 21 });
  for (let n = 22; n < 25; n++) log.debug('after', { n });
  if (String(ending) === 'throw') throw new TypeError('poisoned');
  if (String(ending) === 'exit') process.exit(0);
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), 1500);
});
`;

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'ttlog-view-'));
  writeFileSync(join(root, 'app.mjs'), PROGRAM);
});
afterAll(() => rmSync(root, { recursive: true }));

interface Followed {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Follows a program from its last five events on, and has it end once these are printed. */
async function follow(ending: string, words: string[]): Promise<Followed> {
  const directory = mkdtempSync(join(root, 'of-'));
  const environment = { PATH: process.env.PATH ?? '', TTLOG_SNAPSHOT_DIR: directory };
  const app = spawn(process.execPath, [join(root, 'app.mjs')], {
    env: environment,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await once(app.stdout, 'data');
  // The mirror has written what came before when it is seen.
  const seen = ['cat', '--pid', String(app.pid), '-j'];
  while (shown(runViewer(seen, { environment }).stdout).length < 20);
  const args = [CLI, 'follow', '--pid', String(app.pid), '-n', '5', ...words];
  const follower = spawn(process.execPath, args, { env: environment });
  let [stdout, stderr] = ['', ''];
  follower.stdout.on('data', (chunk) => {
    if (stdout === '') app.stdin.end(ending);
    stdout += chunk;
  });
  follower.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(follower, 'close');
  return { code, stdout, stderr };
}

it('prints each event of a living process once, and how it ended', async () => {
  const { code, stdout } = await follow('kill', ['--every', '50ms', '-j']);
  expect(code).toBe(0);
  const numbers = shown(stdout);
  expect(numbers.slice(0, 5)).toEqual([15, 16, 17, 18, 19]);
  // Warnings are written at once, before the debug lines that came earlier.
  expect(numbers.slice(5).sort((a, b) => a - b)).toEqual([20, 21, 22, 23, 24]);
}, 30_000);

it('goes on in the snapshot of a crash, which has its last events and its error', async () => {
  const { code, stdout, stderr } = await follow('throw', []);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(Array.from(stdout.matchAll(/ n=(\d+)/g), ([, n]) => Number(n))).toEqual([
    ...[15, 16, 17, 18, 19],
    ...[20, 21, 22, 23, 24],
  ]);
  expect(stdout).toMatch(/\nUncaught exception\n {2}TypeError: poisoned\n/);
}, 30_000);

it('says that a process has ended in order, of which nothing is left', async () => {
  const { code, stderr } = await follow('exit', []);
  expect(code).toBe(0);
  expect(stderr).toMatch(/\.ring: the process has ended in order and left no recording\n$/);
}, 30_000);

function shown(output: string): number[] {
  return Array.from(output.matchAll(/"n":(\d+)/g), ([, n]) => Number(n));
}
