/**
 * A newer reading of recordings that grow, made beside the one that is shown: it takes its place
 * when all that is shown of it is known, so that nothing flickers.
 */

import type { RecordingFile } from '../recording-file.ts';
import { carriedOver } from './carry-over.ts';
import { EventIndex } from './event-index.ts';
import { KnownEvents } from './known-events.ts';
import type { View } from './model.ts';

export class NextReading {
  readonly known: KnownEvents;
  readonly #filling: Generator<void>;

  constructor(files: readonly RecordingFile[], utc: boolean) {
    const index = new EventIndex(files);
    this.#filling = index.fill();
    this.known = new KnownEvents(index, files, utc);
  }

  /** Goes on until it is late; the state carried over to it once it can be shown. */
  run(view: View, from: EventIndex, isLate: () => boolean): View | null {
    const { known } = this;
    while (!known.index.isComplete) {
      if (!this.#filling.next().done && isLate()) return null;
    }
    const carried = carriedOver(view, from, known.index);
    known.refresh(carried);
    if (known.run(isLate)) return null;
    known.refresh(carried);
    return carried;
  }
}
