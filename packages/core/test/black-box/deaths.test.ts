// What becomes of a black box: gone after an end in order, told of after the next start, on a disk that
// is full. The table of deaths says after which it is there.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { openRecording, recoverBlackBox } from 'ttlog/reader';
import { afterAll, describe, expect, it } from 'vitest';
import { messagesOf, type Outcome, printed, runBeside, runProgram } from '../crash/run-program.ts';

const START = `const recorder = startRecorder({ blackBox: 'mirrored' });
  const log = getLogger('app'); log.info('before'); log.warn('careful');\n`;
/** Once what was logged is in the file; a program without ttlog has none. */
const LATER = (source: string): string => `
  const { readFileSync } = await import('node:fs');
  const box = typeof recorder === 'undefined' ? null : recorder.stats()?.blackBox.path;
  const poll = setInterval(() => {
    if (box && !readFileSync(box).includes('before')) return;
    clearInterval(poll);
    ${source}
  }, 100);\n`;

const boxesOf = ({ files }: Outcome): string[] => files.filter((name) => name.includes('.ring'));

/** What the black box of the only process holds, recovered. */
function recovered(outcome: Outcome): ReturnType<typeof openRecording> {
  const boxes = boxesOf(outcome);
  expect(boxes).toHaveLength(1);
  const result = recoverBlackBox(join(outcome.folder, 'snapshots', boxes[0]));
  if (result.path === null) throw result.error;
  const recording = openRecording(result.path);
  expect([...recording.events()].length).toBe(result.events);
  expect(recording.damage).toEqual([]);
  expect(recording.header.reason).toBe('process-died');
  return recording;
}

describe.concurrent('a death that runs no JavaScript', () => {
  it('a warning is there that was logged by a worker right before, and who logged it', async () => {
    const outcome = await runProgram(
      `if (isMainThread) { ${START}
         new Worker(new URL(import.meta.url)).on('message', () => {});
         setInterval(() => {}, 1000);
       } else {
         getLogger('worker').warn('last words');
         process.kill(process.pid, 'SIGKILL');
       }`,
    );
    expect(outcome.signal).toBe('SIGKILL');
    const recording = recovered(outcome);
    const last = [...recording.events()].find(({ message }) => message === 'last words');
    expect(last).toMatchObject({ level: 'warn', logger: 'worker' });
    expect(last?.thread.id).toBeGreaterThan(0);
  });

  it('is told of after the next start', async () => {
    const dead = await runProgram(`${START}process.kill(process.pid, 'SIGKILL');`);
    const folder = join(dead.folder, 'snapshots');
    const next = await runProgram(
      `const recorder = startRecorder({ blackBox: 'mirrored' });
       recorder.on('recovered', ({ path, reason }) => {
         console.log(JSON.stringify({ path, reason }));
         recorder.stop();
       });
       setTimeout(() => {}, 3000).unref(); setInterval(() => {}, 1000).unref();
       const keep = setInterval(() => {}, 100); recorder.on('recovered', () => clearInterval(keep));`,
      { env: { TTLOG_SNAPSHOT_DIR: folder } },
    );
    const { path, reason } = printed(next) as { path: string; reason: string };
    expect(reason).toBe('process-died');
    expect(messagesOf(openRecording(path))).toContain('careful');
    const names = fs.readdirSync(folder).filter((name) => !name.endsWith('.told'));
    expect(names).toEqual([basename(path)]);
  });
});

describe.concurrent('an end in order leaves no black box', () => {
  const ends: [name: string, source: string][] = [
    ['stop()', 'await recorder.stop(); console.log("stopped");'],
    ['a process.exit in a worker', `new Worker('process.exit(4)', { eval: true });`],
  ];
  it.each(ends)('%s', async (_name, source) => {
    const outcome = await runBeside(START + source);
    expect(outcome).toMatchObject({ stderr: '', files: [] });
  });

  it('nor does a crash of which there is a snapshot', async () => {
    const outcome = await runBeside(`${START}throw new Error('crash');`);
    expect(boxesOf(outcome)).toEqual([]);
    expect(outcome.recordings).toHaveLength(1);
    expect(outcome.recordings[0].header.blackBox).toEqual({
      mode: 'mirrored',
      reason: 'asked for',
    });
  });

  it('nor does a signal of which there is a snapshot', async () => {
    const outcome = await runBeside(
      `const recorder = startRecorder({ blackBox: 'mirrored', snapshots: { signals: ['SIGTERM'] } });
       getLogger('app').info('before'); setInterval(() => {}, 1000);
       ${LATER('process.kill(process.pid);')}`,
    );
    expect(outcome.signal).toBe('SIGTERM');
    expect(outcome.files).toHaveLength(1);
    expect(messagesOf(outcome.recordings[0])).toEqual(['before']);
  });
});

describe('a disk', () => {
  const mounts: string[] = [];
  const mountDisk = (options: string): string => {
    const mount = fs.mkdtempSync(join(tmpdir(), 'ttlog-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', mount]);
    mounts.push(mount);
    return mount;
  };
  afterAll(() => {
    for (const mount of mounts) {
      execFileSync('umount', [mount]);
      fs.rmdirSync(mount);
    }
  });

  it('that is full turns the black box off until there is room, and logging goes on', async () => {
    const mount = mountDisk('size=3m');
    const outcome = await runProgram(
      `import fs from 'node:fs';
       const directory = ${JSON.stringify(mount)};
       const recorder = startRecorder({
         blackBox: 'mirrored', memory: { bytes: 2 << 20, segmentBytes: 16384 }, snapshots: { directory },
       });
       const errors = []; recorder.on('error', ({ message }) => errors.push(message));
       const log = getLogger('app');
       const mode = () => recorder.stats().blackBox;
       const until = async (isReached) => {
         for (let i = 0; i < 400 && !isReached(); i++) await new Promise((r) => setTimeout(r, 50));
       };
       fs.writeFileSync(directory + '/ballast', new Uint8Array(2200 << 10));
       const seen = [mode()];
       for (let i = 0; i < 10000; i++) log.info('filling', { i, text: 'x'.repeat(100) });
       log.warn('in need');
       await until(() => mode().mode === 'off');
       seen.push(mode());
       log.info('goes on');
       fs.rmSync(directory + '/ballast');
       await until(() => mode().mode === 'mirrored');
       seen.push(mode());
       const { events } = recorder.stats();
       fs.renameSync(mode().path, directory + '/kept.ring');
       console.log(JSON.stringify({ seen, errors, events }));
       await recorder.stop();`,
    );
    const { seen, errors, events } = printed(outcome) as {
      seen: { mode: string; reason: string }[];
      errors: string[];
      events: number;
    };
    expect(seen.map(({ mode }) => mode)).toEqual(['mirrored', 'off', 'mirrored']);
    expect(seen[1].reason).toContain('ENOSPC');
    expect(errors).toEqual([expect.stringContaining('ENOSPC')]);
    expect(fs.readdirSync(mount)).toEqual(['kept.ring']);
    // Nothing of what could not be written at first is missing.
    const kept = openRecording(join(mount, 'kept.ring'));
    expect([...kept.events()].length).toBe(events);
    expect(messagesOf(kept).slice(-2)).toEqual(['in need', 'goes on']);
  });
});

describe('a process that goes on', () => {
  it('has as many descriptors, threads and mappings after 20 s of activity as before', async () => {
    const outcome = await runProgram(
      `import fs from 'node:fs';
       const recorder = startRecorder({ blackBox: 'mirrored', memory: { bytes: 1 << 20 } });
       const log = getLogger('app');
       const count = () => ({
         descriptors: fs.readdirSync('/proc/self/fd').length,
         threads: fs.readdirSync('/proc/self/task').length,
         maps: fs.readFileSync('/proc/self/maps', 'utf8').split('\\n').length,
       });
       let n = 0;
       const timer = setInterval(() => {
         for (let i = 0; i < 100; i++) log.info('at work', { n: n++ });
         log.warn('well', { n });
       }, 5);
       setTimeout(async () => {
         const before = count();
         await new Promise((resolve) => setTimeout(resolve, 20000));
         const after = count();
         clearInterval(timer);
         const { mode, path } = recorder.stats().blackBox;
         const { size } = fs.statSync(path);
         await recorder.stop();
         console.log(JSON.stringify({ before, after, mode, size, n }));
       }, 3000);`,
    );
    const { before, after, mode, n } = printed(outcome) as {
      [name: string]: { [name: string]: number };
    };
    console.log(`after ${n} events: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`);
    expect(mode).toBe('mirrored');
    expect(after.descriptors).toBe(before.descriptors);
    expect(after.threads).toBe(before.threads);
    expect(after.maps).toBeLessThan(before.maps * 1.1 + 20);
    expect(outcome.files).toEqual([]);
  });
});
