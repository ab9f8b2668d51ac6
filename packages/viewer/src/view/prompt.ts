/** The line that one types into: text is text there, whatever a character means elsewhere. */

import { expressionOf } from '../select/grep.ts';
import { TIME_FORMS, timeResolver } from '../select/time-expression.ts';
import { problemOf } from './filters.ts';
import {
  type Events,
  FIRST_ROW,
  type Filter,
  type Key,
  type Prompt,
  type PromptKind,
  type View,
} from './model.ts';
import { goneTo } from './moves.ts';

export function opened(
  view: View,
  kind: PromptKind,
  text = '',
  filter: number | null = null,
): View {
  const prompt: Prompt = { kind, text, cursor: text.length, problem: '', filter, recalled: 0 };
  return { ...view, prompt };
}

/** Text from the clipboard, as one line. */
export function pasted(view: View, text: string): View {
  if (view.prompt === null) return view;
  return typed(view, view.prompt, text.replace(/[\r\n\t]+/g, ' '));
}

export function pressedInPrompt(view: View, key: Key, events: Events): View {
  const { prompt } = view;
  if (prompt === null) return view;
  const { text, cursor } = prompt;
  switch (key) {
    case 'escape':
    case 'ctrl-g':
      return { ...view, prompt: null };
    case 'return':
      return submitted(view, prompt, events);
    case 'backspace':
      if (text === '') return { ...view, prompt: null };
      return changed(view, prompt, text.slice(0, startBefore(text, cursor)) + text.slice(cursor), {
        cursor: startBefore(text, cursor),
      });
    case 'delete':
      return changed(view, prompt, text.slice(0, cursor) + text.slice(endAfter(text, cursor)));
    case 'ctrl-u':
      return changed(view, prompt, text.slice(cursor), { cursor: 0 });
    case 'ctrl-k':
      return changed(view, prompt, text.slice(0, cursor));
    case 'ctrl-w': {
      const kept = text.slice(0, cursor).replace(/\S*\s*$/, '');
      return changed(view, prompt, kept + text.slice(cursor), { cursor: kept.length });
    }
    case 'left':
      return { ...view, prompt: { ...prompt, cursor: startBefore(text, cursor) } };
    case 'right':
      return { ...view, prompt: { ...prompt, cursor: endAfter(text, cursor) } };
    case 'home':
    case 'ctrl-a':
      return { ...view, prompt: { ...prompt, cursor: 0 } };
    case 'end':
    case 'ctrl-e':
      return { ...view, prompt: { ...prompt, cursor: text.length } };
    case 'up':
      return recalled(view, prompt, prompt.recalled + 1);
    case 'down':
      return recalled(view, prompt, prompt.recalled - 1);
    default:
      return isTyped(key) ? typed(view, prompt, key) : view;
  }
}

/** One character, not the name of a key. */
function isTyped(key: Key): boolean {
  return [...key].length === 1 && !/\p{Cc}/u.test(key);
}

function typed(view: View, prompt: Prompt, added: string): View {
  const clean = added.replace(/\p{Cc}/gu, '');
  const { text, cursor } = prompt;
  return changed(view, prompt, text.slice(0, cursor) + clean + text.slice(cursor), {
    cursor: cursor + clean.length,
  });
}

/** Longer texts are no queries; whoever pastes a file is stopped here. */
const MAX_TEXT_UNITS = 4000;

function changed(view: View, prompt: Prompt, text: string, other: Partial<Prompt> = {}): View {
  if (text.length > MAX_TEXT_UNITS) return view;
  const problem = prompt.kind === 'filter' && text.trim() !== '' ? problemOf(text) : '';
  return { ...view, prompt: { ...prompt, ...other, text, problem } };
}

function recalled(view: View, prompt: Prompt, back: number): View {
  const past = view.history[prompt.kind];
  if (back < 0 || back > past.length) return view;
  const text = back === 0 ? '' : past[past.length - back];
  return changed(view, prompt, text, { cursor: text.length, recalled: back });
}

function submitted(view: View, prompt: Prompt, events: Events): View {
  const text = prompt.text.trim();
  const past = view.history[prompt.kind].filter((other) => other !== text);
  const history = text === '' ? view.history : { ...view.history, [prompt.kind]: [...past, text] };
  const after: View = { ...view, prompt: null, history };
  const refused = (problem: string): View => ({ ...view, prompt: { ...prompt, problem } });
  switch (prompt.kind) {
    case 'columns':
      return { ...after, columns: namesIn(text).slice(0, MAX_COLUMNS) };
    case 'hidden':
      return { ...after, hiddenFields: namesIn(text) };
    case 'filter': {
      const problem = text === '' ? '' : problemOf(text);
      return problem === '' ? filtered(after, text, prompt.filter) : refused(problem);
    }
    case 'search':
      return searched(after, text, refused);
    case 'time': {
      if (text === '') return after;
      const index = placeOf(text, events);
      if (index === undefined) return refused(`this takes #1234, 50%, ${TIME_FORMS}`);
      const shown = events.shown.next(index) ?? events.shown.previous(index);
      return shown === undefined ? after : goneTo(after, shown, events);
    }
  }
}

const MAX_COLUMNS = 12;

function namesIn(text: string): string[] {
  return text.split(/[\s,]+/).filter((name) => name !== '');
}

/** A new filter, or another text for one; without text the list of them, or one less. */
function filtered(view: View, text: string, place: number | null): View {
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

function searched(view: View, text: string, refused: (problem: string) => View): View {
  if (text === '') return { ...view, sought: { ...view.sought, search: null }, pending: null };
  try {
    expressionOf(text);
  } catch (error) {
    return refused((error as Error).message);
  }
  const sought = { ...view.sought, search: text };
  return { ...view, sought, pending: { sought: 'search', step: 1 } };
}

/** `#1234`, `50%` of what is shown, or a time. */
function placeOf(text: string, events: Events): number | undefined {
  const number = /^#(\d{1,9})$/.exec(text);
  if (number !== null) return Math.min(Math.max(0, Number(number[1]) - 1), events.count - 1);
  const share = /^(\d{1,3}(?:\.\d+)?)\s*%$/.exec(text);
  if (share !== null) {
    const { count } = events.shown;
    const place = Math.floor((Math.min(100, Number(share[1])) / 100) * (count - 1));
    return events.shown.nth(place);
  }
  const resolve = timeResolver(text);
  if (resolve === undefined) return undefined;
  return Math.min(events.indexAtTime(resolve(events.frame)), events.count - 1);
}

function startBefore(text: string, cursor: number): number {
  let start = 0;
  for (const { index } of SEGMENTER.segment(text.slice(0, cursor))) start = index;
  return start;
}

function endAfter(text: string, cursor: number): number {
  for (const { segment } of SEGMENTER.segment(text.slice(cursor))) return cursor + segment.length;
  return cursor;
}

/** The cursor never stands within what a reader takes for one character. */
const SEGMENTER = new Intl.Segmenter();
