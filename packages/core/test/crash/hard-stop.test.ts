// A file system that hangs while the process ends: it ends all the same, and as it would have.

import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { messagesOf, type ProgramOptions, runProgram, until } from './run-program.ts';

const HANGING: ProgramOptions = {
  flags: ['--require', join(import.meta.dirname, 'fixtures/hanging-files.cjs')],
  isIdle: true,
};
const start = (options = '{}'): string => `
  startRecorder({ snapshots: ${options} });
  getLogger('app').info('before');
  globalThis.hang = true;\n`;

describe.concurrent('a process whose last snapshot hangs', () => {
  const deaths: [name: string, source: string, code: number, stderr: RegExp][] = [
    [
      'of a throw',
      `${start()}setTimeout(() => { throw new TypeError('late'); });`,
      1,
      /^TypeError: late\n( {4}at .+\n)+\nNode\.js v[\d.]+\n$/,
    ],
    [
      'of a rejection',
      `${start()}Promise.reject(new Error('gone')); setTimeout(() => {}, 50);`,
      1,
      /^Error: gone\n/,
    ],
    ['of a thrown text', `${start()}setTimeout(() => { throw 'text'; });`, 1, /^Uncaught text\n/],
    ['by process.exit', `${start("{ onExit: 'always' }")}process.exit(7);`, 7, /^$/],
    [
      'of a signal',
      `${start("{ signals: ['SIGTERM'] }")}process.kill(process.pid, 'SIGTERM');
      setTimeout(() => {}, 60_000);`,
      143,
      /^$/,
    ],
    [
      'while workers run',
      `for (let i = 0; i < 2; i++) {
        new Worker('setInterval(() => { for (let i = 0; i < 1e6; i++); })', { eval: true });
      }
      ${start()}setTimeout(() => { throw new Error('late'); }, 300);`,
      1,
      /^Error: late\n/,
    ],
  ];

  it.each(deaths)(
    'ends with its exit code when it dies %s',
    async (_name, source, code, stderr) => {
      const outcome = await runProgram(source, HANGING);
      expect(outcome).toMatchObject({ code, signal: null, stdout: '' });
      expect(outcome.stderr).toMatch(stderr);
      expect(outcome.durationMs).toBeGreaterThan(3000);
      // What hung has no final name.
      expect(outcome.recordings).toEqual([]);
    },
  );

  // No `console`: it makes process.stderr, and then writing there waits for no reader.
  it('ends by SIGKILL when nobody reads its last words either', async () => {
    const outcome = await runProgram(
      `import fs from 'node:fs';
      ${start()}
      const { O_NONBLOCK, O_WRONLY } = fs.constants;
      const stderr = fs.openSync('/proc/self/fd/2', O_WRONLY | O_NONBLOCK);
      try { for (;;) fs.writeSync(stderr, 'x'); } catch (error) { fs.writeSync(1, error.code); }
      setTimeout(() => { throw new Error('late'); });`,
      {
        ...HANGING,
        shell: `mkfifo full; (exec 3<full; exec sleep 60) >/dev/null 2>&1 &
          (exec "$@" 2>full) 2>/dev/null; echo $?; kill $!`,
      },
    );
    // The thread that was to end it with its exit code hangs as well, so SIGKILL does.
    expect(outcome.stdout).toBe('EAGAIN137\n');
  });

  it('goes on when the file system does within 3 s', async () => {
    const outcome = await runProgram(
      `${start()}globalThis.hang = 1000; setTimeout(() => { throw new Error('late'); });`,
      HANGING,
    );
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toContain("throw new Error('late')");
    expect(outcome.recordings.map(messagesOf)).toEqual([['before']]);
  });

  it('goes on where it takes longer and hangs in no call', async () => {
    const outcome = await runProgram(
      `${start()}globalThis.hang = 'busy'; setTimeout(() => { throw new Error('late'); });`,
      HANGING,
    );
    expect(outcome).toMatchObject({ code: 1, signal: null });
    expect(outcome.stderr).toContain("throw new Error('late')");
    expect(outcome.recordings.map(messagesOf)).toEqual([['before']]);
    expect(outcome.durationMs).toBeGreaterThan(3000);
  });

  it('is left alone where the application handles the error', async () => {
    const outcome = await runProgram(
      `process.on('uncaughtException', () => { globalThis.hang = false; console.log('handled'); });
      ${start()}globalThis.hang = 1700; // The file, then the directory.
      setTimeout(() => { throw new Error('late'); });`,
      HANGING,
    );
    expect(outcome).toMatchObject({ code: 0, stdout: 'handled\n' });
    expect(outcome.recordings.map(messagesOf)).toEqual([['before']]);
  });
});

describe.concurrent('a process whose recorder thread hangs', () => {
  /** The thread opens a FIFO that nobody reads, to print into it, and the kernel says that it waits. */
  const hanging = (end: string): string => `
    import { execFileSync } from 'node:child_process';
    execFileSync('mkfifo', ['fifo']);
    const recorder = startRecorder({
      snapshots: { onExit: 'nonzero' }, output: { format: 'json', destination: 'fifo' },
    });
    getLogger('app').info('before');
    const { readdirSync, readFileSync } = await import('node:fs');
    const waits = (id) => readFileSync(\`/proc/self/task/\${id}/wchan\`, 'utf8');
    ${until(`readdirSync('/proc/self/task').some((id) => /partner|fifo/.test(waits(id)))`)}
    console.log('hangs');
    ${end}`;
  const ends: [name: string, source: string, code: number, stderr: RegExp, left: string[]][] = [
    ['has nothing more to do', '', 0, /^$/, []],
    ['exits', 'process.exit(7);', 7, /^$/, ['-exit.bin']],
    ['stops the recorder', 'await recorder.stop();', 0, /^$/, []],
    [
      'throws',
      `setTimeout(() => { throw new TypeError('late'); });`,
      1,
      /^TypeError: late\n( {4}at .+\n)+\nNode\.js v[\d.]+\n$/,
      ['-uncaughtException.bin'],
    ],
    [
      "throws in a listener of 'exit'",
      `process.on('exit', () => { throw new TypeError('in exit'); });
      setTimeout(() => process.exit(4));`,
      4,
      /^TypeError: in exit\n( {4}at .+\n)+\nNode\.js v[\d.]+\n$/,
      ['.ring', '-uncaughtException.bin'],
    ],
    ['calls process.reallyExit', 'process.reallyExit(6);', 6, /^$/, ['.ring']],
  ];

  it.each(ends)('ends as it would have when it %s', async (_name, source, code, stderr, left) => {
    const outcome = await runProgram(hanging(source), { isIdle: true });
    expect(outcome).toMatchObject({ code, signal: null, stdout: 'hangs\n' });
    expect(outcome.stderr).toMatch(stderr);
    expect(outcome.files).toEqual(left.map((end) => expect.stringMatching(`${end}$`)));
  });

  it('goes on where that is the thread of a worker, which exits', async () => {
    const outcome = await runProgram(
      `if (isMainThread) {
        const worker = new Worker(new URL(import.meta.url));
        // By then the process would have been ended, by force if need be.
        worker.stdout.once('data', () => setTimeout(() => {
          console.log('alive');
          process.kill(process.pid, 'SIGKILL');
        }, 5000));
        await new Promise(() => {});
      }
      ${hanging('process.exit(0);')}`,
      { isIdle: true },
    );
    expect(outcome).toMatchObject({ signal: 'SIGKILL', stdout: 'hangs\nalive\n', stderr: '' });
  });

  it('is told so where it waits for a snapshot, and goes on', async () => {
    const outcome = await runProgram(
      hanging(`const { path, error } = await recorder.snapshot();
        console.log(path, error.message);`),
      { isIdle: true },
    );
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout).toBe('hangs\nnull ttlog: the file system does not answer\n');
  });

  it.each([
    ['', 'process.exit(5);'],
    [
      ', also while it is being stopped,',
      'recorder.stop(); setTimeout(() => process.exit(5), 50);',
    ],
  ])('in the middle of writing the black box%s ends before that does', async (_when, end) => {
    const outcome = await runProgram(
      `import fs from 'node:fs';
      const recorder = startRecorder();
      getLogger('app').info('before');
      // A thread whose call is delayed is in state t all the while, and others only for an instant.
      const isDelayed = (task) => {
        const path = '/proc/self/task/' + task + '/stat';
        return fs.existsSync(path) && / t /.test(fs.readFileSync(path, 'utf8'));
      };
      for (let seen = 0; seen < 20; ) {
        await new Promise((go) => setTimeout(go, 5));
        seen = fs.readdirSync('/proc/self/task').some(isDelayed) ? seen + 1 : 0;
      }
      ${end}`,
      {
        isIdle: true,
        // The first two writes are main's, and the sign of life before the recorder thread's work.
        shell: `exec strace -f --seccomp-bpf -qqq -o calls -e trace=pwrite64,exit_group \
          -e inject=pwrite64:delay_enter=6000000:when=3+ "$@"`,
      },
    );
    expect(outcome).toMatchObject({ code: 5, signal: null, stdout: '', files: [] });
    const calls = fs.readFileSync(join(outcome.folder, 'calls'), 'utf8');
    expect(calls).toMatch(/exit_group\(5\)[\s\S]*pwrite64 resumed/);
  });
});
