/** Until when events of a thread are missing because newer ones took their place. */

import type { Report } from './recording.ts';

/** From here on events are kept in a part of the ring of their own, and so for longer. */
const LEVEL_WARN = 3;

/**
 * For each thread the time of its oldest event that is no warning, before which others have been
 * overwritten; the end of all where there is none such, NaN where nothing was overwritten.
 */
export function lostUntil({ head, events }: Report, endNs: number): Float64Array {
  const until = Float64Array.from(head.threads, ({ hasOverwritten }) =>
    hasOverwritten ? endNs : Number.NaN,
  );
  const { count, level, thread, time } = events;
  for (let event = 0; event < count; event++) {
    if (level[event] < LEVEL_WARN && time[event] < until[thread[event]]) {
      until[thread[event]] = time[event];
    }
  }
  return until;
}
