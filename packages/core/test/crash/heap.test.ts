// Heaps that fill up until V8 gives up, in real processes.

import { describe, expect, it } from 'vitest';
import { type Outcome, runBeside, untilRecorderThread } from './run-program.ts';

const MIB = 2 ** 20;
/** Small, so that the collector does not stop the loop for long. */
const SMALL_MIB = 96;
const LARGE_MIB = 256;
const limitedTo = (mib: number) => ({ flags: [`--max-old-space-size=${mib}`] });
const start = (nearLimit: number): string => `
  const recorder = startRecorder({ heap: { nearLimit: ${nearLimit} } });
  const log = getLogger('app');
  const kept = [];
  log.info('before');
  ${untilRecorderThread}
`;

const heapsOf = ({ recordings }: Outcome) =>
  recordings.filter(({ header }) => header.trigger.kind === 'heap');

/** What V8 says when it gives up, without the figures, which differ from run to run. */
function lastWords(stderr: string): string {
  expect(stderr).toMatch(/^FATAL ERROR: .*JavaScript heap out of memory$/m);
  return stderr.match(/^(<---|---|FATAL|ttlog|Debugger|Waiting).*?(?=:|$)/gm)?.join('\n') ?? '';
}

describe.concurrent('a heap near its limit', () => {
  it('leaves a snapshot with its statistics before V8 gives up, where the loop turns', async () => {
    const outcome = await runBeside(
      `${start(0.8)}
      (function grow() {
        for (let i = 0; i < 5000; i++) kept.push({ i, list: [i] });
        setTimeout(grow, 1);
      })();`,
      { ...limitedTo(SMALL_MIB), comparedStderr: lastWords },
    );
    expect(outcome.signal).toBe('SIGABRT');
    // Beside it there may be one from a pause of the collector in which the loop did not turn.
    const { header } = heapsOf(outcome).find(({ header }) => header.trigger.source === 'v8')!;
    expect(header).toMatchObject({
      reason: 'heap',
      trigger: {
        kind: 'heap',
        thread: 0,
        source: 'v8',
        nearLimit: 0.8,
        limitBytes: SMALL_MIB * MIB,
      },
    });
    const { usedBytes, statistics, spaces } = header.trigger as unknown as {
      usedBytes: number;
      statistics: { [name: string]: number };
      spaces: { name: string; usedBytes: number }[];
    };
    expect(usedBytes).toBeGreaterThanOrEqual(0.8 * SMALL_MIB * MIB);
    expect(statistics.used_heap_size).toBeGreaterThanOrEqual(usedBytes);
    expect(statistics.heap_size_limit).toBeGreaterThan(SMALL_MIB * MIB);
    const old = spaces.find(({ name }) => name === 'old_space');
    expect(old?.usedBytes).toBeGreaterThan(usedBytes / 2);
    expect(header.process.memory.heapUsed).toBeGreaterThan(0);
  });

  it('leaves one in a loop that never ends, in which nothing of ours runs', async () => {
    const outcome = await runBeside(`${start(0.6)} for (;;) kept.push(new Array(100).fill(1));`, {
      ...limitedTo(LARGE_MIB),
      comparedStderr: lastWords,
    });
    expect(outcome.signal).toBe('SIGABRT');
    const [{ header }] = heapsOf(outcome);
    expect(header.trigger).toMatchObject({
      kind: 'heap',
      thread: 0,
      // V8 answers in this loop up to Node 22.
      source: expect.stringMatching(/^(inspector|estimate)$/),
    });
    expect(header.trigger.usedBytes).toBeGreaterThanOrEqual(0.6 * LARGE_MIB * MIB);
    expect(header.process.memory.rss).toBeGreaterThan(header.trigger.usedBytes as number);
  });

  it.each([
    ['exits', 'process.exit(5)'],
    ['throws', `throw new Error('late')`],
  ])('is asked for without a word where the process then %s', async (_, end) => {
    await runBeside(
      `startRecorder({ heap: { nearLimit: 0.99 }, stall: { afterMs: 100, stack: true } });
      const kept = [];
      setTimeout(() => {
        for (const until = Date.now() + 700; Date.now() < until; ) {
          if (kept.length < 1_500_000) kept.push({ i: kept.length });
        }
        ${end};
      }, 300);`,
      limitedTo(128),
    );
  });

  it('is none that is half full, with large buffers outside of it', async () => {
    const outcome = await runBeside(
      `${start(0.9)}
      for (let i = 0; i < 1_000_000; i++) kept.push({ i });
      const buffers = [];
      for (let i = 0; i < 30; i++) buffers.push(Buffer.alloc(10_000_000, 1));
      for (const until = Date.now() + 400; Date.now() < until; );
      setTimeout(() => console.log(kept.length, buffers.length), 300);`,
      limitedTo(LARGE_MIB),
    );
    expect(outcome).toMatchObject({ code: 0, files: [] });
  });
});
