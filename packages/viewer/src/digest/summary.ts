/**
 * What one walk over a recording's events tells: how many there are, of which level and thread,
 * from when to when. Damage is complete after it.
 */

import { LEVELS, type Level, type Losses, type Recording } from 'ttlog/reader';
import type { RecordingFile } from '../recording-file.ts';

export interface Summary {
  readonly events: number;
  readonly byLevel: { [level in Level]: number };
  /** By thread id. */
  readonly byThread: ReadonlyMap<number, number>;
  /** Epoch nanoseconds; null where there is no event. */
  readonly firstNs: bigint | null;
  readonly lastNs: bigint | null;
  /** Events that the header counts as kept and that are not in the file. */
  readonly missing: number;
}

/** Events after which a walk pauses. */
const EVENTS_PER_PAUSE = 65_536;

/** Walks all events; `pause` is awaited now and then, so that signals are heard. */
export async function summarise(
  { recording }: RecordingFile,
  pause: () => Promise<void>,
): Promise<Summary> {
  const byLevel = Object.fromEntries(LEVELS.map((level) => [level, 0])) as Summary['byLevel'];
  const byThread = new Map<number, number>();
  let events = 0;
  let firstNs: bigint | null = null;
  let lastNs: bigint | null = null;
  for (const { level, thread, timeNs } of recording.events()) {
    if (++events % EVENTS_PER_PAUSE === 0) await pause();
    byLevel[level]++;
    byThread.set(thread.id, (byThread.get(thread.id) ?? 0) + 1);
    firstNs ??= timeNs;
    lastNs = timeNs;
  }
  return summaryOf(recording, { byLevel, byThread, firstNs, lastNs });
}

/** Completes what somebody has counted. */
export function summaryOf(
  { threads }: Recording,
  counted: Omit<Summary, 'events' | 'missing'>,
): Summary {
  const events = LEVELS.reduce((sum, level) => sum + counted.byLevel[level], 0);
  const kept = threads.reduce(
    (sum, { attempted, losses }) => sum + countKept(attempted, losses),
    0,
  );
  return { ...counted, events, missing: Math.max(0, kept - events) };
}

/** Events of a thread that are in the file when the file is whole. */
export function countKept(attempted: number, losses: Partial<Losses>): number {
  return attempted - (losses.overwritten ?? 0) - (losses.refused ?? 0) - (losses.tooLarge ?? 0);
}
