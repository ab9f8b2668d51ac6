// What pino-pretty makes of the JSON lines as they are, with names of levels and with pino's numbers.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prettyFactory } from 'pino-pretty';
import { afterAll, expect, test } from 'vitest';

const directory = mkdtempSync(join(tmpdir(), 'ttlog-lines-'));
afterAll(() => rmSync(directory, { recursive: true }));

function linesOf(output: string): string[] {
  const program = `
    import { getLogger, startRecorder } from 'ttlog';
    startRecorder({ service: 'shop', output: { level: 'trace', ${output} } });
    const log = getLogger('orders');
    for (const level of ['trace', 'debug', 'info', 'warn', 'error', 'fatal']) {
      log[level]('order read', { level: 'forged', time: 5, msg: 'forged\\n', id: 7 });
    }`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: join(import.meta.dirname, '../..'),
    env: { PATH: process.env.PATH, TTLOG_SNAPSHOT_DIR: directory, TZ: 'UTC' },
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout.trimEnd().split('\n');
}

test.each([
  ['names', ''],
  ["pino's numbers", "levelNumbers: 'pino'"],
])('pino-pretty reads time, level and message, with %s', (_name, output) => {
  const lines = linesOf(output);
  const pretty = prettyFactory({ colorize: false, singleLine: true });
  const read = lines.map((line) => pretty(line));
  const names = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
  expect(read).toHaveLength(names.length);
  read.forEach((text, index) => {
    expect(text).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] /);
    expect(text).toContain(`] ${names[index]} (`);
    expect(text).toContain('): order read {');
    expect(text).toContain('"id":7');
  });
  for (const line of lines) expect(JSON.parse(line).msg).toBe('order read');
});
