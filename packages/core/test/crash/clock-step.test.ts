// The wall clock is set while a process records: events keep their order and the distances of
// the monotonic clock, and none is lost.

import fs from 'node:fs';
import { join } from 'node:path';
import { openRecording, type Recording, recoverBlackBox } from 'ttlog/reader';
import { describe, expect, it } from 'vitest';
import { type Outcome, type ProgramOptions, runBeside } from './run-program.ts';

const STEPPING: ProgramOptions = {
  flags: ['--require', join(import.meta.dirname, 'fixtures/stepping-clock.cjs')],
  acknowledges: true,
  ignoreInternalFrames: true,
};
const HOUR_MS = 3_600_000;
const EVENTS = 60;
/** The time of an event may be read before the call and after it, and a thread may wait between. */
const SLACK_MS = 500;

/** Logs on main and in a worker, sets the clock after the first and the second third, and `dies`. */
const program = (stepMs: number, dies: string): string => `
  import { writeSync } from 'node:fs';
  if (isMainThread) {
    startRecorder({ memory: { bytes: 1 << 20 }, blackBox: { mode: 'mirrored', periodMs: 10 } });
  }
  const log = getLogger('app');
  const name = isMainThread ? 'main' : 'worker';
  for (let n = 1; n <= ${EVENTS}; n++) {
    if (isMainThread && n % ${EVENTS / 3} === 1 && n > 1) stepClock(${stepMs});
    log.warn('said', { n });
    writeSync(3, name + ' ' + n + ' ' + process.hrtime.bigint() + '\\n');
    await new Promise((go) => setTimeout(go, 2));
  }
  if (isMainThread) {
    console.log(Date.now() > 0);
    new Worker(new URL(import.meta.url)).on('exit', () => { ${dies} });
  }`;

/** Of each thread, main first, the moments at which its calls had returned, by the monotonic clock. */
function told({ acknowledged }: Outcome): bigint[][] {
  const moments = new Map<string, bigint[]>([
    ['main', []],
    ['worker', []],
  ]);
  for (const line of acknowledged.trim().split('\n')) {
    const [thread, n, atNs] = line.split(' ');
    expect(moments.get(thread)?.push(BigInt(atNs))).toBe(Number(n));
  }
  return [...moments.values()];
}

/**
 * Order and distances are those of the monotonic clock. What is shown of the wall clock is how it
 * stood when a thread's segment was begun, as in other logs of the time: for main before it was
 * set, for the worker after.
 */
function expectInOrder(recording: Recording, outcome: Outcome, stepMs: number): void {
  const events = [...recording.events()].filter(({ message }) => message === 'said');
  const [ofMain, ofWorker] = told(outcome);
  const numbers = [ofMain, ofWorker].flatMap((of) => of.map((_, index) => index + 1));
  expect(numbers).toHaveLength(2 * EVENTS);
  expect(events.map(({ fields }) => fields.n)).toEqual(numbers);
  for (const [index, atNs] of [...ofMain, ...ofWorker].entries()) {
    const shownMs = Number(events[index].timeNs - events[0].timeNs) / 1e6;
    const setMs = index < EVENTS ? 0 : 2 * stepMs;
    const sinceFirstMs = Number(atNs - ofMain[0]) / 1e6;
    expect(Math.abs(shownMs - sinceFirstMs - setMs)).toBeLessThan(SLACK_MS);
  }
  expect(recording.losses).toMatchObject({ overwritten: 0, refused: 0, torn: 0 });
  expect(recording.damage).toEqual([]);
}

describe.concurrent.each([
  ['back', -HOUR_MS],
  ['forward', HOUR_MS],
])('a process whose wall clock is set %s', (_name, stepMs) => {
  it('leaves a snapshot with its events in order', async () => {
    const source = program(stepMs, `throw new Error('late');`);
    const outcome = await runBeside(source, STEPPING);
    expect(outcome.code).toBe(1);
    expect(outcome.recordings).toHaveLength(1);
    const [recording] = outcome.recordings;
    expectInOrder(recording, outcome, stepMs);
    const { takenAtMs } = recording.header;
    const [last] = [...recording.events()].slice(-1);
    expect(Math.abs(takenAtMs - (Date.now() + 2 * stepMs))).toBeLessThan(60_000);
    expect(Math.abs(Number(last.timeNs / 1_000_000n) - takenAtMs)).toBeLessThan(SLACK_MS);
  });

  it('leaves a black box with its events in order', async () => {
    const source = program(stepMs, `process.kill(process.pid, 'SIGKILL');`);
    const outcome = await runBeside(source, STEPPING);
    expect(outcome.signal).toBe('SIGKILL');
    const box = join(outcome.folder, 'snapshots', outcome.files[0]);
    // The kernel's clock was not set; its time of the file is that of the last writing.
    const { mtimeMs } = fs.statSync(box);
    fs.utimesSync(box, (mtimeMs + 2 * stepMs) / 1000, (mtimeMs + 2 * stepMs) / 1000);
    const { path } = recoverBlackBox(box);
    expectInOrder(openRecording(path!), outcome, stepMs);
  });
});

it('has automatic snapshots go on after the clock was set back', async () => {
  const source = `
    startRecorder({ blackBox: false });
    process.on('uncaughtException', () => {});
    const fail = (ms) => setTimeout(() => { throw new Error('again'); }, ms);
    fail(1);
    setTimeout(() => stepClock(-${HOUR_MS}), 100);
    fail(10_500);`;
  const outcome = await runBeside(source, { ...STEPPING, isIdle: true });
  expect(outcome.recordings).toHaveLength(2);
});
