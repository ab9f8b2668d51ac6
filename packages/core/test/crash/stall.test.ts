// The event loop of a real process stands still, in several ways, beside a program without ttlog.

import { describe, expect, it } from 'vitest';
import {
  messagesOf,
  type Outcome,
  printed,
  runBeside,
  runProgram,
  until,
  untilRecorderThread,
} from './run-program.ts';

const start = (stall: string): string => `
  const recorder = startRecorder({ stall: ${stall} });
  const log = getLogger('app');
  log.info('before');
  ${untilRecorderThread}
`;
/** Spins for so long at least, and with ttlog until it has written the snapshot. */
const SPIN = `function spin(ms) {
  const from = Date.now();
  const isWaiting = () => recorder.stats()?.snapshots.written === 0 && Date.now() - from < 20_000;
  while (Date.now() - from < ms || isWaiting());
}`;
/** Of what a stall is made, so that its file is there before it ends. */
const STALLS: [name: string, program: string, stack: RegExp | null][] = [
  ['a busy loop', `${SPIN} spin(400);`, /^spin \(file:.*program\.mjs:\d+:\d+\)/],
  [
    'Atomics.wait',
    `Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500);`,
    /^file:.*program\.mjs:\d+:\d+$/,
  ],
  [
    'a call into the system',
    `(await import('node:child_process')).execFileSync('sleep', ['2.5']);`,
    null,
  ],
];
/** When main was free again, by its own clock, and that nothing stops it from then on. */
const AFTER = `
  console.log(JSON.stringify({ atMs: Date.now() }));
  await new Promise((resolve) => setTimeout(resolve, 100));`;

function stallsOf(outcome: Outcome) {
  return outcome.recordings.filter(({ header }) => header.trigger.kind === 'stall');
}

describe.concurrent('a stall', () => {
  it.each(STALLS)(
    'by %s leaves a snapshot while it lasts, with the stack',
    async (_, program, stack) => {
      const outcome = await runProgram(start('{ afterMs: 300, stack: true }') + program + AFTER);
      const { atMs } = printed(outcome) as { atMs: number };
      const [recording, ...others] = stallsOf(outcome);
      expect(others).toEqual([]);
      const { header } = recording;
      expect(header).toMatchObject({
        reason: 'stall',
        trigger: { kind: 'stall', thread: 0, afterMs: 300 },
      });
      expect(header.takenAtMs).toBeLessThan(atMs);
      expect(header.trigger.stalledMs).toBeGreaterThanOrEqual(300);
      expect(header.process.eventLoopDelayMs).toBe(header.trigger.stalledMs);
      expect(messagesOf(recording)).toEqual(['before']);
      const frames = header.trigger.stack as string[] | undefined;
      if (stack === null) {
        expect(header.trigger.stackProblem).toBe('it runs no JavaScript');
      } else {
        expect(frames?.some((frame) => stack.test(frame))).toBe(true);
      }
    },
  );

  it('tells, when it is over, how long it was', async () => {
    const outcome = await runProgram(`${start('{ afterMs: 300 }')}
      ${SPIN} spin(800);
      ${until('recorder.stats().events > 1')}
      await recorder.snapshot('over');`);
    const over = outcome.recordings.find(({ header }) => header.reason === 'over')!;
    const event = [...over.events()].find(({ logger }) => logger === 'ttlog')!;
    expect(event).toMatchObject({ level: 'warn', message: 'event loop stood still' });
    expect(event.fields.stalledMs).toBeGreaterThan(500);
    expect(stallsOf(outcome)[0].header.trigger.stack).toBeUndefined();
  });

  it.each([
    ['goes on', `setTimeout(() => console.log('end'), 200);`],
    ['exits', 'process.exit(7);'],
    ['throws', `throw new Error('after the stall');`],
    [
      'exits from a call into the system',
      `(await import('node:child_process')).execFileSync('sleep', ['0.3']); process.exit(6);`,
    ],
  ])('changes nothing for a process that then %s', async (_, rest) => {
    const outcome = await runBeside(
      `${start('{ afterMs: 200, stack: true }')}
      ${SPIN} spin(700); ${rest}`,
      // Of several timers that are due, the first has another frame under it than the last.
      { ignoreInternalFrames: true },
    );
    expect(stallsOf(outcome)).toHaveLength(1);
  });

  it('leaves an inspector that somebody has opened alone', async () => {
    const outcome = await runProgram(
      `import inspector from 'node:inspector';
      inspector.open(0, '127.0.0.1');
      ${start('{ afterMs: 200, stack: true }')}
      ${SPIN} spin(700);`,
    );
    const [{ header }] = stallsOf(outcome);
    expect(header.trigger.stackProblem).toBe('another inspector is open');
    expect(outcome.stderr).not.toContain('attached');
  });

  it('of which there are many leaves one file, and the others are counted', async () => {
    const outcome = await runProgram(`${start('{ afterMs: 100 }')} ${SPIN}
      for (let i = 0; i < 4; i++) { spin(400); await new Promise((go) => setTimeout(go, 200)); }
      console.log(JSON.stringify(recorder.stats().snapshots));`);
    const { suppressed, ...others } = printed(outcome) as { suppressed: number };
    expect(others).toEqual({ written: 1, failed: 0 });
    // A busy machine adds some of its own.
    expect(suppressed).toBeGreaterThanOrEqual(3);
    expect(outcome.recordings).toHaveLength(1);
  });
});
