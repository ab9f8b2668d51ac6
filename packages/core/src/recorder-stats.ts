/**
 * What a recorder can tell of itself by counting: the state of its ring, and who could not join.
 */

import type { RecorderStats } from './recorder-contract.ts';
import { captureRing } from './ring/capture.ts';
import { readCounter } from './ring/recorder-words.ts';
import type { RingMemory } from './ring/ring-memory.ts';
import { readStrayCount } from './ring/strays.ts';
import { account } from './snapshot/take-snapshot.ts';

/** Copies of the package that found a hub that they could not call. */
export const copies: { incompatible: number } = { incompatible: 0 };

/** What the ring holds and has lost, and the snapshots that were taken of it. */
export function ringStats(
  memory: RingMemory,
): Pick<RecorderStats, 'threads' | 'events' | 'bytes' | 'losses' | 'snapshots'> {
  const captured = captureRing(memory);
  const { segments } = captured;
  const { threads, losses } = account(memory, captured);
  return {
    threads: threads.filter((thread) => thread.end === null).length,
    events: segments.reduce((sum, segment) => sum + segment.eventCount, 0),
    bytes: segments.reduce((sum, segment) => sum + segment.records.length, 0),
    losses,
    snapshots: {
      written: readCounter(memory, 'written'),
      failed: readCounter(memory, 'failed'),
      suppressed: readCounter(memory, 'suppressed'),
    },
  };
}

/** Of copies of the package and of threads that record nothing. */
export function countedNotes(strays: Int32Array): string[] {
  const { incompatible } = copies;
  const strayThreads = readStrayCount(strays);
  return [
    ...(incompatible > 0
      ? [`copies of ttlog that could not join and record nothing: ${incompatible}`]
      : []),
    ...(strayThreads > 0
      ? [`threads that cannot reach the ring and record nothing: ${strayThreads}`]
      : []),
  ];
}
