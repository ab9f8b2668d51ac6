// Applications that handle their crashes themselves: what the snapshot shows then, how often one
// is written, and when it is written again at the exit.

import { describe, expect, it } from 'vitest';
import { messagesOf, printed, runBeside, runProgram } from './run-program.ts';

const START = `const recorder = startRecorder(); const log = getLogger('app'); log.info('before');\n`;
const handle = (body: string): string =>
  `process.on('uncaughtException', (error) => { ${body} });\n`;
const THROW = `setTimeout(() => { throw new Error('late'); }, 2);\n`;

describe.concurrent('a crash that the application handles', () => {
  it('leaves a snapshot when a monitor of the application throws that was there before', async () => {
    const monitor = `process.on('uncaughtExceptionMonitor', () => { throw new Error('worse'); });\n`;
    const outcome = await runBeside(`${monitor}${START}${THROW}`, { ignoreInternalFrames: true });
    expect(outcome.code).toBe(7);
    expect(outcome.recordings).toHaveLength(1);
    expect(outcome.recordings[0].header.error).toMatchObject({ message: 'late' });
  });

  it('leaves nothing at an end in order, also if its snapshot could not be written', async () => {
    const outcome = await runBeside(`
      import fs from 'node:fs';
      const directory = process.env.TTLOG_SNAPSHOT_DIR;
      ${START}
      ${handle('')}
      log.warn('the box is there');
      if (fs.existsSync(directory)) fs.renameSync(directory, directory + '-moved');
      fs.writeFileSync(directory, 'no directory');
      ${THROW}
      setTimeout(() => {
        fs.unlinkSync(directory);
        if (fs.existsSync(directory + '-moved')) fs.renameSync(directory + '-moved', directory);
        process.exit(0);
      }, 100);`);
    expect(outcome).toMatchObject({ code: 0, files: [] });
  });

  it('leaves a snapshot under a capture callback', async () => {
    const outcome = await runBeside(`
      ${START}
      process.setUncaughtExceptionCaptureCallback((error) => { console.log('caught', error.message); });
      ${THROW}`);
    expect(outcome).toMatchObject({ code: 0, stdout: 'caught late\n' });
    expect(outcome.recordings).toHaveLength(1);
    expect(outcome.recordings[0].header.error).toMatchObject({ message: 'late' });
  });

  it('leaves a snapshot under a domain', async () => {
    const outcome = await runBeside(`
      import domain from 'node:domain';
      ${START}
      const own = domain.create().on('error', (error) => { console.log('caught', error.message); });
      own.run(() => { ${THROW} });`);
    expect(outcome).toMatchObject({ code: 0, stdout: 'caught late\n' });
    expect(outcome.recordings).toHaveLength(1);
  });

  it('is shown with what the handler logs before it exits much later', async () => {
    const body = `log.fatal('going down'); setTimeout(() => { log.info('closed'); process.exit(1); }, 50);`;
    const outcome = await runBeside(`${START}${handle(body)}${THROW}`);
    expect(outcome.recordings).toHaveLength(1);
    expect(messagesOf(outcome.recordings[0])).toEqual(['before', 'going down', 'closed']);
  });

  it("is shown with what 'exit' listeners log, wherever they stand", async () => {
    const listener = (name: string) => `process.on('exit', () => { log.info('${name}'); });\n`;
    const outcome = await runBeside(`
      import { getLogger as early } from './ttlog.mjs';
      process.on('exit', () => { early('app').info('first'); });
      ${START}${listener('second')}${THROW}`);
    expect(outcome.code).toBe(1);
    expect(outcome.recordings).toHaveLength(1);
    expect(messagesOf(outcome.recordings[0])).toEqual(['before', 'first', 'second']);
  });
});

describe.concurrent('the snapshot of a crash', () => {
  it('is written once where nothing was logged afterwards', async () => {
    const outcome = await runProgram(`${START}
      import fs from 'node:fs';
      recorder.on('snapshot', () => { fs.writeSync(1, 'written\\n'); });
      ${THROW}`);
    expect(outcome.stdout).toBe('written\n');
    expect(outcome.files).toHaveLength(1);
  });

  it('is not touched at a clean exit when the application went on', async () => {
    const outcome = await runBeside(`${START}${handle(`log.warn('swallowed');`)}${THROW}
      setTimeout(() => { log.info('much later'); }, 50);`);
    expect(outcome.code).toBe(0);
    expect(outcome.recordings).toHaveLength(1);
    expect(messagesOf(outcome.recordings[0])).toEqual(['before']);
  });

  it('shows the error that the process ends of, not one that it swallowed just before', async () => {
    const outcome = await runBeside(`${START}
      ${handle(`log.warn(error.message); if (error.message === 'deadly') process.exit(1);`)}
      setTimeout(() => { throw new Error('harmless'); }, 2);
      setTimeout(() => { throw new Error('deadly'); }, 20);`);
    expect(outcome.code).toBe(1);
    expect(outcome.recordings).toHaveLength(1);
    expect(outcome.recordings[0].header.error).toMatchObject({ message: 'deadly' });
    expect(messagesOf(outcome.recordings[0])).toEqual(['before', 'harmless', 'deadly']);
  });
});

it.concurrent('1,000 swallowed crashes leave one snapshot and are counted', async () => {
  const outcome = await runProgram(`
    import fs from 'node:fs';
    ${START}
    ${handle('count++; if (count === 1000) finish(); else setImmediate(next);')}
    let [count, rss] = [0, 0];
    function next() {
      if (count === 200) rss = process.memoryUsage.rss();
      throw new Error('again ' + count);
    }
    function finish() {
      const { written, suppressed } = recorder.stats().snapshots;
      const grownMiB = (process.memoryUsage.rss() - rss) / 2 ** 20;
      console.log(JSON.stringify({ written, suppressed, grownMiB }));
    }
    setImmediate(next);`);
  const { grownMiB, ...snapshots } = printed(outcome) as { grownMiB: number };
  expect(snapshots).toEqual({ written: 1, suppressed: 999 });
  expect(grownMiB).toBeLessThan(30);
  expect(outcome.recordings).toHaveLength(1);
  expect(outcome.recordings[0].header.error).toMatchObject({ message: 'again 0' });
});
