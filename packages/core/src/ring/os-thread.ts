/**
 * Whether a thread still exists, as the operating system sees it. Needed for workers that end
 * without anyone of ours looking. Linux only: elsewhere nothing is known and nothing is reaped.
 */

import fs from 'node:fs';

const { readFileSync, readlinkSync } = fs;

export interface OsThread {
  /** Thread id of the operating system; 0 where it is not known. */
  readonly id: number;
  /** Start time in clock ticks since boot, so that an id given out again is told apart. */
  readonly startTicks: number;
}

const UNKNOWN: OsThread = { id: 0, startTicks: 0 };

/** The thread that calls. */
export function currentOsThread(): OsThread {
  if (process.platform !== 'linux') return UNKNOWN;
  try {
    // The link reads "<pid>/task/<tid>".
    const id = Number(readlinkSync('/proc/thread-self').split('/').pop());
    const startTicks = readStartTicks(id);
    return id > 0 && startTicks > 0 ? { id, startTicks } : UNKNOWN;
  } catch {
    return UNKNOWN;
  }
}

/** True only where it is certain that the thread is gone. */
export function hasVanished(thread: OsThread): boolean {
  if (thread.id === 0) return false;
  try {
    const startTicks = readStartTicks(thread.id);
    return startTicks > 0 && startTicks !== thread.startTicks;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    return code === 'ENOENT' || code === 'ESRCH';
  }
}

function readStartTicks(id: number): number {
  const stat = readFileSync(`/proc/self/task/${id}/stat`, 'latin1');
  // The second field is the thread's name in parentheses, which may hold anything; the start
  // time is field 22, the twentieth after it.
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
}
