/** `ttlog-view completion`: scripts for shells, made of the tables that also parse. */

import { COMMON_OPTIONS, type OptionSpec, type ParsedArguments } from '../arguments/option.ts';
import { UsageError } from '../arguments/usage-error.ts';
import { EXIT_OK } from '../output/exit-code.ts';
import type { Terminal } from '../output/terminal.ts';
import type { Command } from './command.ts';
import { COMMAND_NAMES, loadCommand } from './table.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const;

export const completion: Command = {
  name: 'completion',
  summary: 'Print a completion script for bash, zsh or fish.',
  operands: 'bash|zsh|fish',
  description: [
    'Prints a script that completes commands, options, their values, and files. For bash: ' +
      'eval "$(ttlog-view completion bash)" in ~/.bashrc; for zsh: the same in ~/.zshrc, after ' +
      'compinit; for fish: ttlog-view completion fish > ~/.config/fish/completions/ttlog-view.fish',
  ],
  options: [],
  examples: [['eval "$(ttlog-view completion bash)"', 'for this bash']],
  run,
};

async function run({ operands }: ParsedArguments, terminal: Terminal): Promise<number> {
  const commands = await Promise.all(COMMAND_NAMES.map(loadCommand));
  switch (operands[0]) {
    case 'bash':
      await terminal.write(bashScript(commands));
      break;
    case 'zsh':
      await terminal.write(zshScript(commands));
      break;
    case 'fish':
      await terminal.write(fishScript(commands));
      break;
    default:
      throw new UsageError(`completion takes ${SHELLS.join(', ')}`);
  }
  return EXIT_OK;
}

function optionsOf(command: Command): readonly OptionSpec[] {
  return [...command.options, ...COMMON_OPTIONS];
}

/** What stands after a command, where that is a known set. */
function operandWords({ name }: Command): readonly string[] {
  if (name === 'help') return [...COMMAND_NAMES, 'query'];
  return name === 'completion' ? SHELLS : [];
}

/** What ttlog knows of every event, as the beginnings of operands; fields are in recordings only. */
const FIELD_WORDS: readonly string[] = ['level', 'logger', 'msg', 'thread', 'trace_id'].map(
  (name) => `${name}=`,
);

function bashScript(commands: readonly Command[]): string {
  const cases = commands.map((command) => {
    const words = optionsOf(command).flatMap(({ name, short }) =>
      short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`],
    );
    return `    ${command.name}) words='${words.join(' ')}' operands='${operandWords(command).join(' ')}'${
      command.hasFilters === true ? ` fields='${FIELD_WORDS.join(' ')}'` : ''
    } ;;`;
  });
  const choices = choiceOptions(commands).map(
    ([command, { name, short, choices: values = [] }]) => {
      const shorts = short === undefined ? '' : `|${command}/-${short}`;
      return `    ${command}/--${name}${shorts}) COMPREPLY=($(compgen -W '${values.join(' ')}' -- "$word")); return ;;`;
    },
  );
  return `_ttlog_view_files() {
  local file
  while IFS= read -r file; do COMPREPLY+=("$file"); done < <(compgen -f -- "$word")
}
_ttlog_view() {
  local word="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}"
  local command="\${COMP_WORDS[1]}" words='' operands='' fields=''
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${COMMAND_NAMES.join(' ')}' -- "$word"))
    _ttlog_view_files
    return
  fi
  case "$command/$previous" in
${choices.join('\n')}
  esac
  case "$command" in
${cases.join('\n')}
  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$words" -- "$word")) ;;
    ?*) COMPREPLY=($(compgen -W "$operands $fields" -- "$word")); _ttlog_view_files ;;
    *) COMPREPLY=($(compgen -W "$operands" -- "$word")); _ttlog_view_files ;;
  esac
  case "\${COMPREPLY[0]}" in *=) compopt -o nospace 2> /dev/null ;; esac
}
complete -o filenames -F _ttlog_view ttlog-view
`;
}

/** Options with a known set of values, each with its command. */
function choiceOptions(commands: readonly Command[]): (readonly [string, OptionSpec])[] {
  return commands.flatMap((command) =>
    optionsOf(command)
      .filter(({ choices }) => choices !== undefined)
      .map((option) => [command.name, option] as const),
  );
}

function zshScript(commands: readonly Command[]): string {
  const names = commands.map(({ name, summary }) => `    ${zshQuoted(`${name}:${summary}`)}`);
  const cases = commands.map((command) => {
    const operands = operandWords(command);
    const files =
      operands.length > 0
        ? `*:word:(${operands.join(' ')})`
        : command.hasFilters === true
          ? '*:file or field:_ttlog_view_operands'
          : '*:file:_files';
    const specs = [...optionsOf(command).flatMap(zshOption), zshQuoted(files)];
    return `    ${command.name}) _arguments ${specs.join(' \\\n      ')} ;;`;
  });
  return `#compdef ttlog-view
_ttlog_view_operands() {
  [[ -n $PREFIX ]] && compadd -S '' -- ${FIELD_WORDS.join(' ')}
  _files
}
_ttlog_view() {
  local -a commands
  commands=(
${names.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    _files
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
compdef _ttlog_view ttlog-view
`;
}

function zshOption({ name, short, value, choices, summary, isRepeatable }: OptionSpec): string[] {
  const text = summary.replace(/[[\]:\\]/g, '\\$&');
  const action = choices === undefined ? '' : `(${choices.join(' ')})`;
  const argument = value === undefined ? '' : `:${value}:${action}`;
  const repeat = isRepeatable === true ? '*' : '';
  const names = short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`];
  return names.map((word) => zshQuoted(`${repeat}${word}[${text}]${argument}`));
}

function zshQuoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function fishScript(commands: readonly Command[]): string {
  const lines = commands.map(
    ({ name, summary }) =>
      `complete -c ttlog-view -n __fish_use_subcommand -a ${name} -d ${fishQuoted(summary)}`,
  );
  for (const command of commands) {
    const condition = `-n '__fish_seen_subcommand_from ${command.name}'`;
    for (const { name, short, value, choices, summary } of optionsOf(command)) {
      const letter = short === undefined ? '' : ` -s ${short}`;
      const values = choices === undefined ? '' : ` -fa '${choices.join(' ')}'`;
      const required = value === undefined ? '' : ' -r';
      lines.push(
        `complete -c ttlog-view ${condition} -l ${name}${letter}${required}${values} -d ${fishQuoted(summary)}`,
      );
    }
    if (command.hasFilters === true) {
      const typed = `-n '__fish_seen_subcommand_from ${command.name}; and test -n (commandline -ct)'`;
      lines.push(`complete -c ttlog-view ${typed} -a '${FIELD_WORDS.join(' ')}'`);
    }
    const operands = operandWords(command);
    if (operands.length > 0) {
      lines.push(`complete -c ttlog-view ${condition} -f -a '${operands.join(' ')}'`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function fishQuoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
