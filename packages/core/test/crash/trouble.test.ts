// Deaths on top of other trouble: while a snapshot is written, several at once, where nothing can
// be written, and by a real fault in native code.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { openRecording, recoverBlackBox } from 'ttlog/reader';
import { describe, expect, it } from 'vitest';
import { messagesOf, type Outcome, type ProgramOptions, runBeside } from './run-program.ts';

const START = `const recorder = startRecorder({ blackBox: false, snapshots: { signals: ['SIGTERM'] } });
  const log = getLogger('app');\n`;

/** Runs the program where the snapshot directory is a file system of its own. */
function onFileSystem(options: string): ProgramOptions {
  const mount = `mount -t tmpfs -o ${options} tmpfs snapshots && exec "$@"`;
  return {
    shell: `mkdir snapshots && exec unshare --mount /bin/sh -c '${mount}' sh "$@"`,
  };
}

const numbersOf = (outcome: Outcome): number[] =>
  outcome.recordings.flatMap((recording) =>
    [...recording.events()].flatMap(({ fields }) => (typeof fields.n === 'number' ? fields.n : [])),
  );

describe.concurrent('a crash', () => {
  it('while the recorder thread writes a snapshot leaves its own, whole', async () => {
    const outcome = await runBeside(
      `${START} for (let n = 0; n < 50_000; n++) log.info('numbered', { n });
       for (let i = 0; i < 4; i++) void recorder.snapshot('asked');
       setTimeout(() => {
         log.info('numbered', { n: 50_000 });
         throw new Error('in between');
       }, 10);`,
    );
    expect(outcome.code).toBe(1);
    const crash = outcome.recordings.find(({ header }) => header.reason === 'uncaughtException');
    expect(crash?.header.error).toMatchObject({ message: 'in between' });
    const numbers = [...(crash?.events() ?? [])].map(({ fields }) => fields.n);
    expect(numbers).toHaveLength(50_001);
    expect(numbers.at(-1)).toBe(50_000);
  });

  it('in an application whose listener for snapshots crashes too ends as without ttlog', async () => {
    const outcome = await runBeside(
      `${START} recorder.on('snapshot', () => { throw new Error('in the listener'); });
       log.info('numbered', { n: 1 });
       setTimeout(() => { throw new Error('the first'); }, 5);`,
    );
    expect(outcome.recordings.map(({ header }) => header.error)).toMatchObject([
      { message: 'the first' },
    ]);
  });

  it('of several threads at once leaves whole files, with the words of whom they tell', async () => {
    const outcome = await runBeside(
      `if (isMainThread) {
         ${START}
         const go = new Int32Array(new SharedArrayBuffer(4));
         for (let n = 1; n <= 3; n++) new Worker(new URL(import.meta.url), { workerData: { go, n } })
           .on('error', () => {});
         setTimeout(() => {
           Atomics.store(go, 0, 1);
           Atomics.notify(go, 0);
           setTimeout(() => { log.info('numbered', { n: 0 }); throw new Error('of 0'); });
         }, 500);
       } else {
         const log = getLogger('worker');
         Atomics.wait(workerData.go, 0, 0);
         log.info('numbered', { n: workerData.n });
         throw new Error('of ' + workerData.n);
       }`,
      { ignoreInternalFrames: true },
    );
    expect(outcome.code).toBe(1);
    expect(outcome.recordings.length).toBeGreaterThan(0);
    for (const recording of outcome.recordings) {
      const [, n] = /of (\d)/.exec((recording.header.error as Error).message) ?? [];
      expect([...recording.events()].map(({ fields }) => fields.n)).toContain(Number(n));
    }
    expect(new Set(numbersOf(outcome))).toContain(0);
  });

  it.each([
    ['a disk that is read-only', 'ro'],
    ['a disk without room for a name', 'nr_inodes=1'],
    ['a disk with room for a part', 'size=16k'],
  ])('on %s ends as without ttlog', async (_, options) => {
    const outcome = await runBeside(
      `${START} for (let n = 0; n < 20_000; n++) log.info('numbered', { n, text: 'x' + n * 7919 });
       setTimeout(() => { throw new Error('no room'); }, 5);`,
      onFileSystem(options),
    );
    expect(outcome).toMatchObject({ code: 1, signal: null });
  });

  it('by a signal on a disk that is read-only is the same signal', async () => {
    const outcome = await runBeside(
      `${START} setInterval(() => {}, 1000); setTimeout(() => process.kill(process.pid), 5);`,
      onFileSystem('ro'),
    );
    expect(outcome.signal).toBe('SIGTERM');
  });
});

describe.concurrent('a real fault in native code', () => {
  const koffi = createRequire(import.meta.url).resolve('koffi');
  const FAULT = `(await import(${JSON.stringify(koffi)})).default
    .load(null).func('void *memset(uintptr_t, int, size_t)')(8, 1, 1);`;

  it.each([
    ['on main', `if (isMainThread) { ${startMirrored()} ${later(FAULT)} }`],
    [
      'in a worker',
      `if (isMainThread) { ${startMirrored()} new Worker(new URL(import.meta.url)); }
       else { ${later(FAULT)} }`,
    ],
  ])('%s leaves the black box', async (_, source) => {
    const outcome = await runBeside(source, { shell: 'ulimit -c 0; exec "$@"' });
    expect(outcome).toMatchObject({ code: null, signal: 'SIGSEGV', stderr: '' });
    expect(outcome.files).toEqual([expect.stringMatching(/\.ring$/)]);
    const result = recoverBlackBox(join(outcome.folder, 'snapshots', outcome.files[0]));
    expect(messagesOf(openRecording(String(result.path)))).toEqual(['before', 'careful']);
  });
});

function startMirrored(): string {
  return `startRecorder({ blackBox: 'mirrored' });
    const log = getLogger('app'); log.info('before'); log.warn('careful');`;
}

/** Once the recorder thread has come round. */
function later(source: string): string {
  return `setTimeout(async () => { ${source} }, 500);`;
}
