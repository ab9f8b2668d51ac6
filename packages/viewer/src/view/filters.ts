/**
 * What a filter typed on the screen means: a query as of `--where`, `/` and a regular expression,
 * `~` and a pattern of messages, or `=` and FIELD=VALUE as of `--match`; the opposite of it all with
 * `!` before it.
 */

import { QueryError } from '../arguments/query-error.ts';
import { UsageError } from '../arguments/usage-error.ts';
import type { Pattern } from '../digest/patterns.ts';
import type { EventTest } from '../select/field-match.ts';
import { fieldTests } from '../select/field-operands.ts';
import { parseGrep } from '../select/grep.ts';
import { type BoundQuery, negated, parseQuery } from '../select/query.ts';
import { UNBOUNDED } from '../select/query-bounds.ts';
import { type Token, tokensOf } from '../select/query-tokens.ts';
import type { TimeFrame } from '../select/time-expression.ts';
import { templateTest } from './message-pattern.ts';
import { FIRST_ROW, type Filter, type View } from './model.ts';

/** Throws QueryError or UsageError. */
export function parseFilter(text: string): (frame: TimeFrame) => BoundQuery {
  const trimmed = text.trim();
  if (trimmed.startsWith('!')) {
    const opposite = parseFilter(trimmed.slice(1));
    return (frame) => negated(opposite(frame));
  }
  if (trimmed.startsWith('/')) return byTest(parseGrep(text.trimStart().slice(1)));
  if (trimmed.startsWith('=')) return byTest(fieldTest(trimmed.slice(1)));
  if (trimmed.startsWith('~')) {
    const title = templateTest(trimmed.slice(1).trim());
    return () => ({ test: title, bounds: UNBOUNDED, title, isAnswered: true });
  }
  // Standard input is the keyboard here, and a file would be read at every key.
  const listed = listFileOf(trimmed);
  if (listed !== undefined) {
    const what = 'in @FILE works in cat and the like, not in view';
    throw new QueryError(what, trimmed, listed.position);
  }
  return parseQuery(trimmed);
}

function byTest(test: EventTest): (frame: TimeFrame) => BoundQuery {
  return () => ({ test, bounds: UNBOUNDED, title: null, isAnswered: false });
}

/** As the operands of a command line: of one field any value, of different fields all of them. */
function fieldTest(text: string): EventTest {
  const words = Array.from(text.matchAll(FIELD_WORD), ([word, inQuotes]) => {
    return inQuotes === undefined ? word : inQuotes.replace(/\\(.)/gs, '$1');
  });
  if (words.length === 0) throw new UsageError('expected FIELD=VALUE after =');
  const nameless = words.find((word) => word.indexOf('=') <= 0);
  if (nameless !== undefined) throw new UsageError(`expected FIELD=VALUE, not ${nameless}`);
  const tests = fieldTests(words);
  return (event, file) => tests.every((test) => test(event, file));
}

const FIELD_WORD = /"((?:[^"\\]|\\.)*)"|\S+/gs;

/** A FIELD=VALUE as one word behind `=`. */
export function fieldWord(text: string): string {
  const isPlain = /^[^\s"]\S*$/.test(text);
  return isPlain ? text : `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** Where a list is to be read from a file. */
function listFileOf(query: string): Token | undefined {
  return tokensOf(query).find(({ kind, text }, index, tokens) => {
    const before = tokens[index - 1];
    const isList = before?.kind === 'word' && before.text.toLowerCase() === 'in';
    return isList && kind === 'word' && text.startsWith('@');
  });
}

/** The filter for the events of a pattern. */
export function patternFilter({ logger, template }: Pick<Pattern, 'logger' | 'template'>): string {
  return `~ ${logger === '' ? template : `${logger}: ${template}`}`;
}

/** What is wrong with a filter, or an empty text. */
export function problemOf(text: string): string {
  try {
    if (/^[\s!]*$/.test(text)) return '';
    parseFilter(text);
    return '';
  } catch (error) {
    return error instanceof QueryError ? error.lines[0] : (error as Error).message;
  }
}

/** A new filter, or another text for one; without text the list of them, or one less. */
export function filtered(view: View, text: string, place: number | null): View {
  const isNothing = /^[\s!]*$/.test(text);
  if (place === null) {
    if (isNothing) return { ...view, pane: 'filters', inPane: FIRST_ROW };
    return { ...view, filters: [...view.filters, { text, isOn: true }], areFiltersOn: true };
  }
  const filters: Filter[] = view.filters.flatMap((filter, index) => {
    if (index !== place) return [filter];
    return isNothing ? [] : [{ text, isOn: true }];
  });
  return { ...view, filters };
}
