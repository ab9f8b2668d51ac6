// What a case is, and what comes out of one. The table of all cases is cases/corpus.ts.

import type { Figure } from './figure.ts';

export interface Plan {
  /** Fewer and shorter rounds: shows that everything works, and roughly what it costs. */
  readonly isQuick: boolean;
  /** Runs under the profiler: nothing beside the measured code, and more of it. */
  readonly isProfile: boolean;
}

/** What became of the logged events: an event counts when it decodes with all its fields. */
export interface Stored {
  readonly attempted: number;
  /** Found in the snapshot (or the peer's output) afterwards. */
  readonly found: number;
  /** Stored, then overwritten by newer ones, as a ring does. */
  readonly overwritten: number;
  /** Not stored at all; such calls are not counted in rates and means. */
  readonly dropped: number;
  /** Stored, but shortened by a cap. */
  readonly cut: number;
  /** Whatever is not as it should be. A case with faults fails. */
  readonly faults: readonly string[];
}

export interface Measured {
  readonly figures: readonly Figure[];
  /** null where the case stores nothing. */
  readonly stored: Stored | null;
  readonly notes?: readonly string[];
}

export interface Case {
  /** What is measured, and beside what. */
  readonly what: string;
  /** Left out of `--quick`. */
  readonly isLong?: boolean;
  /** Needs the packages of benchmarks/compare. */
  readonly usesPeers?: boolean;
  readonly nodeFlags?: readonly string[];
  measure(plan: Plan): Promise<Measured>;
}

/** A case that another one of `--quick` stands for. */
export function long(one: Case): Case {
  return { ...one, isLong: true };
}

export type CaseTable = { readonly [name: string]: Case };

export interface CaseResult extends Measured {
  readonly name: string;
  readonly what: string;
  readonly seconds: number;
  /** Why there are no figures, or what is wrong with them. */
  readonly error: string | null;
}
