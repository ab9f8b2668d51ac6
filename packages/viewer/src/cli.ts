#!/usr/bin/env node
/**
 * The program `ttlog-view`: finds the command, sorts its arguments, and turns what became of it
 * into an exit code. What commands do stands in `commands/`, one file each.
 *
 * The rooms, each of which imports only from those before it: `digest/` (what a recording's events
 * tell as a whole), `format/` (how something is
 * written; all escaping), `arguments/` (what the user typed), `output/` (streams, other programs, exit codes),
 * `input/` (which recordings), `select/` (which of their events), `report/` (the HTML
 * page), `view/` (the full-screen reader), `commands/`. Recordings are read
 * by `ttlog/reader`, the only package imported at run time.
 */

import { existsSync } from 'node:fs';
import { version } from '../package.json';
import { COMMON_OPTIONS, parseArguments } from './arguments/option.ts';
import { QueryError } from './arguments/query-error.ts';
import { UsageError } from './arguments/usage-error.ts';
import {
  DEFAULT_COMMAND,
  isCommand,
  loadCommand,
  nearestCommand,
  TERMINAL_COMMAND,
} from './commands/table.ts';
import { STANDARD_INPUT } from './input/find-recordings.ts';
import { EXIT_FAILED, EXIT_INTERRUPTED, EXIT_OK, EXIT_QUERY } from './output/exit-code.ts';
import { OutputClosed, processTerminal, type Terminal } from './output/terminal.ts';
import { withFieldOperands } from './select/field-operands.ts';

async function main(words: readonly string[], terminal: Terminal): Promise<number> {
  const isNamed = isCommand(words[0]);
  const name = isNamed ? words[0] : await unnamedCommand(words, terminal);
  try {
    const command = await loadCommand(name);
    const options = [...command.options, ...COMMON_OPTIONS];
    const parsed = parseArguments(isNamed ? words.slice(1) : words, options);
    if (parsed.has('version')) {
      await terminal.write(`ttlog-view ${version}\n`);
      return EXIT_OK;
    }
    if (parsed.has('help')) {
      const { commandHelp, overview } = await import('./commands/help.ts');
      await terminal.write(isNamed ? commandHelp(command) : await overview());
      return EXIT_OK;
    }
    const given = command.hasFilters === true ? withFieldOperands(parsed) : parsed;
    if (!isNamed) refuseMistypedCommand(given.operands[0]);
    return await command.run(given, terminal);
  } catch (error) {
    if (error instanceof OutputClosed) return EXIT_OK;
    if (error instanceof QueryError) {
      for (const line of error.lines) terminal.report(line);
      return EXIT_QUERY;
    }
    terminal.report(error instanceof Error ? error.message : String(error));
    if (error instanceof UsageError) {
      terminal.report(`see ttlog-view ${isNamed ? `help ${name}` : '--help'}`);
    }
    return EXIT_FAILED;
  }
}

/** `view` on a terminal, unless standard input is read or an option is given that only `cat` has. */
async function unnamedCommand(
  words: readonly string[],
  { isInteractive }: Terminal,
): Promise<string> {
  if (!isInteractive || words.includes(STANDARD_INPUT)) return DEFAULT_COMMAND;
  const { options } = await loadCommand(TERMINAL_COMMAND);
  try {
    parseArguments(words, [...options, ...COMMON_OPTIONS]);
    return TERMINAL_COMMAND;
  } catch {
    return DEFAULT_COMMAND;
  }
}

/** A first word that names no file and nearly a command. */
function refuseMistypedCommand(word: string | undefined): void {
  if (word === undefined || !/^[a-z]+$/.test(word) || existsSync(word)) return;
  const meant = nearestCommand(word);
  if (meant === undefined) return;
  throw new UsageError(`there is no file and no command ${word}; did you mean ${meant}?`);
}

process.on('SIGINT', () => process.exit(EXIT_INTERRUPTED));
process.exitCode = await main(process.argv.slice(2), processTerminal());
