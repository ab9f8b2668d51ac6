/** What a command is: one file exports one of these, and `table.ts` lists the files. */

import type { OptionSpec, ParsedArguments } from '../arguments/option.ts';
import type { Terminal } from '../output/terminal.ts';

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
