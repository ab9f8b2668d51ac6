// Which targets the figures of a run reach, and by how much the others are missed.

import type { CaseResult } from '../runner/case.ts';
import type { Target } from '../targets.ts';

export interface JudgedTarget extends Target {
  readonly outcome: 'reached' | 'not reached' | 'not measured';
  /** Median and spread of the figure; null where it was not measured. */
  readonly median: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export function judgeTargets(
  targets: readonly Target[],
  results: readonly CaseResult[],
): JudgedTarget[] {
  return targets.map((target) => {
    const result = results.find(({ name }) => name === target.case);
    const figure = result?.figures.find(({ name }) => name === target.figure);
    // Figures of a case whose events are not all there say nothing.
    if (figure === undefined || result?.error !== null) {
      return { ...target, outcome: 'not measured', median: null, low: null, high: null };
    }
    const { median, low, high } = figure;
    const { atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY } = target;
    const isReached = median <= atMost && median >= atLeast;
    return { ...target, outcome: isReached ? 'reached' : 'not reached', median, low, high };
  });
}

export function boundOf({ atMost, atLeast, wish }: Target): string {
  const bound = atMost === undefined ? `≥ ${shown(atLeast)}` : `≤ ${shown(atMost)}`;
  return wish === undefined ? bound : `${bound} (wish ${wish})`;
}

/** Three decimals at most: a bound may be a sixth. */
function shown(value: number | undefined): number {
  return Math.round((value ?? Number.NaN) * 1000) / 1000;
}
