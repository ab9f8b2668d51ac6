// Ends that are no crash: `process.exit`, an empty event loop. Nothing of ttlog keeps a process
// alive, and a snapshot is taken where it was asked for.

import type { RecorderStats } from 'ttlog';
import { describe, expect, it } from 'vitest';
import { messagesOf, printed, runBeside, runProgram } from './run-program.ts';

const start = (options: string): string =>
  `const recorder = startRecorder(${options}); const log = getLogger('app'); log.info('before');\n`;
const onExit = (when: string): string => start(`{ snapshots: { onExit: '${when}' } }`);

describe.concurrent('at the exit', () => {
  it("what 'exit' listeners log that were added later is in the snapshot", async () => {
    const outcome = await runBeside(`${onExit('always')}
      process.on('exit', () => { log.info('first'); });
      setTimeout(() => {
        process.once('exit', () => { log.info('second'); });
        setTimeout(() => process.exit(0));
      });`);
    expect(outcome.recordings).toHaveLength(1);
    expect(messagesOf(outcome.recordings[0])).toEqual(['before', 'first', 'second']);
  });

  it('a crash leaves one snapshot, that of the crash, where one at the exit is asked for', async () => {
    const outcome = await runBeside(`${onExit('always')}
      process.on('exit', () => { log.info('leaving'); });
      setTimeout(() => { throw new Error('late'); });`);
    expect(outcome.recordings).toHaveLength(1);
    expect(outcome.recordings[0].header.reason).toBe('uncaughtException');
    expect(messagesOf(outcome.recordings[0])).toEqual(['before', 'leaving']);
  });
});

describe('a process that has nothing more to do ends', () => {
  const cases: [name: string, source: string][] = [
    ['with a recorder', start('')],
    ['with an interval', start('{ snapshots: { intervalMs: 60_000 } }')],
    ['with signals', start(`{ snapshots: { signals: ['SIGTERM'], requestSignal: 'SIGUSR2' } }`)],
    ['after a snapshot on the recorder thread', `${start('')}await recorder.snapshot();`],
    ['while nobody waits for a snapshot', `${start('')}void recorder.snapshot();`],
  ];

  it.each(cases)('%s, as soon as without', async (_name, source) => {
    // A handle that stays open would hold it for good, or until the interval of a minute.
    const limited = { shell: 'exec timeout 20 "$@"' };
    const outcome = await runBeside(source, limited);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    // From its last line of code on; starting a process takes as long as the machine likes.
    const timed = `${source}
      const last = process.hrtime.bigint();
      process.on('exit', () => { console.log(Number(process.hrtime.bigint() - last) / 1e6); });`;
    const delaysMs: number[] = [];
    const isSlow = () => !delaysMs.some((delayMs) => delayMs < 150);
    for (let i = 0; i < 10 && isSlow(); i++) {
      delaysMs.push(Number((await runProgram(timed)).stdout));
    }
    expect(Math.min(...delaysMs)).toBeLessThan(150);
  });

  it('before there is a thread to be waited for, where it had nothing to log', async () => {
    // On a machine with too much to do one program or another takes long enough to need it.
    const states: string[] = [];
    for (let i = 0; i < 3 && !states.includes('off'); i++) {
      const outcome = await runProgram(`const recorder = startRecorder();
        process.on('exit', () => console.log(JSON.stringify(recorder.stats())));`);
      const { blackBox, recorderThread } = printed(outcome) as RecorderStats;
      expect(blackBox.mode).toBe('mirrored');
      expect(outcome.files).toEqual([]);
      states.push(recorderThread.state);
    }
    expect(states).toContain('off');
  });

  it('waits for a snapshot that was asked for', async () => {
    const outcome = await runProgram(`${start('')}void recorder.snapshot('asked for');`);
    expect(outcome.recordings.map(({ header }) => header.reason)).toEqual(['asked for']);
  });
});
