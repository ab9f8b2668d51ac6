/** Counts events in equal stretches of time. Needs no browser. */

import type { EventColumns } from './recording.ts';

export interface TimeSpan {
  readonly fromNs: number;
  readonly toNs: number;
}

/** From the first event to the last, and never nothing. */
export function wholeTime({ count, time }: EventColumns): TimeSpan {
  const fromNs = count === 0 ? 0 : time[0];
  const toNs = count === 0 ? 0 : time[count - 1];
  // The end is exclusive wherever events are chosen by time.
  return { fromNs, toNs: Math.max(toNs, fromNs) + 1 };
}

/** Counts by level, `levels[level][bin]`. */
export function countByLevel(
  events: EventColumns,
  places: Uint32Array,
  { fromNs, toNs }: TimeSpan,
  binCount: number,
): Uint32Array[] {
  const levels = Array.from({ length: 6 }, () => new Uint32Array(binCount));
  const perNs = binCount / (toNs - fromNs);
  for (const event of places) {
    const bin = Math.floor((events.time[event] - fromNs) * perNs);
    if (bin >= 0 && bin < binCount) levels[events.level[event]][bin]++;
  }
  return levels;
}
