// The demo comes out as it should: what it says of the processes is what their recording says.

import { expect, test } from 'vitest';
import { runExample } from './run-example.ts';

test('the demo shows a real death and its recording', async () => {
  const run = runExample('demo.js');
  const { code } = await run.ended;
  const { stdout, stderr } = run.output;
  expect(code, stdout + stderr).toBe(0);
  expect(stdout).toMatch(/^poisoned order {3}not answered: /m);
  expect(stdout).toMatch(/^server {11}exit code 1, signal null$/m);
  expect(stderr).toMatch(/^TypeError: .*toFixed/m);

  const [recording] = run.recordings('uncaughtException');
  const path = /^recording +(.+)$/m.exec(stdout)?.[1];
  expect(path).toContain(`${run.directory}/ttlog-checkout-${recording.header.pid}-`);
  expect(stdout).toContain(`checkout[${recording.header.pid}]: Uncaught exception in main\n`);
  const count = [...recording.events()].length;
  expect(stdout).toContain(`checked          ${count} events;`);
  expect(stdout).toMatch(/^\s*T-\S+ DEBUG pricing\.js#\d pricing: coupon found code=WELCOME /m);
  // Neither terminal nor colour was asked for.
  expect(stdout).not.toContain('\x1b');
});

test('the demo fails with a clear message where there can be no recording', async () => {
  const run = runExample('demo.js', [], { TTLOG_SNAPSHOT_DIR: import.meta.filename });
  expect((await run.ended).code).toBe(1);
  expect(run.output.stderr).toContain(`snapshot directory ${import.meta.filename} is not a dir`);
  expect(run.output.stderr).toContain('demo failed: the server left no recording');
});
