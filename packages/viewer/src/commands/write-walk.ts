/** Writes the events of a walk as lines, in pieces that streams like. */

import type { EventLines } from '../format/event-lines.ts';
import type { WalkMerge } from '../input/merge.ts';
import { BATCH_UNITS } from '../output/terminal.ts';

/** Resolves to how many events were written. `write` may keep the bytes until it resolves. */
export async function writeWalk(
  merge: WalkMerge,
  format: EventLines,
  write: (bytes: Uint8Array) => Promise<void>,
  progress: (events: number) => void = () => {},
): Promise<number> {
  const { lines } = format;
  let events = 0;
  while (merge.next()) {
    if (!format.add(merge.walk, merge.file)) {
      merge.retract();
      continue;
    }
    events++;
    if (lines.length < BATCH_UNITS) continue;
    await write(lines.bytes.subarray(0, lines.length));
    lines.length = 0;
    progress(events);
  }
  await write(lines.bytes.subarray(0, lines.length));
  return events;
}
