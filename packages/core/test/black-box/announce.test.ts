// What earlier processes left is told of once, whoever listens and however many start at once.

import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRecording } from 'ttlog/reader';
import { afterAll, describe, expect, it } from 'vitest';
import { runProgram, until } from '../crash/run-program.ts';

const root = fs.mkdtempSync(join(tmpdir(), 'ttlog-announce-'));
afterAll(() => fs.rmSync(root, { recursive: true }));

/** Listens until it has heard of `count`, or for `forMs`; prints their reasons. */
const listener = (forMs: number, count = Number.POSITIVE_INFINITY, options = '{}'): string => `
  const recorder = startRecorder(${options});
  const heard = [];
  recorder.on('recovered', ({ path, reason }) => {
    heard.push({ path, reason });
    if (heard.length >= ${count}) end();
  });
  const timer = setTimeout(() => end(), ${forMs});
  function end() { clearTimeout(timer); console.log(JSON.stringify(heard)); process.exit(0); }`;

/** Longer than a start takes on a machine with too much to do; idle, it costs nothing. */
const QUIET_MS = 2500;
let folders = 0;

function inFolder(): {
  run: (source: string) => ReturnType<typeof runProgram>;
  folder: string;
  heardBy: (source: string) => Promise<{ path: string; reason: string }[]>;
} {
  const folder = join(root, String(folders++));
  const run = (source: string) =>
    runProgram(source, { env: { TTLOG_SNAPSHOT_DIR: folder }, isIdle: true });
  const heardBy = async (source: string) => {
    const { stdout, stderr } = await run(source);
    expect(stderr).toBe('');
    return JSON.parse(stdout);
  };
  return { run, folder, heardBy };
}

const CRASHED = `startRecorder(); getLogger('app').info('crashing'); throw new Error('crash');`;
const KILLED = `startRecorder(); getLogger('app').warn('dying'); process.kill(process.pid, 'SIGKILL');`;
/** Tells nobody. What it has claimed when it ends is left alone by others for a minute. */
const RECOVERING = `import fs from 'node:fs';
  startRecorder();
  const names = () => fs.readdirSync(process.env.TTLOG_SNAPSHOT_DIR).join();
  ${until("/-process-died\\.bin/.test(names()) && !names().includes('.claimed-')")}
  process.exit(0);`;

describe.concurrent('recordings of earlier processes', () => {
  it('are told of once, crashes and boxes, also where nobody listened at first', async () => {
    const { run, folder, heardBy } = inFolder();
    await run(CRASHED);
    await run(KILLED);
    await run(RECOVERING);
    const heard = await heardBy(listener(10_000, 2));
    expect(heard.map(({ reason }) => reason)).toEqual(['unhandledRejection', 'process-died']);
    for (const { path, reason } of heard) {
      expect(openRecording(path).header.reason).toBe(reason);
    }
    expect(await heardBy(listener(QUIET_MS))).toEqual([]);
    // A mark goes with its recording.
    fs.unlinkSync(heard[0].path);
    await heardBy(listener(QUIET_MS));
    const marks = fs.readdirSync(folder).filter((name) => name.endsWith('.told'));
    expect(marks).toHaveLength(1);
  });

  it('are recovered and told of where no black box of the own can be made', async () => {
    const { run, folder } = inFolder();
    await run(`startRecorder({ memory: { bytes: 1 << 19 } }); getLogger('app').warn('dying');
      process.kill(process.pid, 'SIGKILL');`);
    const entry = JSON.stringify(join(import.meta.dirname, '../../dist/index.js'));
    const source = `import { startRecorder } from ${entry};
      ${listener(10_000, 1)}
      console.log(recorder.stats().blackBox.reason);`;
    // No file may be as long as the ring; a snapshot is shorter.
    const { stdout, stderr } = spawnSync(
      '/bin/sh',
      [
        '-c',
        'ulimit -f 8000; exec "$@"',
        'sh',
        process.execPath,
        '--input-type=module',
        '-e',
        source,
      ],
      { encoding: 'utf8', env: { PATH: process.env.PATH, TTLOG_SNAPSHOT_DIR: folder } },
    );
    expect(stderr).toBe('');
    const [reason, heard] = stdout.trim().split('\n');
    expect(reason).toMatch(/^no file could be made: EFBIG/);
    expect(JSON.parse(heard)).toMatchObject([{ reason: 'process-died' }]);
  });

  it('are told of once by several processes that start at once', async () => {
    const { run, heardBy } = inFolder();
    for (let i = 0; i < 2; i++) await run(CRASHED);
    await run(KILLED);
    const heard = await Promise.all([1, 2, 3].map(() => heardBy(listener(4000))));
    expect(heard.flat()).toHaveLength(3);
    expect(new Set(heard.flat().map(({ path }) => path)).size).toBe(3);
  });

  it.each(['{}', '{ blackBox: false }'])(
    'are not those of a living process with %s',
    async (options) => {
      const { run, heardBy } = inFolder();
      const living = run(`const recorder = startRecorder(${options});
      recorder.snapshotSync('mine');
      setTimeout(() => process.exit(0), 8000);`);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(await heardBy(listener(QUIET_MS, 1, options))).toEqual([]);
      await living;
      expect(await heardBy(listener(10_000, 1, options))).toMatchObject([{ reason: 'mine' }]);
    },
  );

  it('are not those of another service', async () => {
    const { run, heardBy } = inFolder();
    await run(CRASHED);
    expect(await heardBy(listener(QUIET_MS, 1, `{ service: 'other' }`))).toEqual([]);
  });
});
