// `node --import ttlog/register`: what it records without a change of code, and where it stays out.

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DIST, messagesOf, runProgram } from './run-program.ts';

const THROW = `setTimeout(() => { throw new Error('late'); }, 2);\n`;
const REGISTER = pathToFileURL(join(DIST, 'register.js')).href;

describe.concurrent('node --import ttlog/register', () => {
  const APPLICATION = `import { getLogger as logger } from '${pathToFileURL(join(DIST, 'index.js'))}';
    logger('app').info('before');\n`;

  it('records a program that starts no recorder', async () => {
    const outcome = await runProgram(APPLICATION + THROW, { flags: ['--import', REGISTER] });
    expect(outcome.code).toBe(1);
    expect(outcome.recordings.map(messagesOf)).toEqual([['before']]);
  });

  it('records its workers once', async () => {
    const outcome = await runProgram(
      `${APPLICATION}
      if (isMainThread) new Worker(new URL(import.meta.url));
      else { logger('app').info('in worker'); ${THROW} }`,
      { flags: ['--import', REGISTER], env: { TTLOG_TAPS: '-gc' } },
    );
    expect(outcome.code).toBe(1);
    expect(outcome.recordings).toHaveLength(1);
    const [recording] = outcome.recordings;
    const messages = messagesOf(recording).sort();
    // Whether Node tells of a worker's error before its end or at it is a race.
    const ended = messages.filter((message) => message === 'worker ended');
    expect(messages).toEqual(['before', 'before', 'in worker', 'worker begun', ...ended]);
    expect(ended.length).toBeLessThanOrEqual(1);
    expect(recording.threads).toHaveLength(2);
  });

  it('is one line in NODE_OPTIONS, with an absolute path', async () => {
    const register = join(DIST, 'register.js');
    const env = { NODE_OPTIONS: `--import ${register}`, TTLOG_TAPS: 'console' };
    const outcome = await runProgram(`console.log('before'); ${THROW}`, { env, commonJs: true });
    expect(outcome).toMatchObject({ code: 1, stdout: 'before\n' });
    expect(outcome.recordings.map(messagesOf)).toEqual([['before']]);
  });

  it('never throws, whatever the environment says', async () => {
    const env = {
      TTLOG_MEMORY_BYTES: 'x',
      TTLOG_RECORD_LEVEL: '',
      TTLOG_SNAPSHOT_DIR: '\u0001',
      TTLOG_SERVICE_NAME: '../../x',
      NODE_OPTIONS: `--import ${REGISTER}`,
    };
    const outcome = await runProgram(`${THROW}`, { env });
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toContain('Error: late');
  });

  const managers = [
    'npm-cli.js',
    'npx-cli.js',
    'pnpm.cjs',
    'pnpm.mjs',
    'yarn.js',
    'yarn-4.9.2.cjs',
    'corepack.js',
  ];
  it.each(managers)('does nothing in %s', async (name) => {
    const outcome = await runProgram(
      `import { execFileSync } from 'node:child_process'; import fs from 'node:fs';
      fs.writeFileSync('${name}', "console.log(process.listenerCount('worker'), process.listenerCount('uncaughtExceptionMonitor'))");
      fs.writeFileSync('package.json', '{"type":"${name.endsWith('.js') ? 'commonjs' : 'module'}"}');
      process.stdout.write(execFileSync(process.execPath, ['--import', '${REGISTER}', '${name}']));`,
    );
    expect(outcome).toMatchObject({ code: 0, stdout: '0 0\n' });
  });

  it('is in force in a program that only begins with such a name', async () => {
    const outcome = await runProgram(
      `import { execFileSync } from 'node:child_process'; import fs from 'node:fs';
      fs.writeFileSync('npm-mirror.mjs', "console.log(process.listenerCount('uncaughtExceptionMonitor'))");
      process.stdout.write(execFileSync(process.execPath, ['--import', '${REGISTER}', 'npm-mirror.mjs']));`,
    );
    expect(outcome.stdout).toBe('1\n');
  });
});
