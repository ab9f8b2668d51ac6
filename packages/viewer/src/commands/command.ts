/** What a command is: one file exports one of these, and `table.ts` lists the files. */

import type { OptionSpec, ParsedArguments } from '../arguments/option.ts';
import type { Terminal } from '../output/terminal.ts';
import { FIELD_OPERANDS, FIELD_OPERANDS_TEXT } from '../select/field-operands.ts';

export interface CommandTable {
  readonly title: string;
  readonly rows: readonly (readonly [term: string, meaning: string])[];
}

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** As in a usage line: `[FILE|DIR|GLOB…]`. */
  readonly operands: string;
  /** Whether operands FIELD=VALUE filter its events, as its options do. */
  readonly hasFilters?: true;
  /** Paragraphs of help, wrapped when shown. */
  readonly description: readonly string[];
  /** Beyond those that all commands take. */
  readonly options: readonly OptionSpec[];
  /** What else there is to look up, below the options. */
  readonly tables?: readonly CommandTable[];
  /** Command lines and what they do. */
  readonly examples: readonly (readonly [commandLine: string, does: string])[];
  /** Resolves to the exit code. Throws UsageError, OutputClosed, or an Error to be told. */
  run(given: ParsedArguments, terminal: Terminal): Promise<number>;
}

/** As in a usage line, with those that filter. */
export function operandsOf({ operands, hasFilters }: Command): string {
  return hasFilters === true ? `${operands} ${FIELD_OPERANDS}` : operands;
}

/** Paragraphs of help, with what is the same for all commands that filter. */
export function descriptionOf({ description, hasFilters }: Command): readonly string[] {
  return hasFilters === true ? [...description, FIELD_OPERANDS_TEXT] : description;
}
