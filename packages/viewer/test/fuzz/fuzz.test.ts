// A great many damaged and hostile recordings: reader and viewer neither throw, hang, fill memory,
// reach a prototype, nor put a control character on the terminal.

import { randomInt } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRecording } from 'ttlog/reader';
import { expect, it } from 'vitest';
import { runViewer } from '../run-viewer.ts';
import { complaint, examine, WAYS, type Way, wayOf } from './examine.ts';
import { mutated, type Seeds } from './mutate.ts';
import { usedBox, wholeBox } from './small-box.ts';

const FOLDER = import.meta.dirname;
const GOLDEN = join(FOLDER, '../../../core/test/formats/golden');

const IS_LONG = process.env.TTLOG_TEST_LONG !== undefined;

/**
 * TTLOG_FUZZ_SEED and TTLOG_FUZZ_FROM repeat or resume a run, TTLOG_FUZZ_COUNT sets its length: one
 * takes 0.12 ms of a processor, a fifth of that for making the input, so that 10^8 take three and a
 * half hours, or half of that in two processes that divide them (Node 20.20).
 */
const SEED = Number(process.env.TTLOG_FUZZ_SEED ?? randomInt(2 ** 31));
const FROM = Number(process.env.TTLOG_FUZZ_FROM ?? 0);
const COUNT = Number(process.env.TTLOG_FUZZ_COUNT ?? (IS_LONG ? 1e8 : 1e5));

/** Files that the program is given at once. */
const BATCH = 100;
const MAX_MS = 2_000;
const MAX_BYTES = 256 * 2 ** 20;
/** How often memory and prototypes are looked at. */
const LOOK_EVERY = 256;
const TELL_EVERY = 1e5;

const seeds: Seeds = {
  snapshots: ['format-1.bin', 'format-1-recorder.bin'].map((name) => read(join(GOLDEN, name))),
  box: usedBox(),
};

function read(path: string): Uint8Array {
  return Uint8Array.from(readFileSync(path));
}

function prototypeKeys(): string {
  return [Object.prototype, Array.prototype, Function.prototype]
    .map((prototype) => Reflect.ownKeys(prototype).map(String).join())
    .join(';');
}

/** Of reading once more what took too long, where the machine may have been busy with other things. */
async function cpuMsOf(bytes: Uint8Array, way: Way): Promise<number> {
  const before = process.cpuUsage();
  await examine(bytes, way);
  return process.cpuUsage(before).user / 1000;
}

it('reads the bytes that mutations are made of', async () => {
  for (const bytes of [...seeds.snapshots, wholeBox(seeds.box)]) {
    expect([...openRecording(bytes).events()].length).toBeGreaterThan(5);
    for (const way of WAYS) expect(await examine(bytes, way)).toBeNull();
  }
});

it('survives what has once been too much for it', async () => {
  for (const name of readdirSync(join(FOLDER, 'cases'))) {
    const bytes = read(join(FOLDER, 'cases', name));
    for (const way of WAYS) expect(await examine(bytes, way), name).toBeNull();
  }
});

it('survives them as a program', { timeout: 120_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'ttlog-fuzz-'));
  try {
    for (let index = FROM; index < FROM + BATCH; index++) {
      writeFileSync(join(directory, `${index}.bin`), mutated(seeds, SEED, index));
    }
    for (const words of [['cat'], ['cat', '-j'], ['info'], ['ls']]) {
      const context = `TTLOG_FUZZ_SEED=${SEED}, ${words.join(' ')}`;
      const { code, stdout, stderr } = runViewer([...words, directory]);
      expect([0, 3], `${context}: ${stderr.slice(0, 500)}`).toContain(code);
      expect(stdout.length, context).toBeGreaterThan(0);
      expect(complaint(stdout) ?? complaint(stderr), context).toBeNull();
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
});

it('survives mutations of snapshots and black boxes', { timeout: 86_400_000 }, async () => {
  // Node's own; vitest's ten times as many frames are what a damaged recording then costs most.
  Error.stackTraceLimit = 10;
  const keys = prototypeKeys();
  const rssBefore = process.memoryUsage().rss;
  const startedAtMs = performance.now();
  let slowestMs = 0;
  let mostBytes = 0;
  let toldCount = 0;
  for (let index = FROM; index < FROM + COUNT; index++) {
    const context = `TTLOG_FUZZ_SEED=${SEED} TTLOG_FUZZ_FROM=${index} TTLOG_FUZZ_COUNT=1`;
    const bytes = mutated(seeds, SEED, index);
    const beganAtMs = performance.now();
    let wrong: string | null;
    try {
      wrong = await examine(bytes, wayOf(index));
    } catch (error) {
      throw new Error(`${context}: ${(error as Error).stack}`);
    }
    if (wrong !== null) throw new Error(`${context}: ${wrong}`);
    const tookMs = performance.now() - beganAtMs;
    slowestMs = Math.max(slowestMs, tookMs);
    if (tookMs > MAX_MS) {
      const cpuMs = await cpuMsOf(bytes, wayOf(index));
      if (cpuMs > MAX_MS) throw new Error(`${context}: ${cpuMs} ms`);
    }
    if (index % LOOK_EVERY !== 0) continue;
    mostBytes = Math.max(mostBytes, process.memoryUsage().rss - rssBefore);
    if (mostBytes > MAX_BYTES) throw new Error(`${context}: ${mostBytes} bytes`);
    if (prototypeKeys() !== keys) throw new Error(`${context}: a prototype has changed`);
    if (index - FROM >= toldCount + TELL_EVERY) {
      toldCount = index - FROM;
      const aSecond = Math.round((toldCount / (performance.now() - startedAtMs)) * 1000);
      console.log(`fuzz: seed ${SEED}, ${toldCount} of ${COUNT} inputs, ${aSecond} a second`);
    }
  }
  expect(prototypeKeys()).toBe(keys);
  const seconds = Math.round((performance.now() - startedAtMs) / 1000);
  console.log(
    `fuzz: seed ${SEED}, ${COUNT} inputs in ${seconds} s, slowest ${slowestMs.toFixed(1)} ms, ` +
      `${Math.round(mostBytes / 2 ** 20)} MiB more`,
  );
});
