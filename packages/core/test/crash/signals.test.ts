// Signals: a snapshot, and then the end that the process would have had without ttlog.

import { describe, expect, it } from 'vitest';
import { messagesOf, type Outcome, runBeside, runProgram } from './run-program.ts';

const start = (options: string): string =>
  `const recorder = startRecorder({ snapshots: { ${options} } });
   const log = getLogger('app'); log.info('before');\n`;
const WAIT = `console.log('ready'); setInterval(() => {}, 1000);\n`;
const send = (signal: NodeJS.Signals) => ({ signals: [{ signal, afterMs: 0 }] });

function onlyRecording(outcome: Outcome): Outcome['recordings'][0] {
  expect(outcome.recordings).toHaveLength(1);
  return outcome.recordings[0];
}

describe.concurrent('a signal that the application listens to as well', () => {
  const withOption = start(`signals: ['SIGTERM']`);
  const graceful = (method: string): string => `
    process.${method}('SIGTERM', () => {
      log.info('closing');
      setTimeout(() => { console.log('closed'); process.exit(0); }, 200);
    });\n`;
  const early = `import { getLogger as early } from './ttlog.mjs'; const log = early('app');\n`;
  const lateOption = `startRecorder({ snapshots: { signals: ['SIGTERM'] } }); log.info('before');\n`;
  const cases: [name: string, source: string][] = [
    ['added before the start', early + graceful('on') + lateOption],
    ['added once, first, after the start', withOption + graceful('prependOnceListener')],
    ['added once, before the start', early + graceful('once') + lateOption],
  ];

  it.each(cases)('%s, is left to the application', async (_name, source) => {
    const outcome = await runBeside(source + WAIT, send('SIGTERM'));
    expect(outcome).toMatchObject({ code: 0, signal: null, stdout: 'ready\nclosed\n' });
    expect(messagesOf(onlyRecording(outcome))[0]).toBe('before');
  });

  it('ends the process again once that listener is removed', async () => {
    const outcome = await runBeside(
      `${withOption}
      const listener = () => {};
      process.on('SIGTERM', listener);
      process.removeListener('SIGTERM', listener);
      ${WAIT}`,
      send('SIGTERM'),
    );
    expect(outcome).toMatchObject({ code: null, signal: 'SIGTERM' });
    expect(outcome.files).toHaveLength(1);
  });

  it('leaves a snapshot although the listener throws', async () => {
    const outcome = await runBeside(
      `${withOption}
      process.on('SIGTERM', () => { throw new Error('cannot close'); });
      ${WAIT}`,
      { ...send('SIGTERM'), ignoreInternalFrames: true },
    );
    expect(outcome.code).toBe(1);
    expect(outcome.recordings.map(({ header }) => header.reason)).toEqual([
      'SIGTERM',
      'uncaughtException',
    ]);
  });
});

describe.concurrent('a signal', () => {
  it('that comes twice ends the process once, with a whole snapshot or none', async () => {
    const gapsMs = [0, 1, 3, 10];
    for (const afterMs of gapsMs) {
      const signals = [
        { signal: 'SIGINT' as const, afterMs: 0 },
        { signal: 'SIGINT' as const, afterMs },
      ];
      const outcome = await runProgram(start(`signals: ['SIGINT']`) + WAIT, { signals });
      expect(outcome).toMatchObject({ code: null, signal: 'SIGINT' });
      expect(outcome.recordings).toHaveLength(1);
    }
  });

  it('that comes in a storm of others ends the process all the same, with all that was logged', async () => {
    const storm = Array.from({ length: 100 }, (_, index) => {
      return {
        signal: index % 2 === 0 ? ('SIGHUP' as const) : ('SIGUSR2' as const),
        afterMs: index,
      };
    });
    const deaths = [200, 200, 201, 203, 210].map((afterMs) => {
      return { signal: 'SIGTERM' as const, afterMs };
    });
    const outcome = await runBeside(
      `${start(`signals: ['SIGTERM', 'SIGHUP'], requestSignal: 'SIGUSR2'`)}
      let reloads = 0;
      process.on('SIGHUP', () => log.info('reload', { n: ++reloads }));
      process.on('SIGUSR2', () => {});
      ${WAIT}`,
      { signals: [...storm, ...deaths] },
    );
    expect(outcome).toMatchObject({ code: null, signal: 'SIGTERM', stdout: 'ready\n' });
    const reasons = outcome.recordings.map(({ header }) => header.reason);
    expect(reasons.filter((reason) => reason === 'SIGTERM')).toHaveLength(1);
    const last = outcome.recordings.find(({ header }) => header.reason === 'SIGTERM')!;
    const [, ...reloads] = [...last.events()].map(({ fields }) => fields as { n: number });
    expect(reloads.length).toBeGreaterThan(0);
    expect(reloads.map(({ n }) => n)).toEqual(reloads.map((_, index) => index + 1));
  });

  it('that asks for a snapshot gets one, and the process goes on', async () => {
    const outcome = await runProgram(
      `${start(`requestSignal: 'SIGUSR2'`)}
      recorder.on('snapshot', ({ reason }) => {
        if (reason === 'end') process.exit(0);
        log.info('after');
        recorder.snapshotSync('end');
      });
      ${WAIT}`,
      send('SIGUSR2'),
    );
    expect(outcome.code).toBe(0);
    const [asked, end, ...others] = outcome.recordings;
    expect(others).toEqual([]);
    expect(asked.header).toMatchObject({
      reason: 'SIGUSR2',
      trigger: { kind: 'requestSignal', thread: 0, signal: 'SIGUSR2' },
    });
    expect(messagesOf(end)).toEqual(['before', 'after']);
  });

  it('has no listener of ours without an option, and a fault never has one', async () => {
    const outcome = await runProgram(`
      const signals = Object.keys((await import('node:os')).constants.signals);
      const listening = () => signals.filter((signal) => process.listenerCount(signal) > 0);
      const recorder = startRecorder();
      const without = listening();
      await recorder.stop();
      const other = startRecorder({ snapshots: { signals: ['SIGTERM'], requestSignal: 'SIGUSR2' } });
      const withOptions = listening();
      await other.stop();
      console.log(JSON.stringify([without, withOptions, listening()]));`);
    expect(JSON.parse(outcome.stdout)).toEqual([[], ['SIGUSR2', 'SIGTERM'], []]);
  });
});
