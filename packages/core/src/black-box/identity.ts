/**
 * Who the process is, so that a later one can tell a dead process's black box from a living one's:
 * boot, pid namespace, pid and start time. What cannot be read is left empty, and then the
 * heartbeat decides.
 */

import fs from 'node:fs';

const { readFileSync, readlinkSync } = fs;

/** That of the machine itself, on every Linux that has them. */
const FIRST_TIME_NAMESPACE = 'time:[4026531834]';

export interface ProcessIdentity {
  /** Random, one a boot of the machine. */
  readonly bootId: string;
  /** Inode of the pid namespace, and of the time namespace where that may shift start times. */
  readonly pidNamespace: string;
  /** Start time of the process in clock ticks since boot. */
  readonly startTicks: number;
}

export function ownIdentity(): ProcessIdentity {
  return {
    bootId: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()) ?? '',
    pidNamespace: namespaces(),
    startTicks: startTicksOf('self') ?? 0,
  };
}

/** null where there is no such process, where it is dead, or nothing is known of it. */
export function startTicksOf(pid: number | 'self'): number | null {
  const stat = attempt(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  if (stat === null) return null;
  // The second field is the name in parentheses, which may hold anything. After it: the state,
  // and, as 18th and 20th, the number of threads and the start time.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // Dead, and nobody has asked for its exit code yet: in a container often nobody ever does.
  if ((fields[0] === 'Z' || fields[0] === 'X') && Number(fields[17]) <= 1) return null;
  const ticks = Number(fields[19]);
  return Number.isFinite(ticks) && ticks > 0 ? ticks : null;
}

/** Processes of one pid namespace see other start times of each other in other time namespaces. */
function namespaces(): string {
  const pid = attempt(() => readlinkSync('/proc/self/ns/pid')) ?? '';
  const time = attempt(() => readlinkSync('/proc/self/ns/time')) ?? FIRST_TIME_NAMESPACE;
  return time === FIRST_TIME_NAMESPACE ? pid : `${pid} ${time}`;
}

function attempt<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
