// What follows a snapshot, in the snapshot: in real processes.

import { expect, it } from 'vitest';
import { messagesOf, printed, runBeside, runProgram, until } from './run-program.ts';

const sleep = (ms: number) => `await new Promise((go) => setTimeout(go, ${ms}));`;

it('adds what followed, under the same name, and keeps what has been overwritten by then', async () => {
  const outcome = await runProgram(`
    const recorder = startRecorder({ memory: { bytes: 2 ** 19 }, snapshots: { afterMs: 1000, intervalMs: 60_000 } });
    const told = [];
    recorder.on('snapshot', ({ path, reason, part }) => told.push({ path, reason, part }));
    const log = getLogger('app');
    log.info('long before');
    log.warn('just before');
    const { path } = await recorder.snapshot('asked');
    for (let i = 0; i < 60_000; i++) log.debug('noise', { i });
    log.info('just after');
    ${until('told.length === 2')}
    log.info('long after');
    const { written } = recorder.stats().snapshots;
    console.log(JSON.stringify({ path, told, written }));`);
  const { path, told, written } = printed(outcome) as {
    path: string;
    told: object[];
    written: number;
  };
  expect(told).toEqual([
    { path, reason: 'asked', part: 1 },
    { path, reason: 'asked', part: 2 },
  ]);
  expect(written).toBe(1);
  const [recording, ...others] = outcome.recordings;
  expect(others).toEqual([]);
  const { header, losses, threads } = recording;
  expect(header).toMatchObject({ part: 2, reason: 'asked', trigger: { followedMs: 1000 } });
  const messages = messagesOf(recording);
  expect(messages.slice(0, 2)).toEqual(['long before', 'just before']);
  expect(messages.at(-1)).toBe('just after');
  // The noise was more than the ring holds, and what is missing of it is counted.
  expect(losses.overwritten).toBeGreaterThan(0);
  expect(threads[0].attempted).toBe(messages.length + threads[0].losses.overwritten);
  const numbers = [...recording.events()]
    .map(({ fields }) => fields.i)
    .filter((i) => i !== undefined);
  expect(new Set(numbers).size).toBe(numbers.length);
  const justAfter = [...recording.events()].at(-1)!;
  expect(header.takenAtMs).toBeLessThanOrEqual(Number(justAfter.timeNs / 1_000_000n));
});

it('leaves the first part where the process ends before, and does not keep it alive', async () => {
  const outcome = await runBeside(`
    const recorder = startRecorder({ snapshots: { afterMs: 20_000 } });
    getLogger('app').info('before');
    await recorder.snapshot('asked');`);
  expect(outcome.durationMs).toBeLessThan(15_000);
  expect(outcome.recordings.map(({ header }) => header.part)).toEqual([1]);
  expect(outcome.recordings.map(messagesOf)).toEqual([['before']]);
});

it('adds to no more than four at a time', async () => {
  const outcome = await runProgram(`
    const recorder = startRecorder({ snapshots: { afterMs: 700 } });
    let told = 0;
    recorder.on('snapshot', () => { told++; });
    const log = getLogger('app');
    log.info('before');
    for (let i = 0; i < 6; i++) await recorder.snapshot('n' + i);
    log.info('after');
    ${until('told === 10')}
    ${sleep(300)}`);
  const parts = outcome.recordings.map(({ header }) => header.part);
  expect(parts.sort()).toEqual([1, 1, 2, 2, 2, 2]);
});
