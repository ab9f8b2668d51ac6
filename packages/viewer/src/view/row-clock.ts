/** The time column of the list, in one of five ways; what the times count from stands in the title. */

import { palette } from '../format/colour.ts';
import { eventClock, offsetText } from '../format/event-clock.ts';
import type { RecordingFile } from '../recording-file.ts';
import type { Clock } from './model.ts';

const { dim } = palette(false);

export interface RowClockOptions {
  readonly clock: Clock;
  readonly utc: boolean;
  readonly files: readonly RecordingFile[];
  /** Of the event above the first row, for `delta`. */
  readonly previousNs: bigint;
  /** Of the mark that `mark` counts from. */
  readonly markNs: bigint;
}

export function rowClock(options: RowClockOptions): (timeNs: bigint) => string {
  const { clock, utc, files, previousNs, markNs } = options;
  if (clock === 'mark') return (timeNs) => offsetText('', timeNs - markNs, dim);
  const column = eventClock({ mode: clock, utc, files }, { dim });
  if (clock === 'delta') column(previousNs);
  return (timeNs) => column(timeNs).text;
}

/** The clock in words. */
export const CLOCK_WORDS: { readonly [clock in Clock]: string } = {
  abs: 'time of day',
  delta: 'since the event above',
  mark: 'since the mark',
  crash: 'to the end',
  utc: 'UTC',
};
