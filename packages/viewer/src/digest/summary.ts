/**
 * What one walk over a recording's events tells: how many there are, of which level and thread,
 * from when to when. Damage is complete after the one that reads everything.
 */

import { LEVELS, type Level, type Losses, type Recording, walkEvents } from 'ttlog/reader';
import type { RecordingFile } from '../recording-file.ts';

export interface Summary extends TimeSpan {
  readonly events: number;
  readonly byLevel: { [level in Level]: number };
  /** By thread id. */
  readonly byThread: ReadonlyMap<number, number>;
  /** Events that the header counts as kept and that are not in the file. */
  readonly missing: number;
}

/** Epoch nanoseconds; null where there is no event. */
export interface TimeSpan {
  readonly firstNs: bigint | null;
  readonly lastNs: bigint | null;
}

/** Events after which a walk pauses. */
const EVENTS_PER_PAUSE = 65_536;
/** Severity numbers of a level. */
const SEVERITIES_A_LEVEL = 4;

/** Reads all events in full; `pause` is awaited now and then, so that signals are heard. */
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

/**
 * The same by level, thread and length of each event, in a fraction of the time: what is wrong with
 * the rest of it is not found.
 */
export async function countEvents(
  file: RecordingFile,
  pause: () => Promise<void>,
): Promise<Summary> {
  const { recording } = file;
  const walk = walkEvents(recording);
  if (walk === null) return summarise(file, pause);
  const counts = LEVELS.map(() => 0);
  const ofThread = new Map<object, { readonly id: number; events: number }>();
  for (let steps = 1; walk.next(); steps++) {
    if (steps % EVENTS_PER_PAUSE === 0) await pause();
    counts[Math.min(LEVELS.length - 1, Math.floor((walk.severity - 1) / SEVERITIES_A_LEVEL))]++;
    const { thread } = walk;
    const known = ofThread.get(thread);
    if (known === undefined) ofThread.set(thread, { id: thread.id, events: 1 });
    else known.events++;
  }
  const byThread = new Map<number, number>();
  for (const { id, events } of ofThread.values()) {
    byThread.set(id, (byThread.get(id) ?? 0) + events);
  }
  const byLevel = Object.fromEntries(LEVELS.map((level, place) => [level, counts[place]]));
  return summaryOf(recording, {
    ...timeSpanOf(recording),
    byLevel: byLevel as Summary['byLevel'],
    byThread,
  });
}

/** From the first event to the last, by a look into the segments that can hold them. */
export function timeSpanOf(recording: Recording): TimeSpan {
  const firstNs = firstTimeOf(recording);
  return { firstNs, lastNs: firstNs === null ? null : recording.endNs };
}

/** Without decoding the event: what its context says may stand anywhere in the recording. */
function firstTimeOf(recording: Recording): bigint | null {
  const walk = walkEvents(recording);
  if (walk !== null) return walk.next() ? walk.timeNs : null;
  const [first] = recording.events();
  return first?.timeNs ?? null;
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
