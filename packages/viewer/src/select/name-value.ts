/** The value that a name of the query language has in an event, for what counts and sums values. */

import type { RecordedEvent } from 'ttlog/reader';
import type { RecordingFile } from '../recording-file.ts';
import { ABSENT } from './field-match.ts';
import { lookupOf } from './query.ts';

export type NameValue = (event: RecordedEvent, file: RecordingFile) => unknown;

/** `ABSENT` where an event has none; of several values under a name the first. */
export function nameValue(name: string): NameValue {
  const isOfApplication = name.startsWith('.');
  const lookup = lookupOf({ text: isOfApplication ? name.slice(1) : name, isOfApplication });
  return (event, file) => {
    let found: unknown = ABSENT;
    lookup(event, file, (value) => {
      found = value;
      return true;
    });
    return found;
  };
}
