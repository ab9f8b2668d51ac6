// How long the crash hook keeps a process that dies with a full ring of 64 MiB.

import { loadavg } from 'node:os';
import { expect, it } from 'vitest';
import { DIST, runProgram } from './run-program.ts';

const DEATHS = process.env.TTLOG_TEST_LONG === undefined ? 5 : 51;

/** Fills 64 MiB, dies, and tells of the crash hook and of copying and compressing the same bytes. */
const DEATH_OF_64_MIB = `
  import fs from 'node:fs';
  import { createRequire } from 'node:module';
  import { getEnvironmentData } from 'node:worker_threads';
  const { compressFrameSync } = createRequire(${JSON.stringify(DIST)} + '/')('lz4-napi');
  startRecorder({ memory: { bytes: ${64 * 2 ** 20} } });
  const log = getLogger('app');
  for (let i = 0; i < 2_700_000; i++) log.info('request served', { i, ms: i / 7, route: '/pay' });
  const now = () => Number(process.hrtime.bigint()) / 1e6;
  let last;
  process.prependListener('uncaughtExceptionMonitor', () => { last = now(); });
  process.on('uncaughtExceptionMonitor', () => {
    const hookMs = now() - last;
    const ring = new Uint8Array(getEnvironmentData('ttlog:1').buffer);
    const startedMs = now();
    for (let start = 0; start < ring.length; start += 65_536) {
      compressFrameSync(ring.slice(start, start + 65_536), { contentChecksum: true });
    }
    fs.writeSync(1, JSON.stringify({ hookMs, aloneMs: now() - startedMs }));
  });
  setTimeout(() => { throw new Error('late'); }, 100);`;

it('delays the end by less than 150 ms most often, and by less than a second always', async () => {
  const hookMs: number[] = [];
  const aloneMs: number[] = [];
  for (let i = 0; i < DEATHS; i++) {
    const outcome = await runProgram(DEATH_OF_64_MIB);
    expect(outcome).toMatchObject({ code: 1, signal: null });
    const { losses, header } = outcome.recordings[0];
    expect(losses.overwritten).toBeGreaterThan(0);
    expect(header.reason).toBe('uncaughtException');
    const took = JSON.parse(outcome.stdout) as { hookMs: number; aloneMs: number };
    hookMs.push(took.hookMs);
    aloneMs.push(took.aloneMs);
  }
  const [p50Ms, alone50Ms] = [median(hookMs), median(aloneMs)];
  const [load] = loadavg();
  console.log(
    `crash hook, 64 MiB: ${p50Ms.toFixed(0)} ms [${Math.max(...hookMs).toFixed(0)} at most], ` +
      `${(p50Ms / alone50Ms).toFixed(2)} x copying and compressing alone, load ${load.toFixed(1)}`,
  );
  // A machine that is busy takes longer also for what has to be done at the least.
  expect(Math.max(...hookMs)).toBeLessThan(Math.max(1000, 3 * Math.max(...aloneMs)));
  expect(p50Ms).toBeLessThan(Math.max(150, 2 * alone50Ms));
});

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
