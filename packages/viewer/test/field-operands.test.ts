// Operands of the form FIELD=VALUE, and what else an operand may be.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMAND_NAMES, loadCommand } from '../src/commands/table.ts';
import { runViewer } from './run-viewer.ts';
import { hundredEvents, recordingBytes } from './view/open-session.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ttlog-view-'));
  mkdirSync(join(directory, 'in'));
  const bytes = recordingBytes(hundredEvents());
  for (const name of ['h.bin', 'id=7', 'in/k=v.bin']) writeFileSync(join(directory, name), bytes);
});
afterAll(() => rmSync(directory, { recursive: true }));

function run(...words: string[]): ReturnType<typeof runViewer> {
  return runViewer(words, { cwd: directory });
}
const ids = (...words: string[]): string =>
  Array.from(run('cat', ...words, '-q').stdout.matchAll(/ id=(\d+)/g), ([, id]) => id).join(' ');

describe('an operand FIELD=VALUE', () => {
  it('filters: different fields all, the same field in any way', () => {
    expect(ids('h.bin', 'id=4')).toBe('4');
    expect(ids('id=4', 'h.bin', 'id=99', 'id=5')).toBe('4 5 99');
    expect(ids('h.bin', 'level=error', 'user.name=Bob', 'id=4', 'id=9')).toBe('9');
    expect(ids('h.bin', 'level=error', '-w', 'id < 20')).toBe('9 19');
    expect(run('cat', 'h.bin', 'id=1000')).toMatchObject({ code: 1, stdout: '', stderr: '' });
  });

  it('is the file where there is one, and with a / always', () => {
    expect(ids('id=7').split(' ')).toHaveLength(100);
    expect(ids('id=7', 'id=8')).toBe('8');
    expect(ids('in/k=v.bin', 'id=3')).toBe('3');
    expect(run('cat', './id=8').stderr).toBe('ttlog-view: ./id=8: no such file or directory\n');
  });

  it('says what it takes where it is neither', () => {
    expect(run('cat', 'h.bin', '=4')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('=4 is no file, and names no FIELD before its ='),
    });
    expect(run('hist', 'h.bin', 'id>=4').stderr).toContain("a query is -w 'id>=4'");
    expect(run('stats', 'timeouts').stderr).toContain(
      'timeouts: no such file or directory, and no FIELD=VALUE; a text is found by -g',
    );
    expect(run('info', 'a=b').stderr).toBe('ttlog-view: a=b: no such file or directory\n');
  });

  it('is known to every command that has filters, and filters what it exports', async () => {
    const commands = await Promise.all(COMMAND_NAMES.map(loadCommand));
    for (const { name, options, hasFilters } of commands) {
      expect(hasFilters === true, name).toBe(options.some((option) => option.name === 'match'));
    }
    expect(run('export', 'h.bin', 'id=4', '--to', 'csv').stdout.trim().split('\n')).toHaveLength(2);
    expect(run('export', 'h.bin', 'id=4', '--to', 'otlp').stderr).toContain('takes no filters');
    expect(run('stats', 'h.bin', 'level=warn', '--json').stdout).toContain('"events":10');
  });
});
