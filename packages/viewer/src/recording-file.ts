/** A recording and where it came from: what formats, filters and cards are given. */

import type { RecordedEvent, Recording } from 'ttlog/reader';

export interface RecordingFile {
  /** As the user named it or as it was found; `-` for standard input. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly recording: Recording;
}

/** An event of one of several recordings. */
export interface SourcedEvent {
  readonly event: RecordedEvent;
  readonly file: RecordingFile;
  /** Its number among all events walked, where neighbours are shown beside what matched. */
  readonly place?: number;
  /** Shown only because a neighbour matched. */
  readonly isNeighbour?: boolean;
}
