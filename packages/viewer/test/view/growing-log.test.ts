// A plain log in the full-screen reader: its beginning is shown before the rest of it is read.

import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openFile } from '../../src/input/open-recordings.ts';
import { PlainLog } from '../../src/input/plain-log.ts';
import type { RecordingFile } from '../../src/recording-file.ts';
import { SAMPLE_MS, SAMPLE_NS } from '../sample.ts';
import { FakeSurface, openSession } from './open-session.ts';

const LINES = 30_000;
const directory = mkdtempSync(join(tmpdir(), 'ttlog-view-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Some 4 MB: several parts of a file. */
function writeLog(name: string, timeOf: (n: number) => number): string {
  const path = join(directory, name);
  const file = openSync(path, 'w');
  const rest = 'x'.repeat(60);
  for (let n = 0; n < LINES; n += 1000) {
    const lines = Array.from({ length: 1000 }, (_, at) => {
      const id = n + at;
      const level = id % 10 === 9 ? 50 : 30;
      return `${JSON.stringify({ level, time: timeOf(id), pid: 7, msg: `line ${id}`, rest })}\n`;
    });
    writeSync(file, lines.join(''));
  }
  closeSync(file);
  return path;
}

async function opened(path: string): Promise<RecordingFile & { readonly recording: PlainLog }> {
  const result = await openFile(path, { growing: true });
  if (!result.ok || !(result.file.recording instanceof PlainLog)) throw new Error('no plain log');
  return { ...result.file, recording: result.file.recording };
}

/** Time passes, so that work is done in slices. */
class SlowSurface extends FakeSurface {
  #ms = 0;
  override nowMs = (): number => (this.#ms += 10);
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

describe('a plain log that is being read', () => {
  it('is looked at as far as somebody goes, and knows its end', async () => {
    const file = await opened(writeLog('ordered.log', (n) => SAMPLE_MS + n));
    const { recording } = file;
    expect(recording.isComplete).toBe(false);
    expect(recording.endNs).toBe(SAMPLE_NS + BigInt(LINES - 1) * 1_000_000n);
    const heads = recording.heads();
    for (let n = 0; n < 100; n++) heads.next();
    expect(recording.progress).toBeLessThan(0.01);
    expect([...recording.events()]).toHaveLength(100);
    expect([...recording.events({ minLevel: 'error' })]).toHaveLength(10);
  });

  it('is shown at once, takes keys meanwhile, and says how far it is', async () => {
    const file = await opened(writeLog('ordered.log', (n) => SAMPLE_MS + n));
    const reader = await openSession([file], {}, new SlowSurface());
    expect(reader.surface.chosen).toContain('line 0 ');
    expect(file.recording.isComplete).toBe(false);
    await reader.press('j', 'j');
    expect(reader.surface.chosen).toContain('line 2 ');
    expect(reader.surface.status).toMatch(/reading \d+%/);
    expect(file.recording.isComplete).toBe(false);
    await expect.poll(() => reader.session.isIdle(), { timeout: 5000 }).toBe(true);
    expect(reader.surface.status).toMatch(/^3 of 30,000/);
    await reader.press('G');
    expect(reader.surface.chosen).toContain('line 29999 ');
    await reader.press('&', ...'level >= error', 'return');
    await expect.poll(() => reader.session.isIdle(), { timeout: 5000 }).toBe(true);
    expect(reader.surface.status).toContain('3,000');
  });

  it('is put in order where lines are not, and the place of the reader stays', async () => {
    // Two processes whose lines come in blocks.
    const timeOf = (n: number): number => SAMPLE_MS + (n % 1000) * 2 + (n >= 1000 ? 1 : 0);
    const file = await opened(writeLog('mixed.log', timeOf));
    const reader = await openSession([file], {}, new SlowSurface());
    await reader.press('j', 'j', 'j', 'm', 'a');
    expect(reader.surface.chosen).toContain('line 3 ');
    expect(reader.surface.status).toMatch(/reading/);
    await turns(50);
    expect(reader.surface.chosen).toContain('line 3 ');
    await expect.poll(() => reader.session.isIdle(), { timeout: 5000 }).toBe(true);
    expect(reader.surface.chosen).toContain('line 3 ');
    expect(reader.surface.status).toMatch(/of 30,000/);
    const times = Array.from(file.recording.events(), ({ timeNs }) => timeNs);
    expect(times).toHaveLength(LINES);
    expect(times.every((timeNs, at) => at === 0 || timeNs >= times[at - 1])).toBe(true);
    await reader.press('G');
    expect(reader.surface.chosen).toContain('line 29999 ');
  });

  it('ends where its file has become shorter', async () => {
    const path = writeLog('cut.log', (n) => SAMPLE_MS + n);
    const file = await opened(path);
    writeFileSync(path, '');
    for (const _ of file.recording.finish());
    const { length } = [...file.recording.events()];
    expect(length).toBeGreaterThan(1000);
    expect(length).toBeLessThan(LINES);
  });
});
