// A ring that is full of the usual event, for the cases that read it: snapshots, the reader.

import { getLogger, type Recorder, type RecorderOptions, startRecorder } from 'ttlog';
import { temporaryFolder } from '../runner/temporary.ts';
import { IPS, LOGGER, MESSAGE } from './logged-event.ts';

/** Fewer than an event takes, so that as many calls as that fill any ring. */
const LEAST_EVENT_BYTES = 30;
/** Numbers of seven digits, as ids of users are. */
const FIRST_USER_ID = 1_000_000;

export interface FilledRing {
  readonly recorder: Recorder;
  readonly calls: number;
}

/**
 * Starts a recorder and logs until its ring is full. Every `warnEvery`-th event is a warning; with
 * 4 their segments fill up like the others, since they are a quarter of all.
 */
export function fillRing(
  bytes: number,
  warnEvery: number,
  options: RecorderOptions = {},
): FilledRing {
  const recorder = startRecorder({
    ...options,
    memory: { bytes },
    snapshots: { directory: temporaryFolder() },
  });
  const log = getLogger(LOGGER);
  const calls = Math.ceil(bytes / LEAST_EVENT_BYTES);
  for (let i = FIRST_USER_ID; i < FIRST_USER_ID + calls; i++) {
    if (i % warnEvery === 0) {
      log.warn(MESSAGE, { userId: i, action: 'login', ip: IPS[i & 63], ok: true });
    } else {
      log.info(MESSAGE, { userId: i, action: 'login', ip: IPS[i & 63], ok: true });
    }
  }
  return { recorder, calls };
}
