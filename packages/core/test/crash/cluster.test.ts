// node:cluster: two workers of one primary die, one by a throw and one by SIGKILL; the primary lives,
// and hears of both.

import { basename, join } from 'node:path';
import { openRecording } from 'ttlog/reader';
import { describe, expect, it } from 'vitest';
import { messagesOf, runBeside } from './run-program.ts';

const PROGRAM = `
  import cluster from 'node:cluster';
  import { writeSync } from 'node:fs';
  const DEATHS = {
    throws: () => { throw new Error('late'); },
    killed: () => process.kill(process.pid, 'SIGKILL'),
  };
  const start = () => startRecorder({ service: 'crowd', memory: { bytes: 1 << 20 } });
  const recorder = start();
  const log = getLogger('app');
  log.warn('of ' + (process.env.FATE ?? 'primary'));
  if (cluster.isPrimary) {
    // One after the other: a worker that starts looks for the dead as well, and recovers them.
    const dead = [];
    for (const FATE of Object.keys(DEATHS)) {
      dead.push(await new Promise((resolve) => {
        cluster.fork({ FATE }).once('exit', (code, signal) => resolve([FATE, code, signal].join()));
      }));
    }
    console.log(dead.join(' '));
    log.warn('goes on');
    // As after its next start.
    await recorder.stop();
    const heard = new Set();
    const next = start();
    next.on('recovered', ({ path }) => { heard.add(path); writeSync(3, path + '\\n'); });
    for (let i = 0; i < 400 && heard.size < 2 && next.stats() !== undefined; i++) {
      await new Promise((go) => setTimeout(go, 25));
    }
    await next.stop();
    cluster.disconnect();
  } else setTimeout(DEATHS[process.env.FATE], 50);`;

describe('a cluster', () => {
  it('of which two workers die leaves a recording of each, and its primary hears of both', async () => {
    const outcome = await runBeside(PROGRAM, { acknowledges: true, ignoreInternalFrames: true });
    expect(outcome).toMatchObject({ code: 0, stdout: 'throws,1, killed,,SIGKILL\n' });
    const paths = outcome.acknowledged.trim().split('\n');
    const left = paths.map((path) => {
      const recording = openRecording(path);
      expect(recording.damage).toEqual([]);
      return [recording.header.reason, ...messagesOf(recording)];
    });
    expect(left.sort()).toEqual([
      ['process-died', 'of killed'],
      ['uncaughtException', 'of throws'],
    ]);
    const files = outcome.files.filter((name) => !name.endsWith('.told'));
    expect(files).toEqual(paths.map((path) => basename(path)).sort());
    expect(paths.every((path) => path.startsWith(join(outcome.folder, 'snapshots')))).toBe(true);
  });
});
