// Black boxes made by an enemy, with checksums that fit: opened and recovered by a process of their
// own, whose memory is bounded as a whole.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { BlackBoxMirror } from '../../src/black-box/mirror.ts';
import { makeRing, NotedFile, PlayedThread } from './mirrored-ring.ts';

const ROUNDS = process.env.TTLOG_TEST_LONG === undefined ? 1500 : 1_000_000;
const MAX_MIB = 256;
const MAX_MS = 2000;

it(`${ROUNDS} forged boxes take no more than ${MAX_MIB} MiB, and none more than ${MAX_MS} ms`, () => {
  const memory = makeRing();
  const file = new NotedFile(memory);
  const threads = [new PlayedThread(memory, 1), new PlayedThread(memory, 2)];
  for (let i = 0; i < 30; i++) {
    for (const thread of threads) thread.log(i % 3 === 0 ? 'warn' : 'info');
  }
  new BlackBoxMirror(memory, file, 50, () => {}).tick();
  const folder = fs.mkdtempSync(join(tmpdir(), 'ttlog-forged-'));
  const path = join(folder, 'box');
  fs.writeFileSync(path, file.bytes);
  const fixture = join(import.meta.dirname, 'fixtures/forged.mjs');
  const { stdout, stderr, status } = spawnSync(process.execPath, [fixture, path, String(ROUNDS)], {
    encoding: 'utf8',
  });
  fs.rmSync(folder, { recursive: true });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  const { shown, refused, slowestMs, maxMiB, polluted } = JSON.parse(stdout);
  console.log(
    `${ROUNDS} forged boxes: ${shown} events shown, ${refused} boxes refused, ${maxMiB} MiB`,
  );
  expect(shown).toBeGreaterThan(ROUNDS * 10);
  expect(maxMiB).toBeLessThan(MAX_MIB);
  expect(slowestMs).toBeLessThan(MAX_MS);
  expect(polluted).toEqual([]);
});

it(`a box that is stretched to 512 MiB by a hole takes no more than ${MAX_MIB} MiB`, () => {
  const memory = makeRing();
  const file = new NotedFile(memory);
  const thread = new PlayedThread(memory, 1);
  for (let i = 0; i < 30; i++) thread.log();
  new BlackBoxMirror(memory, file, 50, () => {}).tick();
  const folder = fs.mkdtempSync(join(tmpdir(), 'ttlog-forged-'));
  const path = join(folder, 'box.ring');
  fs.writeFileSync(path, file.bytes);
  fs.truncateSync(path, 2 ** 29);
  const reader = join(import.meta.dirname, '../../dist/reader.js');
  const source = `
    import { openRecording } from ${JSON.stringify(reader)};
    const events = [...openRecording(${JSON.stringify(path)}).events()].length;
    const maxMiB = Math.round(process.resourceUsage().maxRSS / 1024);
    console.log(JSON.stringify({ events, maxMiB }));`;
  const args = ['--input-type=module', '-e', source];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  fs.rmSync(folder, { recursive: true });
  expect(stderr).toBe('');
  const { events, maxMiB } = JSON.parse(stdout);
  console.log(`a box of 512 MiB that is nearly all hole: ${maxMiB} MiB`);
  expect(events).toBe(30);
  expect(maxMiB).toBeLessThan(MAX_MIB);
});
