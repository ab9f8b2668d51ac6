/** What a key makes of the state: which pane or prompt it is for, and what all panes share. */

import { pressedInDetail } from './detail-keys.ts';
import { pressedDigits, timesOf } from './digits.ts';
import { jumped } from './jumps.ts';
import { answered, markedTo } from './marks.ts';
import { CLOCKS, type Events, FIRST_ROW, type Key, type Pane, type View } from './model.ts';
import { moved } from './moves.ts';
import {
  pressedInFilters,
  pressedInPatterns,
  pressedInText,
  pressedInTimeline,
} from './pane-keys.ts';
import { opened, pressedInPrompt } from './prompt.ts';

/** The same view where the key means nothing. */
export function pressed(before: View, key: Key, events: Events): View {
  const still: View =
    before.message === '' && before.request === null
      ? before
      : { ...before, message: '', request: null };
  if (key === 'ctrl-z') return { ...still, request: { kind: 'suspend' } };
  if (key === 'ctrl-l') return { ...still, request: { kind: 'redraw' } };
  if (key === 'f2') return withMouse(still);
  if (still.prompt !== null) return pressedInPrompt(still, key, events);
  if (still.awaited !== null) return answered(still, key, events);
  const counted = still.pane === 'list' ? pressedDigits(still, key) : null;
  if (counted !== null) return counted;
  const view: View = still.count === null ? still : { ...still, count: null };
  switch (key) {
    case 'q':
      return view.pane === 'list' ? { ...view, isDone: true } : { ...view, pane: 'list' };
    case 'Q':
      return { ...view, isDone: true };
    case 'escape':
      return escaped(view);
    case 'y':
      return view.pane === 'list' || view.pane === 'detail' ? { ...view, awaited: 'copy' } : view;
    case 'tab':
      return view.isSplit ? otherHalf(view) : view;
    case ':':
      return opened(view, 'command');
    case ';':
      return { ...view, message: 'there is no SQL: & filters by a query, : takes commands' };
    case 'v':
      if (view.pane !== 'list' && view.pane !== 'detail') return view;
      return { ...view, request: { kind: 'edit' } };
  }
  const pane = PANE_KEYS[key];
  if (pane !== undefined && (key !== 'f' || view.pane === 'list' || view.pane === 'filters')) {
    return { ...view, pane: view.pane === pane ? 'list' : pane, inPane: FIRST_ROW };
  }
  return pressedInPane(view, key, events, timesOf(still.count));
}

const PANE_KEYS: { readonly [key: Key]: Pane | undefined } = Object.assign(Object.create(null), {
  '?': 'help',
  f1: 'help',
  f: 'filters',
  P: 'patterns',
  L: 'timeline',
  I: 'info',
});

function pressedInPane(view: View, key: Key, events: Events, times: number): View {
  switch (view.pane) {
    case 'help':
    case 'info':
      return pressedInText(view, key, events);
    case 'filters':
      return pressedInFilters(view, key);
    case 'patterns':
      return pressedInPatterns(view, key, events);
    case 'timeline':
      return pressedInTimeline(view, key, events);
    case 'detail':
      return key === 'p' && view.isSplit
        ? { ...view, isSplit: false, pane: 'list' }
        : pressedInDetail(view, key, events);
    default:
      return pressedInList(view, key, events, times);
  }
}

/** Back to the list; there, what is looked for is forgotten. */
function escaped(view: View): View {
  if (view.pane !== 'list') return { ...view, pane: 'list' };
  return { ...view, sought: { search: null, trace: null, pattern: null }, pending: null };
}

function withMouse(view: View): View {
  const message = view.hasMouse
    ? 'the mouse is the terminal’s again'
    : 'mouse: wheel and click; F2 gives it back to the terminal, for its own selection';
  return { ...view, hasMouse: !view.hasMouse, message };
}

/** Between the list and the event below it. */
function otherHalf(view: View): View {
  if (view.pane === 'detail') return { ...view, pane: 'list' };
  if (view.pane !== 'list') return view;
  return { ...view, pane: 'detail', inDetail: FIRST_ROW, toggled: new Set() };
}

function pressedInList(before: View, key: Key, events: Events, times: number): View {
  const changed = pressedForAll(before, key) ?? changedLook(before, key);
  if (changed !== null) return changed;
  if (events.count === 0) return before;
  const view: View = { ...before, isAtEnd: key === 'G' || key === 'end', pending: null };
  const gone = moved(view, key, events, times) ?? jumped(view, key, events, times);
  if (gone !== null) return gone;
  switch (key) {
    case 'return':
      return { ...view, pane: 'detail', inDetail: FIRST_ROW, toggled: new Set() };
    case 'M':
      return markedTo(view, events);
    case 'ctrl-s':
      return { ...view, pinned: view.pinned === view.chosen ? null : view.chosen };
    default:
      return before;
  }
}

/** What asks for more: a text, or the letter of a mark. Null for other keys. */
function pressedForAll(view: View, key: Key): View | null {
  switch (key) {
    case '/':
      return opened(view, 'search');
    case '\\':
      return opened(view, 'search', '', { step: -1 });
    case '|':
      return opened(view, 'pipe');
    case '&':
      return opened(view, 'filter');
    case '!':
      return opened(view, 'filter', '!');
    case 't':
      return opened(view, 'time');
    case 'K':
      return opened(view, 'columns', view.columns.join(' '));
    case 'x':
      return opened(view, 'hidden', view.hiddenFields.join(' '));
    case 'X':
      return { ...view, hiddenFields: [], message: 'all fields are shown' };
    case 'ctrl-f':
      return { ...view, areFiltersOn: !view.areFiltersOn };
    case 'm':
      return { ...view, awaited: 'mark-name' };
    case "'":
      return { ...view, awaited: 'mark-wanted' };
    case 'c':
      return { ...view, marks: [] };
    default:
      return null;
  }
}

/** What changes how the list looks. Null for other keys. */
function changedLook(view: View, key: Key): View | null {
  switch (key) {
    case 'T':
      return { ...view, clock: CLOCKS[(CLOCKS.indexOf(view.clock) + 1) % CLOCKS.length] };
    case 'i':
      return { ...view, hasHistogram: !view.hasHistogram };
    case 'p':
      return { ...view, isSplit: !view.isSplit };
    case 'ctrl-w':
      return { ...view, isWrapped: !view.isWrapped, leftColumns: 0 };
    case '#':
      return { ...view, hasNumbers: !view.hasNumbers };
    case 'F':
      return followed(view);
    case 'z':
      return around(view, view.contextEvents === 0 ? 1 : view.contextEvents * 2);
    case 'Z':
      return around(view, Math.floor(view.contextEvents / 2));
    default:
      return null;
  }
}

const MAX_CONTEXT = 1024;

function around(view: View, events: number): View {
  const contextEvents = Math.min(MAX_CONTEXT, events);
  const message =
    contextEvents === 0
      ? 'only what passes the filters'
      : `${contextEvents} before and after each event that passes the filters`;
  return { ...view, contextEvents, message };
}

/** The newest event stays chosen until another key moves away from it. */
function followed(view: View): View {
  if (!view.canFollow) return { ...view, message: 'nothing of this can grow' };
  if (view.isFollowing) return { ...view, isFollowing: false, message: 'no longer following' };
  return { ...view, isFollowing: true, isAtEnd: true };
}
