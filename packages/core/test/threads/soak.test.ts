// A service that runs for long uses no more at the end than at the beginning, in every mode of the
// black box: two minutes here, an hour in the long form.

import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { IS_LONG } from './run-fixture.ts';

const SECONDS = IS_LONG ? 3600 : 120;
const FIXTURE = join(import.meta.dirname, 'fixtures/soak.mjs');
const MODES = ['off', 'mirrored', 'mapped'];

/**
 * How much more the median of the last quarter may be than that of the third; the first half is
 * for warming up, in which V8 and malloc take what they go on with. RSS moves with both, and
 * mappings with them. A descriptor or a thread lost a round would be 70 of them.
 */
const ROOM = {
  rssMiB: (early: number) => early * 0.1 + 8,
  descriptors: () => 1,
  threads: () => 1,
  maps: (early: number) => early * 0.1,
};
type Measure = keyof typeof ROOM;
type Sample = { [measure in Measure]: number } & { mode: string } & { [name: string]: number };

const root = fs.mkdtempSync(join(tmpdir(), 'ttlog-soak-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

async function soak(mode: string): Promise<Sample[]> {
  const args = [FIXTURE, join(root, mode), mode, String(SECONDS)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Sample);
}

describe.concurrent('a service that runs for long', () => {
  it.each(MODES)(
    'uses no more at the end than at the beginning, black box %s',
    async (mode) => {
      const samples = await soak(mode);
      const quarter = Math.floor(samples.length / 4);
      const last = samples[samples.length - 1];
      expect(last).toMatchObject({ mode, failures: 0 });
      expect(last.snapshots).toBeGreaterThan(samples.length);
      const figures: string[] = [];
      for (const [measure, room] of Object.entries(ROOM)) {
        const window = (from: number) =>
          median(samples.slice(from, from + quarter).map((sample) => sample[measure]));
        const [early, late] = [window(2 * quarter), window(3 * quarter)];
        figures.push(`${measure} ${early.toFixed(1)} -> ${late.toFixed(1)}`);
        expect(late, measure).toBeLessThanOrEqual(early + room(early));
      }
      console.log(
        `${mode}, ${SECONDS} s, ${last.workers} workers, ${last.snapshots} snapshots: ${figures.join(', ')}`,
      );
    },
    (SECONDS + 300) * 1000,
  );
});
