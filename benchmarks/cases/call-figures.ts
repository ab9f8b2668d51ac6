// The figures of a case that measures calls: what one costs, how it spreads, and how often the
// floor (or another subject) would fit in.

import type { Measured, Plan, Stored } from '../runner/case.ts';
import { differences, FIGURE, type Figure, ratios, summarize } from '../runner/figure.ts';
import { interleave, type Percentiles, type Subject, type Timed } from '../runner/interleave.ts';
import { dropFactor } from './check-stored.ts';

/** Subjects that run beside the measured one, by what the ratio to them is called. */
export type Beside = { readonly [ratio: string]: Subject };

export interface CallCase {
  readonly subject: Subject;
  readonly beside: Beside;
  /** What became of the subject's calls, `besideCalls` of each other subject. */
  readonly check: (
    calls: number,
    besideCalls: (subject: Subject) => number,
  ) => Promise<Stored | null>;
  readonly notes?: readonly string[];
}

export async function measureCalls(
  { subject, beside, check, notes }: CallCase,
  plan: Plan,
): Promise<Measured> {
  const timedBy = await interleave([subject, ...Object.values(beside)], plan);
  const timed = timedBy.get(subject)!;
  const stored = await check(timed.calls, (other) => timedBy.get(other)!.calls);
  const factor = stored === null ? 1 : dropFactor(stored);
  const meanNs = timed.settledNs.map((ns) => ns * factor);
  const figures: Figure[] = [summarize(FIGURE.mean, 'ns', meanNs)];
  const isSettledLater = subject.settle !== undefined;
  if (isSettledLater) figures.push(summarize(FIGURE.callAlone, 'ns', timed.callNs));
  if (timed.latencies.length > 0) figures.push(...latencyFigures(timed.latencies));
  for (const [ratio, other] of Object.entries(beside)) {
    const otherNs = timedBy.get(other)!.settledNs;
    figures.push(
      ratio === FIGURE.overEmptyLoop || ratio === FIGURE.overOutside
        ? summarize(ratio, 'ns', differences(meanNs, otherNs))
        : summarize(ratio, '×', ratios(meanNs, otherNs)),
    );
    if (isSettledLater && ratio === FIGURE.timesTtlog) {
      figures.push(summarize(FIGURE.timesTtlogCallAlone, '×', ratios(timed.callNs, otherNs)));
    }
    figures.push(summarize(`${other.name}, mean`, 'ns', otherNs));
  }
  return { figures, stored, ...(notes === undefined ? {} : { notes }) };
}

function latencyFigures(latencies: Timed['latencies']): Figure[] {
  const names: readonly (readonly [string, keyof Percentiles])[] = [
    [FIGURE.p50, 'p50'],
    [FIGURE.p99, 'p99'],
    [FIGURE.p999, 'p999'],
    [FIGURE.max, 'max'],
  ];
  return names.map(([name, key]) =>
    summarize(
      name,
      'ns',
      latencies.map((percentiles) => percentiles[key]),
    ),
  );
}
