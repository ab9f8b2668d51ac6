/** What a key makes of the state: which pane or prompt it is for, and what all panes share. */

import { pressedInDetail } from './detail-keys.ts';
import { jumped } from './jumps.ts';
import { DETAIL_KEYS, FILTER_KEYS, LIST_KEYS } from './keys.ts';
import { CLOCKS, type CopyForm, type Events, type Key, type View } from './model.ts';
import { moved } from './moves.ts';
import { opened, pressedInPrompt } from './prompt.ts';

/** The same view where the key means nothing. */
export function pressed(before: View, key: Key, events: Events): View {
  const view: View =
    before.message === '' && before.request === null
      ? before
      : { ...before, message: '', request: null };
  if (key === 'ctrl-z') return { ...view, request: { kind: 'suspend' } };
  if (key === 'ctrl-l') return { ...view, request: { kind: 'redraw' } };
  if (view.prompt !== null) return pressedInPrompt(view, key, events);
  if (view.isCopying) return copied(view, key);
  switch (key) {
    case 'q':
      return view.pane === 'list' ? { ...view, isDone: true } : { ...view, pane: 'list' };
    case 'Q':
      return { ...view, isDone: true };
    case 'escape':
      return escaped(view);
    case '?':
    case 'f1':
      return { ...view, pane: 'help', scrolledLines: 0 };
    case 'y':
      return view.pane === 'help' ? view : { ...view, isCopying: true };
  }
  switch (view.pane) {
    case 'help':
      return pressedInHelp(view, key);
    case 'filters':
      return pressedInFilters(view, key);
    case 'detail':
      return pressedInDetail(view, key, events);
    default:
      return pressedInList(view, key, events);
  }
}

/** Back to the list; there, what is looked for is forgotten. */
function escaped(view: View): View {
  if (view.pane !== 'list') return { ...view, pane: 'list' };
  return { ...view, sought: { search: null, trace: null, pattern: null }, pending: null };
}

function pressedInList(before: View, key: Key, events: Events): View {
  if (/^[1-6]$/.test(key)) return { ...before, minSeverity: (Number(key) - 1) * 4 + 1 };
  const changed = pressedForAll(before, key);
  if (changed !== null) return changed;
  if (events.count === 0) return before;
  const view: View = { ...before, isAtEnd: key === 'G' || key === 'end', pending: null };
  const gone = moved(view, key, events) ?? jumped(view, key, events);
  if (gone !== null) return gone;
  switch (key) {
    case 'return':
    case 'p':
      return { ...view, pane: 'detail', row: 0, topRow: 0, toggled: new Set() };
    case 'm':
      return marked(view);
    default:
      return before;
  }
}

/** What does not depend on the chosen event; null for other keys. */
function pressedForAll(view: View, key: Key): View | null {
  switch (key) {
    case '/':
      return opened(view, 'search');
    case '&':
      return opened(view, 'filter');
    case 't':
      return opened(view, 'time');
    case 'K':
      return opened(view, 'columns', view.columns.join(' '));
    case 'f':
      return { ...view, pane: 'filters', chosenFilter: 0 };
    case 'ctrl-f':
      return { ...view, areFiltersOn: !view.areFiltersOn };
    case 'T':
      return { ...view, clock: CLOCKS[(CLOCKS.indexOf(view.clock) + 1) % CLOCKS.length] };
    case 'i':
      return { ...view, hasHistogram: !view.hasHistogram };
    case 'c':
      return { ...view, marks: [] };
    default:
      return null;
  }
}

function marked(view: View): View {
  const { chosen, marks } = view;
  const kept = marks.filter((index) => index !== chosen);
  return { ...view, marks: kept.length < marks.length ? kept : [...marks, chosen] };
}

const COPY_FORMS: { readonly [key: Key]: CopyForm | undefined } = Object.assign(
  Object.create(null),
  { y: 'line', r: 'line', j: 'json', v: 'value', k: 'key', p: 'path' },
);

function copied(view: View, key: Key): View {
  const form = COPY_FORMS[key];
  const after: View = { ...view, isCopying: false };
  if (form === undefined) return after;
  return { ...after, request: { kind: 'copy', form } };
}

/** Titles, keys and blank lines between. */
export const HELP_LINES: number = LIST_KEYS.length + DETAIL_KEYS.length + FILTER_KEYS.length + 4;

function pressedInHelp(view: View, key: Key): View {
  const last = Math.max(0, HELP_LINES - view.heightLines);
  const scrolledLines = Math.max(0, Math.min(last, view.scrolledLines + helpLines(view, key)));
  return scrolledLines === view.scrolledLines ? view : { ...view, scrolledLines };
}

function helpLines({ heightLines }: View, key: Key): number {
  switch (key) {
    case 'j':
    case 'down':
    case 'return':
      return 1;
    case 'k':
    case 'up':
      return -1;
    case ' ':
    case 'pagedown':
      return heightLines;
    case 'b':
    case 'pageup':
      return -heightLines;
    default:
      return 0;
  }
}

function pressedInFilters(view: View, key: Key): View {
  const { filters } = view;
  const chosen = Math.min(view.chosenFilter, filters.length - 1);
  switch (key) {
    case 'j':
    case 'down':
      return { ...view, chosenFilter: Math.min(filters.length - 1, chosen + 1) };
    case 'k':
    case 'up':
      return { ...view, chosenFilter: Math.max(0, chosen - 1) };
    case '&':
      return opened(view, 'filter');
    case 'f':
      return { ...view, pane: 'list' };
    case 'ctrl-f':
      return { ...view, areFiltersOn: !view.areFiltersOn };
  }
  if (filters.length === 0) return view;
  switch (key) {
    case ' ': {
      const isOn = !filters[chosen].isOn;
      return { ...view, filters: filters.with(chosen, { ...filters[chosen], isOn }) };
    }
    case 'return':
      return opened(view, 'filter', filters[chosen].text, chosen);
    case 'd':
    case 'delete':
      return { ...view, filters: filters.filter((_, index) => index !== chosen) };
    default:
      return view;
  }
}
