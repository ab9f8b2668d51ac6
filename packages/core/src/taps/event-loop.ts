/** How late the event loop is, every 10 s, from a histogram that Node fills outside of JavaScript. */

import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { everyPeriod } from './period.ts';
import type { TapTools } from './tap.ts';

/** So often the loop is woken for a look, some 3 µs each. */
const RESOLUTION_MS = 50;
const NS_PER_MS = 1e6;

export function tapEventLoop({ getLogger }: TapTools): void {
  const log = getLogger('event_loop');
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  let before = performance.eventLoopUtilization();
  everyPeriod(() => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    if (histogram.count > 0 && log.isLevelEnabled('debug')) {
      log.debug('event loop delay', {
        p50Ms: lateMs(histogram.percentile(50)),
        p99Ms: lateMs(histogram.percentile(99)),
        maxMs: lateMs(histogram.max),
        utilization,
      });
    }
    histogram.reset();
  });
}

/** The histogram has the time from look to look. */
function lateMs(betweenNs: number): number {
  return Math.max(0, betweenNs / NS_PER_MS - RESOLUTION_MS);
}
