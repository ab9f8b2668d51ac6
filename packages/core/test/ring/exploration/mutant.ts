// What a mutant of the protocol is; they stand in the files beside this one, by who makes the mistake.

import type { Mutation } from './step-source.ts';

export interface Mutant extends Mutation {
  readonly name: string;
  /** Part of the name of the scenario to look in first; without it, in those about the same thing. */
  readonly likelyIn?: string;
}

/** In place of a statement that a mutant leaves out. */
export const NOTHING = '';
