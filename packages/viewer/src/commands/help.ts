/** `ttlog-view help`: the list of commands, or one of them, from the tables that also parse. */

import { COMMON_OPTIONS, type OptionSpec, type ParsedArguments } from '../arguments/option.ts';
import { UsageError } from '../arguments/usage-error.ts';
import { wordWrapped } from '../format/width.ts';
import { EXIT_CODES, EXIT_OK } from '../output/exit-code.ts';
import type { Terminal } from '../output/terminal.ts';
import { FIELD_OPERANDS } from '../select/field-operands.ts';
import { type Command, descriptionOf, operandsOf } from './command.ts';
import { QUERY_EXAMPLE, QUERY_ROWS, QUERY_SUMMARY } from './query-help.ts';
import { COMMAND_NAMES, isCommand, loadCommand, nearestCommand } from './table.ts';

/** A topic of help that is no command. */
const QUERY_TOPIC = 'query';

export const help: Command = {
  name: 'help',
  summary: 'Show help, of a command with its options and examples.',
  operands: '[COMMAND|query]',
  description: [
    'Shows the list of commands, how to use one of them, or the query language of --where.',
  ],
  options: [],
  examples: [
    ['ttlog-view help cat', 'the options of cat'],
    ['ttlog-view help query', 'the query language'],
  ],
  run,
};

async function run({ operands }: ParsedArguments, terminal: Terminal): Promise<number> {
  const [name] = operands;
  if (name === QUERY_TOPIC) {
    await terminal.write(queryHelp());
    return EXIT_OK;
  }
  if (name !== undefined && !isCommand(name)) {
    const meant = nearestCommand(name);
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
    throw new UsageError(`there is no command ${name}${hint}`);
  }
  await terminal.write(
    name === undefined ? await overview() : commandHelp(await loadCommand(name)),
  );
  return EXIT_OK;
}

export const PURPOSE = 'ttlog-view shows what a Node service recorded with ttlog before it died.';

export const ENVIRONMENT_ROWS: readonly (readonly [name: string, meaning: string])[] = [
  ['TTLOG_SNAPSHOT_DIR', 'Where recordings are looked for when no file is named.'],
  [
    'NO_COLOR, FORCE_COLOR',
    'Switch colour off or on, as CLICOLOR_FORCE does; TERM=dumb: off, no view.',
  ],
  ['VISUAL, EDITOR; SHELL', 'What v and | of view start.'],
];

export async function overview(): Promise<string> {
  const commands = await Promise.all(COMMAND_NAMES.map(loadCommand));
  return paragraphs([
    PURPOSE,
    `Usage: ttlog-view [COMMAND] [OPTIONS] [FILE|DIR|GLOB…] ${FIELD_OPERANDS}`,
    section(
      'Commands',
      commands.map(({ name, summary }) => [name, summary]),
    ),
    section('Options of every command', COMMON_OPTIONS.map(optionRow)),
    section('Environment', ENVIRONMENT_ROWS),
    section(
      'Exit codes',
      EXIT_CODES.map(([code, meaning]) => [String(code), meaning]),
    ),
    'More: ttlog-view help COMMAND, ttlog-view help query',
  ]);
}

function queryHelp(): string {
  return paragraphs([
    QUERY_SUMMARY,
    `  ${QUERY_EXAMPLE}`,
    section('Language', QUERY_ROWS),
    'An error is shown with its place, and the exit code is 4.',
  ]);
}

export function commandHelp(command: Command): string {
  const { name, options, tables = [], examples } = command;
  return paragraphs([
    `Usage: ttlog-view ${name} [OPTIONS] ${operandsOf(command)}`,
    ...descriptionOf(command).map((text) => wordWrapped(text, WIDTH).join('\n')),
    section('Options', [...options, ...COMMON_OPTIONS].map(optionRow)),
    ...tables.map(({ title, rows }) => section(title, rows)),
    section('Examples', examples),
  ]);
}

const WIDTH = 80;
const INDENT = '  ';

function optionRow(option: OptionSpec): [string, string] {
  const { name, short, value, summary } = option;
  const lead = short === undefined ? '    ' : `-${short}, `;
  return [`${lead}--${name}${value === undefined ? '' : ` ${value}`}`, summary];
}

/** Terms are no wider than this, or stand on a line of their own. */
const MAX_TERM = 44;

/** A title and rows of two columns, the second wrapped. */
function section(title: string, rows: readonly (readonly [string, string])[]): string {
  const widths = rows.map(([term]) => term.length).filter((length) => length <= MAX_TERM);
  const width = Math.max(...widths, 0);
  const lines = rows.flatMap(([term, meaning]) => {
    const wrapped = wordWrapped(meaning, WIDTH - width - 2 * INDENT.length);
    const isAlone = term.length > width;
    const lines = wrapped.map(
      (line, index) =>
        `${INDENT}${(index === 0 && !isAlone ? term : '').padEnd(width)}${INDENT}${line}`,
    );
    return isAlone ? [INDENT + term, ...lines] : lines;
  });
  return [`${title}:`, ...lines].join('\n');
}

function paragraphs(texts: readonly string[]): string {
  return `${texts.join('\n\n')}\n`;
}
