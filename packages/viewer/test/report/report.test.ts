// `ttlog-view report` as a program: what it writes, and where.

import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeRecording } from 'ttlog/reader';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ParsedArguments } from '../../src/arguments/option.ts';
import { report } from '../../src/commands/report.ts';
import type { Terminal } from '../../src/output/terminal.ts';
import { goldenRecording } from '../golden-recording.ts';
import { type Finished, runViewer } from '../run-viewer.ts';
import { SAMPLE_NS, sampleHeader } from '../sample.ts';
import { markupOf, reportIn } from './page.ts';

/** Of the page without data, most of it preact, uPlot and their licence. */
const MAX_MARKUP_BYTES = 130_000;

let directory: string;
const run = (...words: string[]): Finished => runViewer(words, { cwd: directory });

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ttlog-report-'));
  writeFileSync(join(directory, 'crash.bin'), goldenRecording());
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('report', () => {
  it('tells first what info tells', async () => {
    const { code, stdout, stderr } = run('report', 'crash.bin', '--utc');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { title, deathLines, card } = reportIn(stdout).head;
    expect(card).toBe(run('info', 'crash.bin', '--utc').stdout);
    const text = [title, ...deathLines, '', card].join('\n');
    const stable = text.replace(/\b[\d.]+ KiB(?=\))/g, 'SIZE');
    await expect(stable).toMatchFileSnapshot('../golden/report-summary.txt');
  });

  it('puts no word of a recording into its markup', () => {
    const header = sampleHeader({ service: 'x</script>', takenAtMs: 0 });
    const events = [{ timeNs: SAMPLE_NS, message: '<!--</script><script>' }];
    writeFileSync(join(directory, 'other.bin'), writeRecording({ header, events }));
    const [crash, other] = ['crash.bin', 'other.bin'].map((file) => run('report', file).stdout);
    expect(markupOf(other)).toBe(markupOf(crash));
    expect(reportIn(other).head.messages).toEqual(['<!--</script><script>']);
    expect(markupOf(crash).length).toBeLessThan(MAX_MARKUP_BYTES);
  });

  it('allows by its policy its own script and style, by their hashes, and nothing else', () => {
    const html = run('report', 'crash.bin').stdout;
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)![1];
    const hash = (text: string): string =>
      `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    const script = /<script>([\s\S]*?)<\/script>/.exec(html)![1];
    const style = /<style>([\s\S]*?)<\/style>/.exec(html)![1];
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      `script-src ${hash(script)}`,
      `style-src ${hash(style)}`,
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]);
    expect(html.match(/<script|<style|<link|<meta http-equiv/g)).toHaveLength(4);
    expect(html.indexOf('Content-Security-Policy')).toBeLessThan(html.indexOf('<style'));
  });

  it('names whose software the page contains', () => {
    const html = run('report', 'crash.bin').stdout;
    for (const author of ['Jason Miller', 'Leon Sorokin']) expect(html).toContain(author);
    expect(html).toContain('Permission is hereby granted, free of charge');
  });

  it('writes a file that only its owner reads, and never over another', () => {
    const path = join(directory, 'out.html');
    const first = run('report', 'crash.bin', '-o', 'out.html');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(/^out\.html {2}5 events, [\d.]+ KiB\n$/);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(reportIn(readFileSync(path, 'utf8')).events.count).toBe(5);

    writeFileSync(path, 'of somebody else');
    const refused = run('report', 'crash.bin', '-o', 'out.html');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('out.html is there already; --force replaces it');
    expect(readFileSync(path, 'utf8')).toBe('of somebody else');

    expect(run('report', 'crash.bin', '-o', 'out.html', '--force').code).toBe(0);
    expect(reportIn(readFileSync(path, 'utf8')).events.count).toBe(5);
    const missing = run('report', 'crash.bin', '-o', 'missing/out.html');
    expect(missing).toMatchObject({ code: 2, stdout: '' });
    expect(missing.stderr).toContain('cannot write missing/out.html');
    expect(readdirSync(directory).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('goes to a file of that name where standard output is a terminal', async () => {
    const here = process.cwd();
    let written = '';
    const terminal: Terminal = {
      environment: {},
      isTerminal: true,
      isInteractive: false,
      write: async (text) => {
        written += text;
      },
      report: () => {},
      progress: () => {},
      pause: async () => {},
    };
    try {
      process.chdir(directory);
      expect(await report.run(new ParsedArguments(['crash.bin'], new Map()), terminal)).toBe(0);
    } finally {
      process.chdir(here);
    }
    expect(written).toMatch(/^crash\.html {2}5 events, /);
    expect(reportIn(readFileSync(join(directory, 'crash.html'), 'utf8')).events.count).toBe(5);
  });

  it('shows what is left of a damaged recording, and says so', () => {
    const whole = goldenRecording();
    writeFileSync(join(directory, 'cut.bin'), whole.subarray(0, whole.length - 40));
    const { code, stdout, stderr } = run('report', 'cut.bin');
    expect(code).toBe(3);
    expect(stderr).toContain('damage at byte');
    expect(reportIn(stdout).head.card).toContain('damage');
  });

  it('takes one recording', () => {
    expect(run('report', 'crash.bin', 'other.bin').stderr).toContain('takes one recording');
    expect(run('report', '.').stderr).toContain('takes one recording; there are');
    expect(run('report', 'nothing.bin')).toMatchObject({ code: 2, stdout: '' });
  });
});
