/** Events that leave the reader, for a command or a file: the marked ones, or else all that are shown. */

import type { RecordingFile, SourcedEvent } from '../recording-file.ts';
import type { EventIndex } from './event-index.ts';
import type { EventSet } from './event-set.ts';
import type { KnownEvents } from './known-events.ts';
import type { View } from './model.ts';

export interface Outgoing {
  readonly files: readonly RecordingFile[];
  readonly count: number;
  /** Whether it is all there is. */
  readonly isAll: boolean;
  /** By time; `undefined` now and then, for a pause. To be walked once. */
  readonly events: Iterable<SourcedEvent | undefined>;
}

/** The marked events, also those that filters hide. */
export function markedEvents({ marks }: Pick<View, 'marks'>, known: KnownEvents): Outgoing {
  const indexes = marks.map(({ index }) => index).sort((a, b) => a - b);
  const { files } = known.index;
  return { files, count: indexes.length, isAll: false, events: readAll(indexes, known) };
}

/** Null as long as filters have not been through all events. */
export function shownEvents(known: KnownEvents): Outgoing | null {
  const { index } = known;
  if (!index.isComplete || index.isOutdated || known.progress !== null) return null;
  // Filters may be changed while these are on their way.
  const shown = known.shown.copy();
  const matched = known.matched === known.shown ? shown : known.matched.copy();
  const { count } = shown;
  const events = walkShown(index, shown, matched);
  return { files: index.files, count, isAll: count === index.count, events };
}

function* readAll(indexes: readonly number[], known: KnownEvents): Generator<SourcedEvent> {
  for (const index of indexes) {
    const sourced = known.eventAt(index);
    if (sourced !== undefined) yield sourced;
  }
}

/** With what cat knows of neighbours, where such are shown. */
function* walkShown(
  all: EventIndex,
  shown: EventSet,
  matched: EventSet,
): Generator<SourcedEvent | undefined> {
  const hasNeighbours = shown !== matched;
  const first = shown.next(0);
  let left = shown.count;
  if (first === undefined) return;
  for (const walked of all.walk(first, { minLevel: 0 })) {
    if (walked === undefined) {
      yield undefined;
      continue;
    }
    const { event, file, index } = walked;
    if (!shown.has(index)) continue;
    yield hasNeighbours
      ? { event, file, place: index, isNeighbour: !matched.has(index) }
      : { event, file };
    if (--left === 0) return;
  }
}
