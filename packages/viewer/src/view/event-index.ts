/**
 * Where each event of a recording is: time and severity of all in 9 bytes an event, and the events
 * of a screen read again when they are shown. Objects are kept for one screen only.
 */

import { mergeByTime } from '../input/merge.ts';
import type { RecordingFile, SourcedEvent } from '../recording-file.ts';
import type { Events } from './model.ts';

const FIRST_CAPACITY = 1 << 16;
/** Events after which filling pauses, for keys and for a first picture. */
const EVENTS_PER_PAUSE = 8192;

export class EventIndex implements Events {
  count = 0;
  readonly #files: readonly RecordingFile[];
  #timesNs = new BigInt64Array(FIRST_CAPACITY);
  #severities = new Uint8Array(FIRST_CAPACITY);

  constructor(files: readonly RecordingFile[]) {
    this.#files = files;
  }

  severityAt(index: number): number {
    return this.#severities[index];
  }

  /** Reads all events once; yields now and then. */
  *fill(): Generator<void> {
    const sources = this.#files.map((file) => ({ file, query: {} }));
    for (const { event } of mergeByTime(sources)) {
      if (this.count === this.#timesNs.length) this.#grow();
      this.#timesNs[this.count] = event.timeNs;
      this.#severities[this.count] = event.severity;
      if (++this.count % EVENTS_PER_PAUSE === 0) yield;
    }
  }

  /** The events of these indexes, which ascend. Only the time between them is read. */
  read(indexes: readonly number[]): SourcedEvent[] {
    if (indexes.length === 0) return [];
    const sinceNs = this.#timesNs[indexes[0]];
    const untilNs = this.#timesNs[indexes[indexes.length - 1]];
    let index = indexes[0];
    while (index > 0 && this.#timesNs[index - 1] === sinceNs) index--;
    const found: SourcedEvent[] = [];
    const sources = this.#files.map((file) => ({ file, query: { sinceNs, untilNs } }));
    for (const sourced of mergeByTime(sources)) {
      if (index++ === indexes[found.length]) found.push(sourced);
      if (found.length === indexes.length) break;
    }
    return found;
  }

  #grow(): void {
    const timesNs = new BigInt64Array(this.count * 2);
    timesNs.set(this.#timesNs);
    const severities = new Uint8Array(this.count * 2);
    severities.set(this.#severities);
    this.#timesNs = timesNs;
    this.#severities = severities;
  }
}
