/** The commands that `:` takes: what they are called, what they do to the state, and how they are completed. */

import { LEVELS } from 'ttlog/reader';
import { nearest } from '../arguments/nearest.ts';
import { listed } from '../arguments/option.ts';
import {
  ENDINGS_TEXT,
  formatOfName,
  WRITTEN_FORMATS,
  type WrittenFormat,
} from '../format/export-format.ts';
import { levelOf } from '../select/level-word.ts';
import { filtered, problemOf } from './filters.ts';
import { PLACE_FORMS, toPlace, toRow } from './going.ts';
import {
  CLOCKS,
  type Clock,
  type Events,
  FIRST_ROW,
  THEMES,
  type Theme,
  type View,
} from './model.ts';

/** The state that follows, or what is wrong with what was typed. */
type Outcome = View | string;

interface PromptCommand {
  readonly name: string;
  /** What follows the name, for help; empty where nothing does. */
  readonly argument: string;
  readonly meaning: string;
  /** What its last word is completed to. */
  readonly words?: readonly string[];
  /** Whether `!` behind the name means something. */
  readonly canForce?: true;
  run(view: View, argument: string, events: Events, isForced: boolean): Outcome;
}

export const PROMPT_COMMANDS: readonly PromptCommand[] = [
  {
    name: 'goto',
    argument: 'PLACE',
    meaning: 'As t: to a time, 50% or #1234. A number alone is a row: :12.',
    run: (view, argument, events) => toPlace(view, argument, events) ?? `goto takes ${PLACE_FORMS}`,
  },
  {
    name: 'filter',
    argument: 'QUERY',
    meaning: 'As &: one more filter; without one the list of them.',
    run: (view, argument) => {
      const problem = problemOf(argument);
      return problem === '' ? filtered(view, argument, null) : problem;
    },
  },
  {
    name: 'level',
    argument: 'LEVEL',
    meaning: 'Events of this level and above, as 1 to 6.',
    words: LEVELS,
    run: (view, argument) => {
      const level = levelOf(argument);
      if (level === undefined) return taking('level', LEVELS, argument);
      return { ...view, minSeverity: LEVELS.indexOf(level) * 4 + 1, isOnlyLevel: false };
    },
  },
  {
    name: 'clock',
    argument: 'CLOCK',
    meaning: `Times: ${listed(CLOCKS)}. As T, which takes the next one.`,
    words: CLOCKS,
    run: (view, argument) =>
      isOneOf(CLOCKS, argument)
        ? { ...view, clock: argument as Clock }
        : taking('clock', CLOCKS, argument),
  },
  {
    name: 'write',
    argument: '[--to FORMAT] FILE',
    meaning: `What is shown, as its ending says: ${ENDINGS_TEXT}. write! replaces a file.`,
    words: WRITTEN_FORMATS,
    canForce: true,
    run: written,
  },
  {
    name: 'export',
    argument: '[--to FORMAT] FILE',
    meaning: `The same as write. Formats: ${listed(WRITTEN_FORMATS)}.`,
    words: WRITTEN_FORMATS,
    canForce: true,
    run: written,
  },
  {
    name: 'theme',
    argument: 'THEME',
    meaning: 'colour: those of the terminal; plain: none.',
    words: THEMES,
    run: (view, argument) =>
      isOneOf(THEMES, argument)
        ? { ...view, theme: argument as Theme }
        : taking('theme', THEMES, argument),
  },
  {
    name: 'help',
    argument: '',
    meaning: 'These keys.',
    run: (view) => ({ ...view, pane: 'help', inPane: FIRST_ROW }),
  },
  {
    name: 'quit',
    argument: '',
    meaning: 'The end. A command may be shortened to its first letters: :q.',
    canForce: true,
    run: (view) => ({ ...view, isDone: true }),
  },
];

const NAMES = PROMPT_COMMANDS.map(({ name }) => name);

/** Does what was typed after the colon. */
export function commanded(view: View, text: string, events: Events): Outcome {
  if (/^\d{1,9}$/.test(text)) return toRow(view, Number(text), events);
  const typed = /^([a-z]*)(!?)(?:\s+(.*))?$/i.exec(text);
  const [, name = text, force = '', argument = ''] = typed ?? [];
  const command = typed === null ? undefined : commandOf(name);
  if (command === undefined) {
    const meant = nearest(name, NAMES);
    return `no command ${name.split(' ', 1)[0]}; ${meant === undefined ? `there are ${listed(NAMES)}` : `did you mean ${meant}?`}`;
  }
  if (force !== '' && command.canForce !== true) return `${command.name} takes no !`;
  if (command.argument === '' && argument !== '') return `${command.name} takes nothing more`;
  // What it does is seen in the list.
  return command.run({ ...view, pane: 'list' }, argument.trim(), events, force !== '');
}

/** What the text before the cursor is completed to, and the choice where there is one. */
export function completed(text: string): { readonly text: string; readonly choice: string } {
  const space = text.lastIndexOf(' ');
  const word = text.slice(space + 1);
  const command = space < 0 ? undefined : commandOf(text.trim().split(/[\s!]/, 1)[0]);
  const isOfWrite = command?.words === WRITTEN_FORMATS;
  const isFormat = isOfWrite && /--to\s+\S*$/.test(text);
  const words = space < 0 ? NAMES : isOfWrite && !isFormat ? ['--to'] : (command?.words ?? []);
  const fitting = words.filter((candidate) => candidate.startsWith(word));
  if (fitting.length === 0) return { text, choice: '' };
  const isOne = fitting.length === 1;
  const added = isOne ? `${fitting[0]} ` : commonStart(fitting);
  return { text: text.slice(0, space + 1) + added, choice: isOne ? '' : fitting.join('  ') };
}

/** By its name, or by the beginning of one alone. */
function commandOf(name: string): PromptCommand | undefined {
  const fitting = PROMPT_COMMANDS.filter((command) => name !== '' && command.name.startsWith(name));
  return fitting.length === 1 ? fitting[0] : fitting.find((command) => command.name === name);
}

function commonStart(words: readonly string[]): string {
  let length = 0;
  const [first] = words;
  while (length < first.length && words.every((word) => word[length] === first[length])) length++;
  return first.slice(0, length);
}

function isOneOf(words: readonly string[], word: string): boolean {
  return words.includes(word);
}

function taking(name: string, words: readonly string[], typed: string): string {
  const meant = typed === '' ? undefined : nearest(typed, words);
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return `${name} takes ${listed(words)}${hint}`;
}

function written(view: View, argument: string, _events: Events, isForced: boolean): Outcome {
  const option = /(?:^|\s)--to[=\s]\s*(\S+)/.exec(argument);
  const path = (option === null ? argument : argument.replace(option[0], '')).trim();
  if (path === '') return 'write takes the name of a file';
  const format = option === null ? formatOfName(path) : option[1];
  if (format === undefined) return `its name tells no format: write --to FORMAT ${path}`;
  if (!isOneOf(WRITTEN_FORMATS, format)) return taking('--to', WRITTEN_FORMATS, format);
  const request = { kind: 'write', path, format: format as WrittenFormat, isForced } as const;
  return { ...view, request };
}
