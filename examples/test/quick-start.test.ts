// The quick start: what it prints, how it dies, what it leaves.

import { expect, test } from 'vitest';
import { lines, runExample } from './run-example.ts';

test('quick-start dies of its error and leaves every event before it', async () => {
  const run = runExample('quick-start/main.js');
  expect(await run.ended).toEqual({ code: 1, signal: null });
  expect(run.output.stdout).toBe('');
  expect(run.output.stderr).toContain(
    "TypeError: Cannot read properties of undefined (reading 'name')",
  );

  const [recording, ...others] = run.recordings('uncaughtException');
  expect(others).toEqual([]);
  expect(lines(recording)).toEqual([
    'debug order received {"id":1,"user":{"name":"Ada"},"cents":1250}',
    'info order charged {"name":"Ada","cents":1250}',
    'debug order received {"id":2,"cents":9900}',
  ]);
  const { service, error, trigger } = recording.header;
  expect(service).toBe('payments');
  expect(error).toBeInstanceOf(TypeError);
  expect(trigger).toMatchObject({ kind: 'uncaughtException', thread: 0 });
  expect(recording.damage).toEqual([]);
});
