/** Takes a state over to a newer reading of its recordings, in which events have other numbers. */

import { monotonicOffsetNs } from '../input/living.ts';
import type { RecordingFile } from '../recording-file.ts';
import type { EventIndex, Lane } from './event-index.ts';
import type { View } from './model.ts';

/** The same events in the new index; marks and jumps of those that were overwritten are forgotten. */
export function carriedOver(view: View, from: EventIndex, to: EventIndex): View {
  const laneOf = from.lanes.map((lane) => to.lanes.findIndex((other) => isSame(lane, other)));
  const placeOf = (index: number): number | null => {
    const lane = laneOf[from.laneAt(index)];
    return lane === undefined || lane < 0 ? null : sameEvent(index, lane, from, to);
  };
  const nearest = (index: number): number => {
    if (from.count === 0 || to.count === 0) return 0;
    const at = Math.min(index, from.count - 1);
    return placeOf(at) ?? Math.min(to.count - 1, to.indexAtTime(from.timeNsAt(at)));
  };
  const all = (indexes: readonly number[]): number[] =>
    indexes.map(placeOf).filter((index) => index !== null);
  return {
    ...view,
    anchor: nearest(view.anchor),
    chosen: nearest(view.chosen),
    marks: view.marks.flatMap(({ index, name }) => {
      const place = placeOf(index);
      return place === null ? [] : [{ index: place, name }];
    }),
    pinned: view.pinned === null ? null : placeOf(view.pinned),
    visited: all(view.visited),
    unvisited: all(view.unvisited),
  };
}

/** A black box and the recording made of it are of the same run. */
function isSame(left: Lane, right: Lane): boolean {
  if (left.threadId !== right.threadId) return false;
  const runOf = ({ path, recording }: RecordingFile): string => recording.header.runId || path;
  return runOf(left.file) === runOf(right.file);
}

/** The wall clock is read anew each time, and by another reading of it the event is elsewhere. */
const TOLERANCE_NS = 1_000_000n;
const MAX_LOOKED_AT = 1024;

function sameEvent(index: number, lane: number, from: EventIndex, to: EventIndex): number | null {
  const before = monotonicOffsetNs(from.lanes[from.laneAt(index)].file.recording);
  const timeNs = from.timeNsAt(index) + before - monotonicOffsetNs(to.lanes[lane].file.recording);
  const severity = from.severityAt(index);
  let best: number | null = null;
  let bestNs = TOLERANCE_NS;
  const start = to.indexAtTime(timeNs - TOLERANCE_NS);
  for (let at = start; at < to.count && at < start + MAX_LOOKED_AT; at++) {
    const sinceNs = to.timeNsAt(at) - timeNs;
    if (sinceNs > TOLERANCE_NS) break;
    if (to.laneAt(at) !== lane || to.severityAt(at) !== severity) continue;
    const distanceNs = sinceNs < 0n ? -sinceNs : sinceNs;
    if (distanceNs >= bestNs) continue;
    best = at;
    bestNs = distanceNs;
  }
  return best;
}
