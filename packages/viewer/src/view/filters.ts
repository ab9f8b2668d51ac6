/**
 * What a filter typed on the screen means: a query as of `--where`, `/` and a regular expression, or
 * `~` and a pattern of messages; the opposite with `!` before it.
 */

import { QueryError } from '../arguments/query-error.ts';
import type { Pattern } from '../digest/patterns.ts';
import { parseGrep } from '../select/grep.ts';
import { type BoundQuery, negated, parseQuery } from '../select/query.ts';
import { UNBOUNDED } from '../select/query-bounds.ts';
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
  if (trimmed.startsWith('/')) {
    const test = parseGrep(text.trimStart().slice(1));
    return () => ({ test, bounds: UNBOUNDED, title: null, isAnswered: false });
  }
  if (trimmed.startsWith('~')) {
    const title = templateTest(trimmed.slice(1).trim());
    return () => ({ test: title, bounds: UNBOUNDED, title, isAnswered: true });
  }
  // Standard input is the keyboard here, and a file would be read at every key.
  if (/\bin\s*@/.test(trimmed)) {
    throw new QueryError('in @FILE works in cat and the like, not in view', trimmed, 0);
  }
  return parseQuery(trimmed);
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
