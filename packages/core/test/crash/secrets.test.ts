// What must never be in a recording is in none of its bytes: environment, command line, the values
// of redacted keys, and secrets that are known by their form. Whoever else may read the file is a matter of its mode.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runProgram } from './run-program.ts';

const SECRETS = {
  environment: 'kept-in-the-environment-4711',
  argument: 'given-as-an-argument-4712',
  flag: 'given-to-node-4713',
  field: 'logged-under-a-redacted-key-4714',
  path: 'logged-under-a-redacted-path-4715',
  binding: 'bound-under-a-redacted-key-4716',
  error: 'hung-on-an-error-4717',
  message: 'in-the-url-of-a-message-4718',
  crash: 'in-the-url-of-what-kills-4719',
};

const PROGRAM = `
  startRecorder({ blackBox: 'mirrored', redact: { paths: ['user.email'] } });
  const log = getLogger('app').child({ authorization: '${SECRETS.binding}' });
  log.warn('signed in', { password: '${SECRETS.field}', user: { email: '${SECRETS.path}' }, n: 1 });
  log.error(Object.assign(new Error('refused'), { token: '${SECRETS.error}' }));
  log.warn('connecting to postgres://app:${SECRETS.message}@db/x');`;

const OPTIONS = {
  env: { DATABASE_URL: SECRETS.environment },
  flags: [`--title=${SECRETS.flag}`],
  shell: `exec "$@" ${SECRETS.argument}`,
};

/** All bytes of all files as text, those of a snapshot also inflated. */
function bytesOf(directory: string, names: string[]): string {
  return names
    .map((name) => {
      const path = join(directory, name);
      const bytes = fs.readFileSync(path, 'latin1');
      if (!name.endsWith('.bin')) return bytes;
      return bytes + execFileSync('lz4', ['-dc', path], { encoding: 'latin1' });
    })
    .join('');
}

it.each([
  ['a snapshot', `${PROGRAM} throw new Error('redis://:${SECRETS.crash}@db');`, /\.bin$/],
  [
    'a black box',
    `${PROGRAM} setTimeout(() => process.kill(process.pid, 'SIGKILL'), 300);`,
    /ring$/,
  ],
])('%s holds neither environment nor arguments nor what is redacted', async (_, source, kind) => {
  const { folder, files } = await runProgram(source, OPTIONS);
  expect(files).toEqual([expect.stringMatching(kind)]);
  const directory = join(folder, 'snapshots');
  const text = bytesOf(directory, files);
  expect(text).toContain('signed in');
  expect(text).toContain('[Redacted]');
  for (const [where, secret] of Object.entries(SECRETS)) {
    expect(text.includes(secret), where).toBe(false);
  }
  for (const name of files) {
    expect((fs.statSync(join(directory, name)).mode & 0o777).toString(8)).toBe('600');
  }
});
