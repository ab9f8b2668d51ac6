/** `ttlog-view man`: the manual as roff, from the tables that also parse and make help. */

import { version } from '../../package.json';
import { COMMON_OPTIONS, type OptionSpec, type ParsedArguments } from '../arguments/option.ts';
import { DOCUMENT_OPTIONS, openDocument } from '../output/document-stream.ts';
import { EXIT_CODES, EXIT_OK } from '../output/exit-code.ts';
import type { Terminal } from '../output/terminal.ts';
import { FIELD_OPERANDS } from '../select/field-operands.ts';
import { type Command, descriptionOf, operandsOf } from './command.ts';
import { ENVIRONMENT_ROWS, PURPOSE } from './help.ts';
import { QUERY_EXAMPLE, QUERY_ROWS } from './query-help.ts';
import { COMMAND_NAMES, loadCommand } from './table.ts';

export const man: Command = {
  name: 'man',
  summary: 'Print the manual page.',
  operands: '',
  description: ['Prints the manual page ttlog-view(1), in roff.'],
  options: DOCUMENT_OPTIONS,
  examples: [
    ['ttlog-view man | man -l -', 'read it'],
    ['ttlog-view man -o /usr/local/share/man/man1/ttlog-view.1', 'install it'],
  ],
  run,
};

async function run(given: ParsedArguments, terminal: Terminal): Promise<number> {
  const commands = await Promise.all(COMMAND_NAMES.map(loadCommand));
  const document = await openDocument(given, terminal);
  await document.write(manual(commands));
  await document.finish();
  return EXIT_OK;
}

function manual(commands: readonly Command[]): string {
  return [
    `.TH TTLOG-VIEW 1 "" "ttlog-view ${version}" "User Commands"`,
    '.SH NAME',
    'ttlog\\-view \\- show what a Node service recorded with ttlog',
    '.SH SYNOPSIS',
    '.B ttlog\\-view',
    roff(`[COMMAND] [OPTIONS] [FILE|DIR|GLOB…] ${FIELD_OPERANDS}`),
    '.SH DESCRIPTION',
    roff(PURPOSE),
    '.SH COMMANDS',
    ...commands.flatMap(commandSection),
    '.SH OPTIONS OF EVERY COMMAND',
    ...COMMON_OPTIONS.flatMap(optionEntry),
    '.SH QUERIES',
    roff('What --where takes, as in:'),
    ...example(QUERY_EXAMPLE),
    ...QUERY_ROWS.flatMap(([term, meaning]) => entry(term, meaning)),
    '.SH ENVIRONMENT',
    ...ENVIRONMENT_ROWS.flatMap(([name, meaning]) => entry(name, meaning)),
    '.SH EXIT STATUS',
    ...EXIT_CODES.flatMap(([code, meaning]) => entry(String(code), meaning)),
    '',
  ].join('\n');
}

function commandSection(command: Command): string[] {
  const { name, options, tables = [], examples } = command;
  return [
    `.SS ${roff(`${name} ${operandsOf(command)}`.trim())}`,
    ...descriptionOf(command).flatMap((text, index) =>
      index === 0 ? [roff(text)] : ['.PP', roff(text)],
    ),
    ...options.flatMap(optionEntry),
    ...tables.flatMap(({ title, rows }) => [
      '.PP',
      `${roff(title)}:`,
      ...rows.flatMap(([term, meaning]) => entry(term, meaning)),
    ]),
    ...examples.flatMap(([commandLine, does]) => [
      '.PP',
      `${roff(does)}:`,
      ...example(commandLine),
    ]),
  ];
}

function optionEntry({ name, short, value, choices, summary }: OptionSpec): string[] {
  const term = `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
  const isListed = choices === undefined || choices.every((choice) => summary.includes(choice));
  return entry(term, isListed ? summary : `${summary} One of ${choices.join(', ')}.`);
}

function entry(term: string, meaning: string): string[] {
  return ['.TP', `.B ${roff(term)}`, roff(meaning)];
}

function example(text: string): string[] {
  return ['.PP', '.nf', '.RS', roff(text), '.RE', '.fi'];
}

/** Text that roff shows as it stands. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('"', '\\(dq')
    .replaceAll('…', '...')
    .replace(/^\./, '\\&.');
}
