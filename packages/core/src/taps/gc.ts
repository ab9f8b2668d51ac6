/**
 * Garbage collections: a long one at once, and every 10 s how many there were and how long they
 * took. V8 tells of each; none is asked for.
 */

import { constants, PerformanceObserver, type PerformanceObserverEntryList } from 'node:perf_hooks';
import { everyPeriod } from './period.ts';
import { quiet, type TapTools } from './tap.ts';

interface GcEntry {
  readonly detail: { readonly kind: number };
}

/** From here on a pause is told by itself. */
const LONG_PAUSE_MS = 50;
const KINDS = new Map<number, string>([
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weak callbacks'],
]);

export function tapGc({ getLogger }: TapTools): void {
  const log = getLogger('gc');
  let [count, totalMs, maxMs] = [0, 0, 0];
  const observe = quiet((list: PerformanceObserverEntryList) => {
    for (const entry of list.getEntries()) {
      const { duration } = entry;
      count++;
      totalMs += duration;
      maxMs = Math.max(maxMs, duration);
      if (duration < LONG_PAUSE_MS) continue;
      const { kind } = (entry as unknown as GcEntry).detail;
      log.info('gc pause', { kind: KINDS.get(kind) ?? kind, ms: duration });
    }
  });
  new PerformanceObserver(observe).observe({ entryTypes: ['gc'] });
  everyPeriod(() => {
    if (count > 0 && log.isLevelEnabled('debug')) log.debug('gc pauses', { count, totalMs, maxMs });
    [count, totalMs, maxMs] = [0, 0, 0];
  });
}
