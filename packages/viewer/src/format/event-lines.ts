/** What makes lines of events straight from the bytes of a recording; there is one for each format. */

import type { EventWalk, LineBytes } from 'ttlog/reader';
import type { RecordingFile } from '../recording-file.ts';

export interface EventLines {
  /** Whoever takes what is here sets its length to 0. */
  readonly lines: LineBytes;
  /** Appends the event that `walk` is at; false, and nothing appended, where it cannot be read. */
  add(walk: EventWalk, file: RecordingFile): boolean;
}
