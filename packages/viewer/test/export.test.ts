import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { goldenRecording } from './golden-recording.ts';
import { runCommand } from './run-command.ts';
import { CLI, runViewer } from './run-viewer.ts';
import { traceRecording } from './trace-recording.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ttlog-view-'));
  writeFileSync(join(directory, 'crash.bin'), goldenRecording());
  writeFileSync(join(directory, 'trace.bin'), traceRecording());
});
afterAll(() => rmSync(directory, { recursive: true }));

function run(...words: string[]): ReturnType<typeof runViewer> {
  return runViewer(['export', ...words], { cwd: directory });
}

interface TraceEvent {
  ph: string;
  name: string;
  id?: string;
  ts?: number;
  s?: string;
  args?: { [key: string]: unknown };
}

describe('--output', () => {
  it('writes a whole file, readable for its owner, and leaves nothing else', () => {
    expect(run('crash.bin', '--to', 'jsonl', '-o', 'a.jsonl')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: '',
    });
    const path = join(directory, 'a.jsonl');
    expect(readFileSync(path, 'utf8')).toBe(run('crash.bin', '--to', 'jsonl').stdout);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory).filter((name) => name.endsWith('.unfinished'))).toEqual([]);
  });

  it('never replaces a file, unless it is told to', () => {
    writeFileSync(join(directory, 'mine.txt'), 'precious');
    const words = ['crash.bin', '--to', 'csv', '-o', 'mine.txt'];
    expect(run(...words)).toMatchObject({
      code: 2,
      stderr: 'ttlog-view: mine.txt is there already; --force replaces it\n',
    });
    expect(readFileSync(join(directory, 'mine.txt'), 'utf8')).toBe('precious');
    expect(readdirSync(directory).filter((name) => name.endsWith('.unfinished'))).toEqual([]);
    expect(run(...words, '--force').code).toBe(0);
    expect(readFileSync(join(directory, 'mine.txt'), 'utf8')).toMatch(/^time,level,/);
  });

  it.each([
    ['SIGINT', [130, null]],
    ['SIGTERM', [null, 'SIGTERM']],
    ['SIGHUP', [null, 'SIGHUP']],
  ] as const)('leaves nothing where %s ends it', async (signal, ending) => {
    const own = mkdtempSync(join(directory, 'interrupted-'));
    const line = `{"level":30,"time":1700000000000,"msg":"${'x'.repeat(500)}"}\n`;
    writeFileSync(join(directory, 'long.log'), line.repeat(60_000));
    const words = ['export', 'long.log', '--to', 'csv', '-o', join(own, 'out.csv')];
    const child = spawn(process.execPath, [CLI, ...words], { cwd: directory });
    await expect.poll(() => readdirSync(own), { timeout: 20_000, interval: 10 }).toHaveLength(1);
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual(ending);
    expect(readdirSync(own)).toEqual([]);
  });

  it('names the file that cannot be written', () => {
    const { code, stderr } = run('crash.bin', '--to', 'csv', '-o', 'no/such/place');
    expect(code).toBe(2);
    expect(stderr).toContain('cannot write no/such/place: ');
  });
});

describe('perfetto', () => {
  it('has threads as tracks, events as instants and the crash marked', () => {
    const document = JSON.parse(run('crash.bin', '--to', 'perfetto').stdout);
    const events: TraceEvent[] = document.traceEvents;
    expect(
      events.filter(({ name }) => name === 'thread_name').map(({ args }) => args?.name),
    ).toEqual(['main', 'images']);
    const instants = events.filter(({ ph, s }) => ph === 'i' && s === 't');
    expect(instants.map(({ name }) => name)).toContain('request served');
    expect(instants).toHaveLength(5);
    const [crash] = events.filter(({ s }) => s === 'g');
    expect(crash.name).toBe('Uncaught exception in main');
    expect(crash.ts).toBeGreaterThanOrEqual(instants.at(-1)?.ts ?? Infinity);
  });

  it('has spans as asynchronous slices that each end, also those that never did', () => {
    const events: TraceEvent[] = JSON.parse(
      run('trace.bin', '--to', 'perfetto').stdout,
    ).traceEvents;
    const begins = events.filter(({ ph }) => ph === 'b');
    const ends = new Map(events.filter(({ ph }) => ph === 'e').map((end) => [end.id, end]));
    expect(begins.length).toBeGreaterThan(3);
    expect(new Set(begins.map(({ id }) => id)).size).toBe(begins.length);
    for (const { id, ts } of begins) expect(ends.get(id)?.ts).toBeGreaterThanOrEqual(ts!);
    expect(begins.some(({ args }) => args?.unfinished === true)).toBe(true);
  });

  it('keeps nanoseconds', () => {
    const text = run('crash.bin', '--to', 'perfetto').stdout;
    expect(text).toContain('"ts":1767323047000000.001');
  });
});

describe('otlp', () => {
  it('writes logs or traces', () => {
    const logs = JSON.parse(run('crash.bin', '--to', 'otlp').stdout);
    expect(logs.resourceLogs[0].scopeLogs.length).toBeGreaterThan(0);
    const traces = JSON.parse(run('trace.bin', '--to', 'otlp', '--signal', 'traces').stdout);
    expect(traces.resourceSpans.length).toBeGreaterThan(0);
  });

  it('takes no filters, since it exports recordings as they are', () => {
    expect(run('crash.bin', '--to', 'otlp', '-l', 'warn').code).toBe(2);
  });
});

describe('csv', () => {
  it('quotes what needs it and is no formula in a spreadsheet', () => {
    const lines = run('crash.bin', '--to', 'csv').stdout.split('\r\n');
    expect(lines).toHaveLength(7);
    expect(lines[4]).toContain(',"charge failed\\nfor ""them"" \\x1b[31m",');
  });
});

describe('--to html', () => {
  it('is the page of report', async () => {
    const path = join(directory, 'crash.bin');
    const { code, stdout } = await runCommand(['export', '--to', 'html', '--utc', path]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^<!doctype html>/);
    expect(stdout).toBe((await runCommand(['report', '--utc', path])).stdout);
  });

  it('takes one recording as it is', async () => {
    const paths = ['crash.bin', 'trace.bin'].map((name) => join(directory, name));
    const page = ['export', '--to', 'html'];
    await expect(runCommand([...page, ...paths])).rejects.toThrow(
      'takes one recording; there are 2',
    );
    await expect(runCommand([...page, '-l', 'warn', paths[0]])).rejects.toThrow('takes no filters');
  });
});

it('needs a format', () => {
  expect(run('crash.bin')).toMatchObject({ code: 2, stdout: '' });
});
