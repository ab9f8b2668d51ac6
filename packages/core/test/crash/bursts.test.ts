// Triggers for bursts in real processes: what they count, what comes of it, and how soon.

import { describe, expect, it } from 'vitest';
import { type Outcome, printed, runBeside, runProgram, until } from './run-program.ts';

/** As the README and the types promise. */
const MAX_DELAY_MS = 100;

const burstsOf = (outcome: Outcome) =>
  outcome.recordings.filter(({ header }) => header.trigger.kind === 'burst');
const sleep = (ms: number) => `await new Promise((go) => setTimeout(go, ${ms}));`;

describe('a burst', () => {
  it('leaves a snapshot and calls back, soon after the event that completes it', async () => {
    const outcome = await runProgram(`
      const fired = [];
      const trigger = (name) => ({
        name, level: 'error', count: 5, withinMs: 1000, match: 'no ' + name,
        onTrigger: (t) => fired.push([performance.timeOrigin + performance.now(), t]),
      });
      const names = ['disk', 'net', 'db', 'time', 'luck'];
      const recorder = startRecorder({ triggers: names.map(trigger) });
      const log = getLogger('app');
      ${sleep(300)}
      const asked = [];
      for (const name of names) {
        for (let i = 0; i < 4; i++) log.error('there is no ' + name, { i });
        for (let i = 0; i < 5; i++) { log.warn('no ' + name); log.error('plenty'); }
        ${sleep(80)}
        asked.push([fired.length, performance.timeOrigin + performance.now()]);
        log.fatal('no ' + name + ' at all');
        ${until('fired.length === asked.length && recorder.stats().snapshots.written === asked.length')}
      }
      console.log(JSON.stringify({ fired, asked }));`);
    const { fired, asked } = printed(outcome) as {
      fired: [atMs: number, { name: string; spanMs: number; atMs: number }][];
      asked: [fired: number, atMs: number][];
    };
    expect(asked.map(([before]) => before)).toEqual([0, 1, 2, 3, 4]);
    expect(fired.map(([, { name }]) => name)).toEqual(['disk', 'net', 'db', 'time', 'luck']);
    const called = fired.map(([atMs], index) => atMs - asked[index][1]);
    const bursts = burstsOf(outcome);
    const taken = bursts.map(({ header }, index) => header.takenAtMs - asked[index][1]);
    // The middle one of five: beside other tests, a thread may have to wait for a processor.
    for (const delays of [called, taken]) {
      expect(delays.sort((a, b) => a - b)[2]).toBeLessThan(MAX_DELAY_MS);
    }
    expect(fired[0][1]).toMatchObject({ level: 'error', count: 5, withinMs: 1000 });
    // The wall clock counts whole milliseconds.
    expect(fired[0][1].atMs).toBeGreaterThan(asked[0][1] - 3);
    expect(fired[0][1].atMs).toBeLessThan(fired[0][0] + 3);
    expect(bursts[0].header).toMatchObject({
      reason: 'disk',
      trigger: { kind: 'burst', thread: 0, name: 'disk', level: 'error', count: 5 },
    });
    const held = [...bursts[0].events()].filter(({ message }) => message.includes('no disk'));
    expect(held.at(-1)?.message).toBe('no disk at all');
  });

  it('counts the events of all threads, each once', async () => {
    const outcome = await runProgram(`
      const fired = [];
      const trigger = (count) => ({
        name: 'all ' + count, level: 'warn', count, withinMs: 60_000, onTrigger: ({ count }) => fired.push(count),
      });
      const recorder = startRecorder({ memory: { bytes: 2 ** 26 }, triggers: [20_000, 20_001].map(trigger) });
      const path = new URL('./worker.mjs', import.meta.url);
      (await import('node:fs')).writeFileSync(path, \`
        import { getLogger } from './ttlog.mjs';
        const log = getLogger('worker');
        for (let i = 0; i < 4000; i++) { log.debug('noise', { i }); log.warn('odd', { i }); }\`);
      const log = getLogger('main');
      const threads = [1, 2, 3, 4].map(() => new Worker(path));
      for (let i = 0; i < 4000; i++) { log.debug('noise', { i }); log.warn('odd', { i }); }
      await Promise.all(threads.map((thread) => new Promise((go) => thread.once('exit', go))));
      ${until('fired.length > 0')}
      ${sleep(200)}
      console.log(JSON.stringify({ fired, lagged: recorder.stats().losses.lagged }));`);
    expect(printed(outcome)).toEqual({ fired: [20_000], lagged: 0 });
  });

  it('is told under a flood, in bounded memory', async () => {
    const outcome = await runProgram(`
      const fired = [];
      const recorder = startRecorder({
        memory: { bytes: 2 ** 20 },
        triggers: [{ name: 'last', level: 'fatal', count: 2, withinMs: 1000, onTrigger: () => fired.push(0) }],
      });
      const log = getLogger('app');
      ${sleep(200)}
      const rssBefore = process.memoryUsage.rss();
      let logged = 0;
      const until = Date.now() + 1500;
      while (Date.now() < until) {
        for (let i = 0; i < 20_000; i++) { log.debug('noise', { i }); logged++; }
        await new Promise(setImmediate);
      }
      log.fatal('one'); log.fatal('two');
      ${until('fired.length > 0 && recorder.stats().snapshots.written > 0')}
      const grownBytes = process.memoryUsage.rss() - rssBefore;
      console.log(JSON.stringify({ fired: fired.length, logged, grownBytes }));`);
    const { fired, logged, grownBytes } = printed(outcome) as { [name: string]: number };
    expect(fired).toBe(1);
    expect(logged).toBeGreaterThan(100_000);
    expect(grownBytes).toBeLessThan(100 * 2 ** 20);
    expect(burstsOf(outcome)).toHaveLength(1);
  });

  it('has its snapshots limited, its callbacks not, and a callback that throws is told', async () => {
    const outcome = await runProgram(`
      let calls = 0;
      const errors = [];
      const recorder = startRecorder({
        triggers: [{
          name: 'again', level: 'info', count: 1, withinMs: 1, cooldownMs: 0,
          onTrigger() { calls++; throw new Error('from the callback'); },
        }],
      });
      recorder.on('error', ({ message }) => errors.push(message));
      const log = getLogger('app');
      ${sleep(200)}
      for (let i = 1; i <= 3; i++) { log.info('event'); ${until('calls === i')} }
      ${until('errors.length + recorder.stats().snapshots.written === 4')}
      console.log(JSON.stringify({ calls, errors, snapshots: recorder.stats().snapshots }));`);
    expect(printed(outcome)).toEqual({
      calls: 3,
      errors: Array(3).fill('from the callback'),
      snapshots: { written: 1, failed: 0, suppressed: 2 },
    });
  });

  it('changes nothing for a process that exits with it', async () => {
    const trigger = `{ name: 'x', level: 'error', count: 2, withinMs: 1000 }`;
    await runBeside(`
      startRecorder({ triggers: [${trigger}] });
      const log = getLogger('app');
      setTimeout(() => { log.error('1'); log.error('2'); console.log('end'); }, 200);`);
  });
});
