/**
 * The recording at a glance: a histogram over time and a column that says what is where in the list.
 * Pure figures; `draw-strips.ts` makes characters of them.
 */

import type { EventSet } from './event-set.ts';
import type { KnownEvents } from './known-events.ts';
import { partOf, startOfPart } from './time-parts.ts';

/** The worst that a stretch holds. */
export type Worst = 'none' | 'minor' | 'warning' | 'error';

export interface Stretch {
  readonly events: number;
  readonly worst: Worst;
  /** Whether events of this stretch may have been overwritten. */
  readonly isLossy: boolean;
}

/** Equal parts of the time between the first event and the last, with the events shown in each. */
export function timeStretches(known: KnownEvents, count: number): Stretch[] {
  const { index, shown, wholeTime } = known;
  if (index.count === 0) return [];
  const starts: number[] = [];
  for (let part = 0; part <= count; part++) {
    const timeNs = startOfPart(part, wholeTime, count);
    starts.push(part === 0 ? 0 : part === count ? index.count : index.indexAtTime(timeNs));
  }
  return stretchesOf(known, shown, starts);
}

/** The part of time that an event is in. */
export function timePart(known: KnownEvents, at: number, count: number): number {
  return partOf(known.timeNsAt(at), known.wholeTime, count);
}

/** Equal parts of the list, as long as the column is high. */
export function listStretches(
  known: KnownEvents,
  count: number,
): { starts: number[]; stretches: Stretch[] } {
  const { shown } = known;
  const starts: number[] = [];
  for (let part = 0; part < count; part++) {
    // A list that fits on the screen has a line for each event.
    const place = shown.count < count ? part : Math.floor((part * shown.count) / count);
    starts.push(shown.nth(place) ?? known.count);
  }
  starts.push(known.count);
  return { starts, stretches: stretchesOf(known, shown, starts) };
}

function stretchesOf(known: KnownEvents, shown: EventSet, starts: readonly number[]): Stretch[] {
  const { warnings, errors, lostUpTo } = known;
  const counts = starts.map((start) => shown.countBefore(start));
  const stretches: Stretch[] = [];
  for (let part = 0; part + 1 < starts.length; part++) {
    const [from, to] = [starts[part], starts[part + 1]];
    const events = counts[part + 1] - counts[part];
    const worst = hasOne(shown, errors, from, to)
      ? 'error'
      : hasOne(shown, warnings, from, to)
        ? 'warning'
        : events > 0
          ? 'minor'
          : 'none';
    stretches.push({ events, worst, isLossy: from < lostUpTo });
  }
  return stretches;
}

/** Whether an event from one index up to another is in both. */
function hasOne(left: EventSet, right: EventSet, from: number, to: number): boolean {
  let index = right.next(from);
  while (index !== undefined && index < to) {
    if (left.has(index)) return true;
    index = right.next(index + 1);
  }
  return false;
}
