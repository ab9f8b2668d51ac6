/**
 * The filters of the command line as texts that can be seen and changed on the screen. Each means there
 * what it means in `cat`; what a text means says `filters.ts`.
 */

import type { ParsedArguments } from '../arguments/option.ts';
import { byField } from '../select/field-operands.ts';
import { fieldWord } from './filters.ts';

export function filtersOf(given: ParsedArguments): string[] {
  const [since, until] = [given.value('since'), given.value('until')];
  const threads = given.values('thread');
  const trace = given.value('trace');
  return [
    ...given.values('where').map(queryFilter),
    ...given.values('match').map((text) => `= ${fieldWord(text)}`),
    ...Array.from(byField(given.fieldValues ?? []), ([name, values]) => {
      return `= ${values.map((value) => fieldWord(`${name}=${value}`)).join(' ')}`;
    }),
    ...given.values('grep').map((expression) => `/${expression}`),
    ...(threads.length === 0 ? [] : [`thread in (${threads.map(quotedThread).join(', ')})`]),
    ...(trace === undefined ? [] : [`trace_id like ${trace.toLowerCase()}*`]),
    ...(since === undefined ? [] : [`time >= ${quotedTime(since)}`]),
    ...(until === undefined ? [] : [`time <= ${quotedTime(until)}`]),
  ];
}

/** The signs before a filter that make it another kind of filter are part of a query here. */
function queryFilter(text: string): string {
  return /^\s*[!/~=]/.test(text) ? `(${text})` : text;
}

/** Without quotes a name like 5ms would be a quantity, and one like `not` a word of the language. */
function quotedThread(text: string): string {
  const isPlain = /^(?:\d+|(?!(?:and|or|not|in|exists)$)[a-z][\w.:-]*)$/i.test(text);
  return isPlain ? text : quoted(text);
}

function quotedTime(text: string): string {
  return /^[\w.:+@-]+$/.test(text) ? text : quoted(text);
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
