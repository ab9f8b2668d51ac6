/** What a filter typed on the screen means: a query as of `--where`, or `/` and a regular expression. */

import { QueryError } from '../arguments/query-error.ts';
import { parseGrep } from '../select/grep.ts';
import { type BoundQuery, parseQuery } from '../select/query.ts';
import { UNBOUNDED } from '../select/query-bounds.ts';
import type { TimeFrame } from '../select/time-expression.ts';

/** Throws QueryError or UsageError. */
export function parseFilter(text: string): (frame: TimeFrame) => BoundQuery {
  const trimmed = text.trim();
  if (trimmed.startsWith('/')) {
    const test = parseGrep(trimmed.slice(1));
    return () => ({ test, bounds: UNBOUNDED, title: null, isAnswered: false });
  }
  // Standard input is the keyboard here, and a file would be read at every key.
  if (/\bin\s*@/.test(trimmed)) {
    throw new QueryError('in @FILE works on the command line only', trimmed, 0);
  }
  return parseQuery(trimmed);
}

/** What is wrong with a filter, or an empty text. */
export function problemOf(text: string): string {
  try {
    parseFilter(text);
    return '';
  } catch (error) {
    return error instanceof QueryError ? error.lines[0] : (error as Error).message;
  }
}
