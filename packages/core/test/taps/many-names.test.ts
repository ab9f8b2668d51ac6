// Names and values from outside that are all different, through every tap: what they leave in memory
// does not grow with their number.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { REGISTER } from './tapped-program.ts';

const FIXTURE = join(import.meta.dirname, 'fixtures/many-names.mjs');
const TAPS = [
  ...['console', 'pino', 'winston', 'LogTape', 'http server', 'http client', 'undici', 'net'],
  ...['child_process', 'worker_threads', 'opentelemetry'],
];
/** A hundred bytes for each of a hundred thousand names would be 10 MB. */
const MOST_GROWN_BYTES = 6 << 20;
/** Those of the recording are in the ring, and not bounded by names but by bytes. */
const MOST_LOGGERS = 100;
/** Over a million calls, on a machine that has other work too. */
const MOST_MS = 300_000;

interface Fed {
  readonly grownBytes: { readonly [tap: string]: number };
  readonly loggers: { readonly [tap: string]: { count: number; damage: unknown[] } };
}

const directory = mkdtempSync(join(tmpdir(), 'ttlog-names-'));
let fed: Fed;
beforeAll(() => {
  const args = ['--expose-gc', '--import', REGISTER, FIXTURE];
  const env = {
    ...{ PATH: process.env.PATH, TTLOG_SNAPSHOT_DIR: directory, TTLOG_TAPS: 'all' },
    TTLOG_MEMORY_BYTES: String(1 << 20),
  };
  fed = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', env }));
}, MOST_MS);
afterAll(() => rmSync(directory, { recursive: true }));

test.each(TAPS)('%s', (tap) => {
  expect(fed.grownBytes[tap]).toBeLessThan(MOST_GROWN_BYTES);
  expect(fed.loggers[tap].damage).toEqual([]);
  // Scopes of spans are loggers of their events alone.
  if (tap !== 'opentelemetry') expect(fed.loggers[tap].count).toBeLessThan(MOST_LOGGERS);
});
