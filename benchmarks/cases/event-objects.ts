// Events as plain objects, the way that a recorder without a format of its own would keep them.

import type { RecordedEvent } from 'ttlog/reader';

export interface EventObject {
  readonly timeMs: number;
  readonly level: string;
  readonly logger: string;
  readonly message: string;
  readonly fields: { readonly [key: string]: unknown };
}

/** The first `most` of them. */
export function eventObjects(events: Iterable<RecordedEvent>, most: number): EventObject[] {
  const objects: EventObject[] = [];
  for (const { timeNs, level, logger, message, fields } of events) {
    objects.push({ timeMs: Number(timeNs) / 1e6, level, logger, message, fields: { ...fields } });
    if (objects.length === most) break;
  }
  return objects;
}
