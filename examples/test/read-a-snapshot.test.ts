// Reading a snapshot by program: of the process itself, of a file, of something that is none.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runExample } from './run-example.ts';

test('read-a-snapshot reads what it has recorded itself', async () => {
  const run = runExample('read-a-snapshot/main.js');
  expect(await run.ended, run.output.stderr).toEqual({ code: 0, signal: null });
  const { stdout } = run.output;
  expect(stdout).toContain('stock, format 1, reason: inventory\n');
  expect(stdout).toContain('threads: main 12\noverwritten: 0, refused: 0\n');
  expect(stdout).toContain('9 x shelf counted\n2 x shelf nearly empty\n1 x count failed\n');
  expect(stdout).toMatch(/Z warn warehouse: shelf nearly empty \{ shelf: 8, left: 2 \}\n/);
  expect(stdout).toMatch(/Z error warehouse: count failed \{\s+err: Error: scanner gone/);
  expect(stdout).toContain('[cause]: Error: battery empty');
  expect(stdout).not.toContain('damage');
  expect(readdirSync(run.directory)).toEqual([]);
});

test('read-a-snapshot reads the file that it is given', async () => {
  const crash = runExample('quick-start/main.js');
  await crash.ended;
  const [name] = readdirSync(crash.directory);
  const run = runExample('read-a-snapshot/main.js', [join(crash.directory, name)]);
  expect(await run.ended, run.output.stderr).toEqual({ code: 0, signal: null });
  expect(run.output.stdout).toContain('payments, format 1, reason: uncaughtException\n');
  expect(run.output.stdout).toContain('2 x order received\n1 x order charged\n');
});

test('read-a-snapshot says of another file that it is no recording', async () => {
  const path = join(import.meta.dirname, 'read-a-snapshot.test.ts');
  const run = runExample('read-a-snapshot/main.js', [path]);
  expect((await run.ended).code).toBe(1);
  expect(run.output.stderr).toContain('is no ttlog recording');
});
