// The recorder thread: what it does while the main thread cannot, and what goes on without it.

import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { messagesOf, printed, runBeside, runProgram, until } from './run-program.ts';

const start = (options = ''): string =>
  `const recorder = startRecorder(${options}); const log = getLogger('app'); log.info('before');\n`;
const PERMISSION = process.allowedNodeEnvironmentFlags.has('--permission')
  ? '--permission'
  : '--experimental-permission';

interface Report {
  thread: { state: string; reason?: string };
  paths: (string | null)[];
  notes: string[];
}

/** Takes two snapshots, logs in between, and prints what came of it. */
const REPORT = `
  const first = await recorder.snapshot('first');
  log.info('between');
  const second = await recorder.snapshot('second');
  const { recorderThread, notes } = recorder.stats();
  console.log(JSON.stringify({ thread: recorderThread, paths: [first.path, second.path], notes }));`;

describe.concurrent('the recorder thread', () => {
  it('refuses the default directory where main does, whatever TMPDIR is', async () => {
    const temporary = fs.mkdtempSync(join(tmpdir(), 'ttlog-crash-tmpdir-'));
    try {
      const directory = join(temporary, `ttlog-${process.getuid?.()}`);
      fs.mkdirSync(directory);
      fs.chmodSync(directory, 0o777);
      const outcome = await runProgram(
        `${start()}
        const problems = [recorder.snapshotSync(), await recorder.snapshot()].map(({ error }) => error?.message);
        console.log(JSON.stringify(problems));`,
        { env: { TMPDIR: temporary, TTLOG_SNAPSHOT_DIR: '' } },
      );
      const problem = expect.stringContaining('may be written by other users (mode 777)');
      expect(printed(outcome)).toEqual([problem, problem]);
      expect(fs.readdirSync(directory)).toEqual([]);
    } finally {
      fs.rmSync(temporary, { recursive: true });
    }
  });

  it('takes interval snapshots while main is busy', async () => {
    const outcome = await runProgram(`
      ${start('{ snapshots: { intervalMs: 100 } }')}
      await new Promise((resolve) => setTimeout(resolve, 300));
      const from = Date.now();
      const written = () => recorder.stats().snapshots.written;
      // Without a turn of the loop; how long they take is the machine's business. One had begun before.
      for (const before = written(); written() < before + 7 && Date.now() - from < 20_000; ) {
        for (let i = 0; i < 1e6; i++);
        log.info('busy');
      }
      console.log(JSON.stringify({ from, to: Date.now() }));
      process.exit(0);`);
    const { from, to } = printed(outcome) as { from: number; to: number };
    const whileBusy = outcome.recordings.filter(({ header: { takenAtMs } }) => {
      return takenAtMs > from && takenAtMs < to;
    });
    expect(whileBusy.length).toBeGreaterThan(5);
    for (const { header } of whileBusy) {
      expect(header).toMatchObject({ reason: 'interval', trigger: { kind: 'interval' } });
    }
  });

  it('takes many snapshots at once, beside those that main takes', async () => {
    const outcome = await runProgram(`
      ${start()}
      const asked = Array.from({ length: 8 }, (_, i) => recorder.snapshot('asked ' + i));
      const own = Array.from({ length: 3 }, (_, i) => recorder.snapshotSync('own ' + i));
      const results = [...own, ...(await Promise.all(asked))];
      console.log(JSON.stringify(results.map(({ path }) => path)));`);
    const paths = printed(outcome) as string[];
    expect(new Set(paths).size).toBe(11);
    expect(outcome.recordings).toHaveLength(11);
    for (const recording of outcome.recordings) expect(messagesOf(recording)).toEqual(['before']);
  });

  it('leaves whole files only when main dies while it writes', async () => {
    for (const afterMs of [0, 20, 40, 45, 50, 60]) {
      const outcome = await runProgram(`
        ${start('{ memory: { bytes: 32 * 2 ** 20 } }')}
        for (let i = 0; i < 300_000; i++) log.info('filler', { i });
        void recorder.snapshot('asked');
        setTimeout(() => { throw new Error('late'); }, ${afterMs});`);
      expect(outcome.code).toBe(1);
      const reasons = outcome.recordings.map(({ header }) => header.reason);
      expect(reasons).toContain('uncaughtException');
    }
  });

  it('does not load what the application preloads', async () => {
    const folder = fs.mkdtempSync(join(tmpdir(), 'ttlog-preload-'));
    try {
      const preload = join(folder, 'preload.mjs');
      fs.writeFileSync(
        preload,
        `import { threadId } from 'node:worker_threads'; import fs from 'node:fs';
        fs.writeSync(1, 'preloaded in thread ' + threadId + '\\n');`,
      );
      const flag = `--import=${pathToFileURL(preload)}`;
      const source = `${start()}await recorder.snapshot();`;
      const outcomes = await Promise.all([
        runBeside(source, { flags: [flag] }),
        runBeside(source, { env: { NODE_OPTIONS: flag } }),
      ]);
      for (const outcome of outcomes) {
        expect(outcome).toMatchObject({ code: 0, stdout: 'preloaded in thread 0\n' });
        expect(outcome.files).toHaveLength(1);
      }
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  });
});

describe.concurrent('without the recorder thread', () => {
  const permitted = (folder: string): string[] => [
    PERMISSION,
    `--allow-fs-read=${folder}`,
    `--allow-fs-write=${folder}`,
    '--no-warnings',
  ];

  it('logging goes on and snapshots are taken by main, where no thread may be started', async () => {
    const outcome = await runProgram(start() + REPORT, { flags: permitted('*') });
    const { thread, paths, notes } = printed(outcome) as Report;
    expect(thread).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('restricted'),
    });
    expect(paths).toEqual([
      expect.stringContaining('-first.bin'),
      expect.stringContaining('-second.bin'),
    ]);
    expect(notes).toContainEqual(expect.stringContaining('recorder thread: '));
    expect(outcome.recordings.map(messagesOf)).toEqual([['before'], ['before', 'between']]);
  });

  it('main takes the interval snapshots, where no thread may be started', async () => {
    const outcome = await runProgram(
      `${start('{ snapshots: { intervalMs: 50 } }')}
      setTimeout(() => console.log(JSON.stringify(recorder.stats().recorderThread)), 400);`,
      { flags: permitted('*') },
    );
    expect(printed(outcome)).toMatchObject({ state: 'failed' });
    expect(outcome.recordings.length).toBeGreaterThan(2);
    expect(outcome.recordings[0].header.reason).toBe('interval');
  });

  it('a process without a descriptor left still writes its snapshots', async () => {
    const exhaust = `
      import fs from 'node:fs';
      ${start()}
      const held = [];
      try { for (;;) held.push(fs.openSync('/dev/null')); } catch (error) { console.log(error.code); }`;
    const asked = await runProgram(exhaust + REPORT, {
      shell: 'ulimit -n 40; exec "$@"',
      // With a black box the thread is started before it is too late.
      env: { TTLOG_BLACK_BOX: 'off' },
    });
    const { thread, paths } = printed(asked) as Report;
    expect(thread.state).toBe('failed');
    expect(paths).toEqual([
      expect.stringContaining('-first.bin'),
      expect.stringContaining('-second.bin'),
    ]);
  });

  const deaths: [name: string, kill: string][] = [
    ['is terminated before it runs', 'process.nextTick(() => thread.terminate());'],
    ['is terminated at work', 'setTimeout(() => thread.terminate(), 60);'],
    [
      'fails',
      `process.nextTick(() => { thread.emit('error', new Error('no memory')); thread.terminate(); });`,
    ],
  ];
  it.each(deaths)(
    'a snapshot that was asked for is taken by main when the thread %s',
    async (_name, kill) => {
      const outcome = await runProgram(`
      let thread, gone;
      process.on('worker', (worker) => {
        thread ??= worker;
        gone ??= new Promise((resolve) => worker.once('exit', resolve));
      });
      ${start()}
      const events = [];
      recorder.on('error', (error) => events.push(error.message));
      const asked = [1, 2, 3].map(() => recorder.snapshot('asked'));
      ${kill}
      const paths = (await Promise.all(asked)).map(({ path }) => path);
      // The thread may have been fast enough to end only after its work.
      const stay = setInterval(() => {}, 1000);
      await gone;
      clearInterval(stay);
      const later = await recorder.snapshot('later');
      const { state } = recorder.stats().recorderThread;
      console.log(JSON.stringify({ paths, later: later.path, state, events }));`);
      const report = printed(outcome) as {
        paths: string[];
        later: string;
        state: string;
        events: string[];
      };
      expect(report).toMatchObject({
        later: expect.stringContaining('-later.bin'),
        state: 'failed',
      });
      expect(report.events).toHaveLength(1);
      expect(report.paths).toEqual(Array(3).fill(expect.stringContaining('-asked.bin')));
    },
  );

  it('main takes over the interval when the thread ends', async () => {
    const outcome = await runProgram(`
      let thread;
      process.on('worker', (worker) => { thread = worker; });
      ${start('{ snapshots: { intervalMs: 50 } }')}
      await new Promise(setImmediate);
      await thread.terminate();
      const { written } = recorder.stats().snapshots;
      ${until('recorder.stats().snapshots.written > written + 2')}
      console.log(recorder.stats().snapshots.written - written);`);
    expect(Number(printed(outcome))).toBeGreaterThan(2);
  });

  const helpers: [name: string, source: string][] = [
    ['helps', ''],
    ['has other things to do', `for (let i = 0; i < 5; i++) recorder.snapshot('other');`],
    ['dies meanwhile', `setTimeout(() => thread.terminate());`],
    ['is gone', `await thread.terminate();`],
  ];
  it.each(helpers)('a large crash snapshot is whole when the thread %s', async (_name, source) => {
    const outcome = await runProgram(`
      let thread;
      process.on('worker', (worker) => { thread = worker; });
      ${start()}
      await recorder.snapshot('first');
      for (let i = 1; i <= 100_000; i++) log.info('event', { i, text: 'some text' });
      ${source}
      setTimeout(() => { throw new Error('late'); });`);
    expect(outcome.code).toBe(1);
    const crash = outcome.recordings.find(({ header }) => header.reason === 'uncaughtException')!;
    const numbers = [...crash.events()].map(({ fields }) => fields.i ?? 0);
    expect(numbers).toEqual(Array.from({ length: 100_001 }, (_, i) => i));
    expect(crash.losses.overwritten).toBe(0);
  });

  it('importing, and starting without a black box, need no thread at all', async () => {
    const outcome = await runProgram(
      `
      let threads = 0;
      process.on('worker', () => { threads++; });
      ${start()}
      log.error('an error');
      recorder.snapshotSync();
      console.log(JSON.stringify([threads, recorder.stats().recorderThread]));`,
      { env: { TTLOG_BLACK_BOX: 'off' } },
    );
    expect(printed(outcome)).toEqual([0, { state: 'off' }]);
  });
});
