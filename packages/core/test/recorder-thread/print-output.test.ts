// The job of printing, slice by slice on this thread: what it says of its problems.

import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { getLogger } from '../../src/logger/logger.ts';
import { SEVERITY } from '../../src/record/level.ts';
import { printOutput } from '../../src/recorder-thread/print-output.ts';
import { OutputProgress } from '../../src/ring/output-progress.ts';
import { stopRecording } from '../../src/ring/recorder-words.ts';
import { TRACE_NAMES } from '../../src/text/flattened-key.ts';
import { FACTS, type RecordingLogger, recordHere } from '../logger/recording-logger.ts';

const log = getLogger('numbered');
let directory: string;
let here: RecordingLogger;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'ttlog-print-'));
  here = recordHere();
});
afterEach(() => {
  here.stop();
  stopRecording(here.memory);
  rmSync(directory, { recursive: true, force: true });
});

it('tells once of a reader that is gone, however long, and once when one is there again', async () => {
  const path = join(directory, 'pipe');
  execFileSync('mkfifo', [path]);
  const openReader = () => openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  // Before the job, which waits for one when it opens the pipe.
  let reader = openReader();
  const problems: (string | null)[] = [];
  const order = {
    minSeverity: SEVERITY.info,
    format: 'json',
    destination: { path },
    hasPinoNumbers: false,
    traceNames: TRACE_NAMES,
    isColoured: false,
    backtrace: null,
    repeats: false,
  } as const;
  const progress = new OutputProgress();
  const job = printOutput(here.memory, FACTS, order, progress.buffer, (problem) => {
    problems.push(problem);
  });
  let ticket = 0;
  const flush = () => new Promise<void>((resolve) => job.flush(++ticket, resolve));

  await flush();
  closeSync(reader);
  for (let burst = 0; burst < 3; burst++) {
    log.info('lost');
    for (let slice = 0; slice < 3; slice++) await flush();
  }
  expect(problems).toEqual([expect.stringMatching(/^EPIPE/)]);

  reader = openReader();
  await flush();
  const bytes = new Uint8Array(4096);
  const text = Buffer.from(bytes.subarray(0, readSync(reader, bytes))).toString();
  closeSync(reader);
  expect(JSON.parse(text)).toMatchObject({ msg: 'lines could not be written', missed: 3 });
  expect(problems).toEqual([expect.stringMatching(/^EPIPE/), null]);
});
