/**
 * What the process looks like at the moment of a snapshot. Every part is left out where it cannot
 * be had: reading the memory takes a descriptor, of which a dying process may have none left.
 */

import type { SnapshotHeader } from './recording.ts';

// Taken at import, so that what the application patches later does not reach the crash path.
const { memoryUsage, resourceUsage, uptime } = process;
const { rss } = memoryUsage;

type ProcessDescription = SnapshotHeader['process'];

/** Seen from a thread whose heap is not the application's, `memory` is that of the whole process. */
export function describeProcess(isApplicationThread: boolean): ProcessDescription {
  return {
    uptimeMs: Math.round(uptime() * 1000),
    memory: orEmpty(() => (isApplicationThread ? memoryUsage() : { rss: rss() })),
    resourceUsage: orEmpty(resourceUsage),
    eventLoopDelayMs: null,
  };
}

function orEmpty(read: () => object): { [name: string]: number } {
  try {
    return { ...read() };
  } catch {
    return {};
  }
}
