/** A recording and where it came from: what formats, filters and cards are given. */

import type { RecordedEvent, Recording } from 'ttlog/reader';

export interface RecordingFile {
  /** As the user named it or as it was found; `-` for standard input. */
  readonly path: string;
  readonly sizeBytes: number;
  readonly recording: Recording;
}

/** Who logged an event. */
export interface EventSource {
  readonly service: string;
  readonly host: string;
  readonly pid: number;
}

/** An event of a plain log, whose lines may be of several processes. */
export interface LineEvent extends RecordedEvent {
  /** Where its line tells of another one than the header does, and which fields say so. */
  readonly source?: EventSource & { readonly fields: readonly string[] };
}

/** What the line says, else what the header says. */
export function sourceOf(event: LineEvent, { recording }: RecordingFile): EventSource {
  return event.source ?? recording.header;
}

/** The fields without those that say nothing but the source. */
export function fieldsBesideSource({ fields, source }: LineEvent): RecordedEvent['fields'] {
  if (source === undefined) return fields;
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !source.fields.includes(key)));
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
