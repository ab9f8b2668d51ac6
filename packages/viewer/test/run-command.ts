// Runs a command within this process, with a terminal of which all is kept: for tables of many runs.

import { COMMON_OPTIONS, parseArguments } from '../src/arguments/option.ts';
import { loadCommand } from '../src/commands/table.ts';
import type { Terminal } from '../src/output/terminal.ts';

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Throws what the program would tell and exit with 2 for. */
export async function runCommand(words: readonly string[]): Promise<CommandResult> {
  let stdout = '';
  let stderr = '';
  const terminal: Terminal = {
    environment: {},
    isTerminal: false,
    isInteractive: false,
    write: async (text) => {
      stdout += typeof text === 'string' ? text : Buffer.from(text).toString();
    },
    report: (message) => {
      stderr += `${message}\n`;
    },
    progress: () => {},
    pause: async () => {},
  };
  const command = await loadCommand(words[0]);
  const given = parseArguments(words.slice(1), [...command.options, ...COMMON_OPTIONS]);
  const code = await command.run(given, terminal);
  return { code, stdout, stderr };
}
