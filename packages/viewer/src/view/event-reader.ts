/**
 * Reads the events that are to be shown, by what the index knows of them, and keeps the last few.
 * A screen whose events stand far apart may take longer than a key may: then the rest comes later.
 */

import { mergeByTime } from '../input/merge.ts';
import type { SourcedEvent } from '../recording-file.ts';
import type { EventIndex } from './event-index.ts';

/** Several screens of them. */
const KEPT_EVENTS = 1024;
/** Events no further apart than this are read in one go. */
const NEAR = 16;

export class EventReader {
  readonly #index: EventIndex;
  /** The one asked for longest ago is the first. */
  readonly #kept = new Map<number, SourcedEvent | null>();

  constructor(index: EventIndex) {
    this.#index = index;
  }

  /** The event of an index, or undefined where it cannot be read any more. */
  readOne(index: number): SourcedEvent | undefined {
    return this.read([index], () => false).events[0] ?? undefined;
  }

  /**
   * The events of these indexes, which ascend. Stops when `isLate` says so: those that are left are
   * undefined then, and `isPartial` says that another call finds more. What cannot be read is null.
   */
  read(
    indexes: readonly number[],
    isLate: () => boolean,
  ): { events: (SourcedEvent | null | undefined)[]; isPartial: boolean } {
    const missing = indexes.filter((index) => !this.#kept.has(index));
    for (let at = 0; at < missing.length; ) {
      if (at > 0 && isLate()) break;
      let end = at + 1;
      if (this.#index.isOrdered) {
        while (end < missing.length && missing[end] - missing[end - 1] <= NEAR) end++;
      }
      if (end - at > 1) this.#readStretch(missing.slice(at, end));
      else this.#readSingle(missing[at]);
      // What was not found there cannot be read any more, and is not looked for again.
      for (; at < end; at++) if (!this.#kept.has(missing[at])) this.#kept.set(missing[at], null);
    }
    const isPartial = indexes.some((index) => !this.#kept.has(index));
    const events = indexes.map((index) => {
      const sourced = this.#kept.get(index);
      if (sourced !== undefined) this.#keep(index, sourced);
      return sourced;
    });
    this.#dropOldest();
    return { events, isPartial };
  }

  #readStretch(indexes: readonly number[]): void {
    const first = indexes[0];
    const last = indexes[indexes.length - 1];
    const index = this.#index;
    const query = { sinceNs: index.timeNsAt(first), untilNs: index.timeNsAt(last) };
    let at = index.firstAt(first);
    for (const sourced of mergeByTime(index.files.map((file) => ({ file, query })))) {
      // The index knows also those that cannot be read, and a log may have turned out to have more.
      const place = index.placeOf(sourced, at, last + 1);
      if (place > last) continue;
      if (place >= first) this.#keep(place, sourced);
      if (place === last) return;
      at = place + 1;
    }
  }

  /** By time, thread and severity, and by its number among those that share them all. */
  #readSingle(wanted: number): void {
    const index = this.#index;
    const timeNs = index.timeNsAt(wanted);
    const severity = index.severityAt(wanted);
    const lane = index.laneAt(wanted);
    const { file, threadId } = index.lanes[lane];
    let before = 0;
    for (let at = wanted - 1; at >= 0 && index.timeNsAt(at) === timeNs; at--) {
      if (index.laneAt(at) === lane && index.severityAt(at) >= severity) before++;
    }
    const query = { sinceNs: timeNs, untilNs: timeNs, thread: threadId, minLevel: severity };
    for (const event of file.recording.events(query)) {
      if (before-- > 0) continue;
      this.#keep(wanted, { event, file });
      return;
    }
  }

  #keep(index: number, sourced: SourcedEvent | null): void {
    this.#kept.delete(index);
    this.#kept.set(index, sourced);
  }

  #dropOldest(): void {
    for (const index of this.#kept.keys()) {
      if (this.#kept.size <= KEPT_EVENTS) return;
      this.#kept.delete(index);
    }
  }
}
