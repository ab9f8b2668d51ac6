// Whether the events of every thread are in the snapshot, in their order, as they were logged, and
// whether as many are there as the losses leave.

import type { Recorder } from 'ttlog';
import { openRecording, type Recording } from 'ttlog/reader';
import type { Stored } from '../runner/case.ts';
import { isLoggedEvent } from './logged-event.ts';
import { WARN_EVERY } from './threads-protocol.ts';

/** Enough to see what is wrong. */
const MOST_FAULTS = 10;

/** What was found of one thread. */
interface Found {
  count: number;
  lastNumber: number;
  lastInfo: number;
}

/** `calls[i]` is how often the thread `threadIds[i]` has logged; its `userId` runs from 0. */
export async function checkThreads(
  recorder: Recorder,
  threadIds: readonly number[],
  calls: readonly number[],
): Promise<Stored> {
  const recording = openRecording(await recorder.capture('benchmark'));
  const { threads, losses, damage } = recording;
  const faults: string[] = [];
  const foundBy = walk(recording, faults);
  const byId = new Map(threads.map((thread) => [thread.id, thread]));
  let found = 0;
  threadIds.forEach((threadId, index) => {
    const { count, lastInfo } = foundBy.get(threadId) ?? NOTHING;
    const { attempted = 0, losses: own } = byId.get(threadId) ?? {};
    const lost = own === undefined ? 0 : own.overwritten + own.refused + own.tooLarge;
    found += count;
    if (attempted !== calls[index]) {
      faults.push(`thread ${threadId} logged ${calls[index]} events, accounted are ${attempted}`);
    }
    if (count !== attempted - lost) {
      faults.push(`thread ${threadId}: ${attempted - lost} should be there, but ${count} are`);
    }
    // It stands in a segment that is still open, which nobody may take.
    const last = lastInfoOf(calls[index]);
    if (lastInfo !== last) faults.push(`thread ${threadId}: ${lastInfo} is last, not ${last}`);
  });
  for (const { what } of damage) faults.push(`damage: ${what}`);
  const attempted = calls.reduce((sum, count) => sum + count, 0);
  const dropped = losses.refused + losses.tooLarge;
  return {
    attempted,
    found,
    overwritten: losses.overwritten,
    dropped,
    cut: losses.cut,
    faults: faults.slice(0, MOST_FAULTS),
  };
}

const NOTHING: Found = { count: 0, lastNumber: -1, lastInfo: -1 };

/**
 * Gaps are the business of the counts: newest wins in each pool by itself, and in a crowded ring a
 * thread's warnings stand in both, so that older ones may outlive newer ones.
 */
function walk(recording: Recording, faults: string[]): Map<number, Found> {
  const foundBy = new Map<number, Found>();
  for (const event of recording.events()) {
    const { id } = event.thread;
    const number = event.fields.userId as number;
    const isWarning = (number & (WARN_EVERY - 1)) === 0;
    let found = foundBy.get(id);
    if (found === undefined) {
      found = { ...NOTHING };
      foundBy.set(id, found);
    }
    if (!isLoggedEvent(event) || event.level !== (isWarning ? 'warn' : 'info')) {
      faults.push(`thread ${id}: not as it was logged: ${JSON.stringify(event.fields)}`);
    } else if (number <= found.lastNumber) {
      faults.push(`thread ${id}: ${number} comes after ${found.lastNumber}`);
    }
    found.count++;
    found.lastNumber = number;
    if (!isWarning) found.lastInfo = number;
  }
  return foundBy;
}

/** Of a thread that logged `calls` events. */
function lastInfoOf(calls: number): number {
  const last = calls - 1;
  return (last & (WARN_EVERY - 1)) === 0 ? last - 1 : last;
}
