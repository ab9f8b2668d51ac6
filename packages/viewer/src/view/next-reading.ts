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
  readonly #files: readonly RecordingFile[];
  readonly #utc: boolean;
  readonly #index: EventIndex;
  readonly #filling: Generator<void>;
  /** Once all is read: only then the end is known that times are relative to. */
  #known: KnownEvents | null = null;

  constructor(files: readonly RecordingFile[], utc: boolean) {
    this.#files = files;
    this.#utc = utc;
    this.#index = new EventIndex(files);
    this.#filling = this.#index.fill();
  }

  /** Goes on until it is late; what is known now, and the state carried over, once it can be shown. */
  run(
    view: View,
    from: EventIndex,
    isLate: () => boolean,
  ): { known: KnownEvents; view: View } | null {
    while (!this.#index.isComplete) {
      if (!this.#filling.next().done && isLate()) return null;
    }
    this.#known ??= new KnownEvents(this.#index, this.#files, this.#utc);
    const known = this.#known;
    const carried = carriedOver(view, from, known.index);
    known.refresh(carried);
    if (known.run(isLate)) return null;
    known.refresh(carried);
    return { known, view: carried };
  }
}
