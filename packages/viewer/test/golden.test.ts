import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goldenRecording } from './golden-recording.ts';
import { runViewer } from './run-viewer.ts';
import { traceRecording } from './trace-recording.ts';

const COMMAND_LINES: [file: string, words: string[]][] = [
  ['cat.txt', ['cat', 'crash.bin']],
  ['cat-colour.txt', ['cat', 'crash.bin', '--color', 'always']],
  ['cat-reverse.txt', ['cat', 'crash.bin', '-r', '-n', '2']],
  ['cat-jsonl.txt', ['cat', 'crash.bin', '-o', 'jsonl']],
  ['cat-logfmt.txt', ['cat', 'crash.bin', '-o', 'logfmt']],
  ['cat-where.txt', ['cat', 'crash.bin', '-w', 'msg ~= odd', '-C', '1', '--clock', 'delta', '-q']],
  ['cat-clock-utc.txt', ['cat', 'crash.bin', '--clock', 'utc', '-l', 'error', '--color', 'always']],
  ['info.txt', ['info', 'crash.bin']],
  ['info-json.txt', ['info', 'crash.bin', '--json']],
  ['ls.txt', ['ls', '.']],
  ['ls-json.txt', ['ls', '.', '--json']],
  ['fields.txt', ['fields', 'traces/crash.bin', 'crash.bin']],
  ['fields-name.txt', ['fields', 'crash.bin', '--name', 'port']],
  ['fields-json.txt', ['fields', 'crash.bin', '--json']],
  ['stats.txt', ['stats', 'crash.bin']],
  ['stats-of.txt', ['stats', 'crash.bin', '--of', 'ms', '--by', 'logger', '--every', '1h']],
  ['stats-json.txt', ['stats', 'crash.bin', '--of', 'ms', '--by', 'logger', '--json']],
  ['hist.txt', ['hist', 'crash.bin', '--buckets', '6', '--color', 'always']],
  ['hist-json.txt', ['hist', 'crash.bin', '--every', '12h', '--json']],
  ['patterns.txt', ['patterns', 'crash.bin', '--values']],
  ['patterns-top.txt', ['patterns', 'crash.bin', '--top', '2']],
  ['patterns-json.txt', ['patterns', 'crash.bin', '--json']],
  ['check.txt', ['check', 'crash.bin', 'traces/crash.bin']],
  ['check-json.txt', ['check', 'crash.bin', '--json']],
  ['scrub-check.txt', ['scrub', '--check', 'crash.bin', 'traces/crash.bin']],
  ['export-csv.txt', ['export', 'crash.bin', '--to', 'csv']],
  ['export-logfmt.txt', ['export', 'crash.bin', '--to', 'logfmt', '-l', 'error']],
  ['export-perfetto.txt', ['export', 'traces/crash.bin', '--to', 'perfetto']],
  ['export-otlp.txt', ['export', 'traces/crash.bin', '--to', 'otlp']],
  ['trace-list.txt', ['trace', 'traces/crash.bin']],
  ['trace-failed.txt', ['trace', '5cf9', 'traces/crash.bin', '--utc']],
  ['trace-cut-off.txt', ['trace', '6df9', 'traces/crash.bin', '--color', 'always']],
  ['trace-json.txt', ['trace', '6df9', 'traces/crash.bin', '--json']],
  ['help-trace.txt', ['help', 'trace']],
  ['help.txt', ['--help']],
  ['help-cat.txt', ['help', 'cat']],
  ['help-info.txt', ['help', 'info']],
  ['help-ls.txt', ['help', 'ls']],
  ['follow-jsonl.txt', ['follow', 'crash.bin', '--json', '-n', '2']],
  ['help-fields.txt', ['help', 'fields']],
  ['help-stats.txt', ['help', 'stats']],
  ['help-hist.txt', ['help', 'hist']],
  ['help-patterns.txt', ['help', 'patterns']],
  ['help-check.txt', ['help', 'check']],
  ['help-scrub.txt', ['help', 'scrub']],
  ['help-export.txt', ['help', 'export']],
  ['help-follow.txt', ['help', 'follow']],
  ['help-view.txt', ['help', 'view']],
  ['help-query.txt', ['help', 'query']],
  ['help-report.txt', ['help', 'report']],
  ['help-recover.txt', ['help', 'recover']],
];

describe('the output of', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'ttlog-view-'));
    writeFileSync(join(directory, 'crash.bin'), goldenRecording());
    mkdirSync(join(directory, 'traces'));
    writeFileSync(join(directory, 'traces/crash.bin'), traceRecording());
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  it.each(COMMAND_LINES)('%s is what it was', async (file, words) => {
    const { code, stdout, stderr } = runViewer(words, { cwd: directory });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    // The size depends on how well the compressor that is installed compresses.
    const stable = stdout.replace(/\b[\d.]+ KiB(?=\)| +ok)|(?<="sizeBytes":)\d+/g, 'SIZE');
    await expect(stable).toMatchFileSnapshot(`golden/${file}`);
  });

  it('the bare program is that of cat', () => {
    const bare = runViewer(['crash.bin'], { cwd: directory });
    expect(bare.stdout).toBe(runViewer(['cat', 'crash.bin'], { cwd: directory }).stdout);
    expect(runViewer(['cat', '--help']).stdout).toBe(runViewer(['help', 'cat']).stdout);
  });
});
