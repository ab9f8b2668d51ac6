import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CLI, runViewer } from './run-viewer.ts';

const CORE = fileURLToPath(new URL('../../core/dist/index.js', import.meta.url));

const PROGRAM = `
import { getLogger, startRecorder } from ${JSON.stringify(CORE)};
const recorder = startRecorder({ service: 'followed', blackBox: 'mirrored' });
const log = getLogger('app');
for (let n = 0; n < 20; n++) log.debug('before', { n });
process.stdout.write('ready\\n');
process.stdin.once('data', () => {
  log.debug('quiet', { n: 20 });
  log.warn('loud', { n: 21 });
  for (let n = 22; n < 25; n++) log.debug('after', { n });
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), 1500);
});
`;

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ttlog-view-'));
  writeFileSync(join(directory, 'app.mjs'), PROGRAM);
});
afterAll(() => rmSync(directory, { recursive: true }));

it('prints each event of a living process once, and how it ended', async () => {
  const environment = { PATH: process.env.PATH ?? '', TTLOG_SNAPSHOT_DIR: directory };
  const app = spawn(process.execPath, [join(directory, 'app.mjs')], {
    env: environment,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await new Promise((resolve) => app.stdout.once('data', resolve));
  // The mirror has written what came before when it is seen.
  const words = ['follow', '--pid', String(app.pid), '--every', '50ms', '-n', '5', '-j'];
  while (
    shown(runViewer(['cat', '--pid', String(app.pid), '-j'], { environment }).stdout).length < 20
  );
  const follower = spawn(process.execPath, [CLI, ...words], { env: environment });
  let output = '';
  follower.stdout.on('data', (chunk) => {
    if (output === '') app.stdin.write('go\n');
    output += chunk;
  });
  const code = await new Promise((resolve) => follower.once('exit', resolve));
  expect(code).toBe(0);
  const numbers = shown(output);
  expect(numbers.slice(0, 5)).toEqual([15, 16, 17, 18, 19]);
  // Warnings are written at once, before the debug lines that came earlier.
  expect(numbers.slice(5).sort((a, b) => a - b)).toEqual([20, 21, 22, 23, 24]);
}, 30_000);

function shown(output: string): number[] {
  return Array.from(output.matchAll(/"n":(\d+)/g), ([, n]) => Number(n));
}
