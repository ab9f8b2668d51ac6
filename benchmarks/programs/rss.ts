// Prints the resident memory of a process that does one of four things, in MB. See cases/memory.ts.

import { setTimeout } from 'node:timers/promises';
import { IPS, LOGGER, MESSAGE } from '../cases/logged-event.ts';
import { collectGarbage } from '../runner/garbage.ts';

const CALLS = 2_000_000;
/** Long enough for the recorder thread to be up. */
const SETTLING_MS = 300;

type Log = (message: string, fields: object) => void;

const kind = process.argv[2];
const consumed: { message: string; fields: object } = { message: '', fields: {} };
let log: Log = (message, fields) => {
  consumed.message = message;
  consumed.fields = fields;
};
if (kind === 'idle' || kind === 'busy') {
  // At run time, so that a bare process does not load it.
  const { getLogger, startRecorder } = await import('ttlog');
  startRecorder();
  const logger = getLogger(LOGGER);
  log = (message, fields) => logger.info(message, fields);
}
if (kind === 'busy' || kind === 'bareBusy') {
  for (let i = 0; i < CALLS; i++) {
    log(MESSAGE, { userId: i, action: 'login', ip: IPS[i & 63], ok: true });
  }
}
await setTimeout(SETTLING_MS);
collectGarbage();
console.log(process.memoryUsage.rss() / 1e6);
