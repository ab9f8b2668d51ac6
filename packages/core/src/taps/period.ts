/** The beat of the taps that tell of figures, which never keeps a process alive. */

import { setInterval } from 'node:timers';
import { quiet } from './tap.ts';

const PERIOD_MS = 10_000;

export function everyPeriod(run: () => void): void {
  setInterval(quiet(run), PERIOD_MS).unref();
}
