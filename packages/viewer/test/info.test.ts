// The card comes in two pieces: what is known at once, and what has to be counted.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeRecording } from 'ttlog/reader';
import { afterAll, describe, expect, it } from 'vitest';
import { parseArguments } from '../src/arguments/option.ts';
import { info } from '../src/commands/info.ts';
import { countEvents, summarise } from '../src/digest/summary.ts';
import type { Terminal } from '../src/output/terminal.ts';
import { openRecordingFile, SAMPLE_NS, sampleHeader } from './sample.ts';
import { traceRecording } from './trace-recording.ts';

const directory = mkdtempSync(join(tmpdir(), 'ttlog-info-'));
afterAll(() => rmSync(directory, { recursive: true }));

function recordingPath(): string {
  const path = join(directory, 'some.bin');
  const events = Array.from({ length: 3 }, (_, n) => ({
    timeNs: SAMPLE_NS + BigInt(n) * 1_000_000n,
    message: 'm',
  }));
  writeFileSync(path, writeRecording({ header: sampleHeader(), events }));
  return path;
}

describe('info', () => {
  it('shows why, when and who before it has counted the events', async () => {
    const written: string[] = [];
    const terminal: Terminal = {
      environment: {},
      isTerminal: false,
      isInteractive: false,
      write: async (text) => void written.push(String(text)),
      report: () => {},
      progress: () => {},
      pause: async () => {},
    };
    await info.run(parseArguments([recordingPath()], info.options), terminal);
    const [head, rest] = written;
    expect(written).toHaveLength(2);
    expect(head).toMatch(/^payments\[4242\]/);
    expect(head).toMatch(/^last event +2026-01-02 .*; 2 ms in all$/m);
    expect(head).toMatch(/^host +host-a$/m);
    expect(head).not.toMatch(/^events/m);
    expect(rest).toMatch(/^events +3: info 3\n/);
  });

  it('counts what a full reading counts', async () => {
    const file = openRecordingFile(traceRecording());
    const nothing = async (): Promise<void> => {};
    const counted = await countEvents(file, nothing);
    expect(counted).toEqual(await summarise(file, nothing));
    expect(counted.events).toBeGreaterThan(5);
  });
});
