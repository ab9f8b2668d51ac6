/**
 * Operands of the form FIELD=VALUE, which filter as those of journalctl do: of one field any value, of
 * different fields all of them. What is a file is an operand of another kind.
 */

import { existsSync } from 'node:fs';
import type { ParsedArguments } from '../arguments/option.ts';
import { UsageError } from '../arguments/usage-error.ts';
import { type EventTest, parseMatch } from './field-match.ts';

/** In a usage line, behind the files. */
export const FIELD_OPERANDS = '[FIELD=VALUE…]';

/** For help. */
export const FIELD_OPERANDS_TEXT: string =
  'FIELD=VALUE filters as --match does; of several, different fields must all match, the same field in ' +
  'any way. A file of that name is the file, and so is whatever has a / before its =: ./a=b.bin.';

/** Sorts operands that filter from those that name files. Throws UsageError for what is neither. */
export function withFieldOperands(given: ParsedArguments): ParsedArguments {
  const files: string[] = [];
  const fieldValues: string[] = [];
  for (const operand of given.operands) {
    const split = operand.indexOf('=');
    const name = operand.slice(0, split);
    if (split < 0 || /[/\\]/.test(name) || existsSync(operand)) files.push(operand);
    else {
      refuseOther(operand, name);
      fieldValues.push(operand);
    }
  }
  return given.withOperands(files, fieldValues);
}

function refuseOther(operand: string, name: string): void {
  if (name === '') throw new UsageError(`${operand} is no file, and names no FIELD before its =`);
  if (!/[<>!~]$/.test(name)) return;
  throw new UsageError(`${operand} is no file, and no FIELD=VALUE; a query is -w '${operand}'`);
}

/** The values asked for, by field. */
export function byField(fieldValues: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (const text of fieldValues) {
    const split = text.indexOf('=');
    const name = text.slice(0, split);
    const known = values.get(name);
    if (known === undefined) values.set(name, [text.slice(split + 1)]);
    else known.push(text.slice(split + 1));
  }
  return values;
}

/** One test a field. */
export function fieldTests(fieldValues: readonly string[]): EventTest[] {
  return Array.from(byField(fieldValues), ([name, values]): EventTest => {
    const tests = values.map((value) => parseMatch(`${name}=${value}`));
    return (event, file) => tests.some((isWanted) => isWanted(event, file));
  });
}
