/**
 * `--grep RE`: the message first, then the whole line as `cat` shows it without colour: logger,
 * fields and error stacks. Case counts only where the pattern has a capital.
 */

import type { RecordedEvent } from 'ttlog/reader';
import { UsageError } from '../arguments/usage-error.ts';
import { searchableText } from '../format/pretty.ts';

export function parseGrep(pattern: string): (event: RecordedEvent) => boolean {
  const expression = compile(pattern);
  return (event) => expression.test(event.message) || expression.test(searchableText(event));
}

function compile(pattern: string): RegExp {
  try {
    return expressionOf(pattern);
  } catch (error) {
    throw new UsageError(`--grep: ${(error as Error).message}`);
  }
}

/** Throws SyntaxError. */
export function expressionOf(pattern: string): RegExp {
  // Escapes as \S and \W are no capitals of the user's.
  const isExact = hasCapital(pattern.replace(/\\(?:[pPux]\{[^}]*\}|.)/gs, ''));
  const flags = isExact ? 'm' : 'im';
  try {
    return new RegExp(pattern, `${flags}u`);
  } catch {
    // Unicode mode refuses needless escapes (`\-`) that people type.
    return new RegExp(pattern, flags);
  }
}

export function hasCapital(text: string): boolean {
  return /\p{Lu}/u.test(text);
}
