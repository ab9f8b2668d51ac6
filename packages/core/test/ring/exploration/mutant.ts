// What a mutant of the protocol is; they stand in the files beside this one, by who makes the mistake.

import type { Mutation } from './step-source.ts';

export interface Mutant extends Mutation {
  readonly name: string;
}

/** In place of a statement that a mutant leaves out. */
export const NOTHING = '';
