/**
 * The times of spans without an SDK: a number is epoch milliseconds, or, where it is no more than
 * this process is old, a reading of `performance.now()`, as in OpenTelemetry.
 */

import { performance } from 'node:perf_hooks';
import type { HrTime, TimeInput } from '@opentelemetry/api';

// Captured at import, so that fake timers do not reach spans.
const sinceOriginMs = performance.now.bind(performance);
const { timeOrigin: originMs } = performance;

export function nowTime(): HrTime {
  return fromMs(originMs + sinceOriginMs());
}

/** Now, where there is no time or none that makes sense. */
export function toTime(input: TimeInput | undefined): HrTime {
  if (Array.isArray(input) && input.every(Number.isFinite)) return [input[0], input[1]];
  const ms = input instanceof Date ? input.getTime() : input;
  if (typeof ms !== 'number' || !Number.isFinite(ms)) return nowTime();
  return fromMs(ms <= sinceOriginMs() ? originMs + ms : ms);
}

function fromMs(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.min(999_999_999, Math.round((ms - seconds * 1000) * 1e6))];
}
