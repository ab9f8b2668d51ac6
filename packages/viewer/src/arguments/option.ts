/**
 * What an option is, and how a command's table of options turns words into values. The tables
 * stand with what they configure; help is made from the same tables.
 */

import { type ParseArgsConfig, parseArgs } from 'node:util';
import { nearest } from './nearest.ts';
import { UsageError } from './usage-error.ts';

export interface OptionSpec {
  /** Without its dashes: `level`. */
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  /** What stands for the value in help, `LEVEL`; an option without one is a switch. */
  readonly value?: string;
  /** The only values it takes. */
  readonly choices?: readonly string[];
  /** May be given several times. */
  readonly isRepeatable?: boolean;
  /** One sentence for help. */
  readonly summary: string;
}

/** Options that every command takes. */
export const COMMON_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'color',
    value: 'WHEN',
    choices: ['auto', 'always', 'never'],
    summary:
      'Colour: auto (on a terminal), always or never. NO_COLOR and FORCE_COLOR are honoured.',
  },
  { name: 'help', short: 'h', summary: 'Show this help.' },
  { name: 'version', short: 'V', summary: 'Show the version.' },
];

/** The words of a command line, sorted. */
export class ParsedArguments {
  readonly operands: readonly string[];
  /** Operands that filter, FIELD=VALUE, once they are told from the others; null where none can. */
  readonly fieldValues: readonly string[] | null;
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(
    operands: readonly string[],
    values: ReadonlyMap<string, readonly string[]>,
    fieldValues: readonly string[] | null = null,
  ) {
    this.operands = operands;
    this.fieldValues = fieldValues;
    this.#values = values;
  }

  /** The same options with other operands. */
  withOperands(
    operands: readonly string[],
    fieldValues: readonly string[] | null = this.fieldValues,
  ): ParsedArguments {
    return new ParsedArguments(operands, this.#values, fieldValues);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The last value given. */
  value(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  /** All values given, in order. */
  values(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }
}

/** Sorts words by a table. Throws UsageError for what the table does not know. */
export function parseArguments(
  words: readonly string[],
  options: readonly OptionSpec[],
): ParsedArguments {
  const config: NonNullable<ParseArgsConfig['options']> = {};
  for (const { name, short, value } of options) {
    const type = value === undefined ? 'boolean' : 'string';
    config[name] = short === undefined ? { type } : { type, short };
  }
  // Not strict, so that values may begin with a dash (`--since -5s`) and errors are our own.
  const { tokens } = parseArgs({ args: [...words], options: config, strict: false, tokens: true });
  const operands: string[] = [];
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const option = options.find(({ name }) => name === token.name);
    if (option === undefined) throw unknownOption(token.rawName, options);
    const given = values.get(option.name) ?? [];
    given.push(checkedValue(option, token.rawName, token.value));
    values.set(option.name, given);
  }
  return new ParsedArguments(operands, values);
}

function checkedValue(option: OptionSpec, rawName: string, value: string | undefined): string {
  if (option.value === undefined) {
    if (value !== undefined) throw new UsageError(`${rawName} takes no value`);
    return '';
  }
  if (value === undefined) throw new UsageError(`${rawName} needs a value: ${option.value}`);
  const { choices } = option;
  if (choices !== undefined && !choices.includes(value)) {
    const meant = nearest(value, choices);
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
    throw new UsageError(`${rawName} takes ${listed(choices)}, not "${value}"${hint}`);
  }
  return value;
}

function unknownOption(rawName: string, options: readonly OptionSpec[]): UsageError {
  const names = options.map(({ name }) => `--${name}`);
  const meant = rawName.startsWith('--') ? nearest(rawName, names) : undefined;
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
  return new UsageError(`unknown option ${rawName}${hint}`);
}

/** `a, b or c`. */
export function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
