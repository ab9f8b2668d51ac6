// The outcome of a run: what `--json` writes and `--from` reads.

import type { CaseResult } from '../runner/case.ts';
import type { JudgedTarget } from './judge-targets.ts';
import type { Machine } from './machine.ts';

/** Raised when a reader of older files would misunderstand. */
export const RESULTS_VERSION = 1;

export interface Results {
  readonly version: number;
  readonly takenAt: string;
  readonly isQuick: boolean;
  readonly machine: Machine;
  /** Versions of ttlog and of the peers. */
  readonly packages: { readonly [name: string]: string };
  readonly rules: readonly string[];
  readonly cases: readonly CaseResult[];
  readonly targets: readonly JudgedTarget[];
}

export const RULES: readonly string[] = [
  'Default options, unless the case says otherwise.',
  'Real path only: an event counts when it decodes afterwards with all its fields. After each ' +
    'case a snapshot is decoded and checked; drops are shown and subtracted.',
  'Every ratio is to something measured beside it, in rounds that alternate; each case has a ' +
    'process of its own.',
  'Figures are medians over the rounds; in brackets the quarters of the rounds below and above.',
  'Percentiles are of single calls and contain one reading of the clock.',
  'Results where ttlog loses stay in.',
];

/** Throws where `text` is not what a run of this version wrote. */
export function parseResults(text: string): Results {
  const results = JSON.parse(text) as Results;
  if (results.version !== RESULTS_VERSION) {
    throw new Error(`the results are of version ${results.version}, not ${RESULTS_VERSION}`);
  }
  return results;
}
