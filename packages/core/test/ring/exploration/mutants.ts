// The ring's protocol with one mistake each, of the kind that one makes. Each has to be noticed in
// one of the scenarios; and its text has to be found in the source, so that none is left behind.

import type { Mutant } from './mutant.ts';
import { READER_MUTANTS } from './reader-mutants.ts';
import { TABLE_MUTANTS } from './table-mutants.ts';
import { WRITER_MUTANTS } from './writer-mutants.ts';

export const MUTANTS: readonly Mutant[] = [...WRITER_MUTANTS, ...TABLE_MUTANTS, ...READER_MUTANTS];
