/**
 * Whether the process of a black box is dead for certain. In doubt it lives, and its file is left
 * alone: two containers may share a directory, and have equal pids and start times.
 */

import fs from 'node:fs';
import { HEADER_HEARTBEAT } from '../memory/ring-layout.ts';
import { closeQuietly } from '../snapshot/file-functions.ts';
import type { BoxIdentity } from './box-identity.ts';
import { type ProcessIdentity, startTicksOf } from './identity.ts';

const { lstatSync, openSync, readSync } = fs;
const now = performance.now.bind(performance);
const wallClockMs = Date.now.bind(Date);

export type Liveness = 'dead' | 'alive' | 'unknown';

/** A heartbeat that stands still for this long, by the observer's clock, is one of the dead. */
export const SILENCE_MS = 3000;
/** The recorder thread, which beats, starts late where main is busy from its first line on. */
const FIRST_BEAT_MS = 60_000;
/** Linux counts start times in hundredths of a second, whatever its own clock does. */
const TICK_MS = 10;
const TICK_SLACK_MS = 1000;

/** Whether the observer sees the box's process among its own, if it lives. */
export function isNeighbour(box: BoxIdentity, own: ProcessIdentity): boolean {
  const isSameBoot = box.bootId !== '' && box.bootId === own.bootId;
  return isSameBoot && box.pidNamespace !== '' && box.pidNamespace === own.pidNamespace;
}

/** What can be said at once. `unknown`: the heartbeat has to be watched. */
export function livenessOf(box: BoxIdentity, own: ProcessIdentity, ownHost: string): Liveness {
  if (isNeighbour(box, own)) {
    const ticks = startTicksOf(box.pid);
    return ticks !== null && (box.startTicks === 0 || ticks === box.startTicks) ? 'alive' : 'dead';
  }
  // Of this host before it was booted again, or of another container that had its name.
  return box.host === ownHost ? 'unknown' : 'alive';
}

/** Whether a process of this pid runs that had started by then. In doubt it does. */
export function mayLiveSince(pid: number, startedAtMs: number): boolean {
  const ticks = startTicksOf(pid);
  const ownTicks = startTicksOf('self');
  if (ticks === null || ownTicks === null) return ownTicks === null && isRunning(pid);
  const ownStartMs = wallClockMs() - process.uptime() * 1000;
  return ownStartMs + (ticks - ownTicks) * TICK_MS <= startedAtMs + TICK_SLACK_MS;
}

/** Watches a box's heartbeat without blocking. */
export class HeartbeatWatch {
  readonly #path: string;
  readonly #firstBeat: bigint | null;
  readonly #sinceMs: number;

  constructor(path: string) {
    this.#path = path;
    this.#firstBeat = readHeartbeat(path);
    this.#sinceMs = now();
  }

  /** `unknown` until it has been silent for long enough. */
  look(): Liveness {
    const beat = readHeartbeat(this.#path);
    if (beat === null || beat !== this.#firstBeat) return 'alive';
    if (beat === 0n && !isOlderThan(this.#path, FIRST_BEAT_MS)) return 'unknown';
    return now() - this.#sinceMs >= SILENCE_MS ? 'dead' : 'unknown';
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function isOlderThan(path: string, ageMs: number): boolean {
  try {
    return wallClockMs() - lstatSync(path).mtimeMs > ageMs;
  } catch {
    return false;
  }
}

function readHeartbeat(path: string): bigint | null {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, 'r');
    const bytes = new Uint8Array(8);
    if (readSync(descriptor, bytes, 0, 8, HEADER_HEARTBEAT) < 8) return null;
    return new DataView(bytes.buffer).getBigUint64(0, true);
  } catch {
    return null;
  } finally {
    if (descriptor !== undefined) closeQuietly(descriptor);
  }
}
