/** Jumps to the next event of a kind: errors, gaps, hits, relatives, marks, landmarks, and back again. */

import type { EventSet } from './event-set.ts';
import type { Events, Key, Sought, View } from './model.ts';
import { beside, goneTo, visitedFrom } from './moves.ts';
import { partOf, startOfPart } from './time-parts.ts';

/** What a key that jumps does, so many times; null for other keys. */
export function jumped(view: View, key: Key, events: Events, times: number): View | null {
  const often = Math.min(times, MAX_TIMES);
  if (often === 1 || OF_WALKS.has(key)) return jumpedOnce(view, key, events, often);
  let last: View = view;
  for (let left = often; left > 0; left--) {
    const next = jumpedOnce(last, key, events, 1);
    if (next === null) return null;
    const isStuck = next.chosen === last.chosen;
    last = next;
    if (isStuck) break;
  }
  const isOneJump = last.chosen !== view.chosen && key !== '[' && key !== ']';
  return isOneJump ? { ...last, visited: visitedFrom(view) } : last;
}

/** More jumps than a key may take time for. */
const MAX_TIMES = 10_000;

/** These may have to wait for a walk, and then still have so many hits to go. */
const OF_WALKS: ReadonlySet<Key> = new Set(['n', 'N', 'o', 'O', '.', ',']);

function jumpedOnce(view: View, key: Key, events: Events, times: number): View | null {
  switch (key) {
    case 'e':
      return toNextIn(view, 1, events, 'error', events.errors);
    case 'E':
      return toNextIn(view, -1, events, 'error', events.errors);
    case 'w':
      return toNextIn(view, 1, events, 'warning', events.warnings);
    case 'W':
      return toNextIn(view, -1, events, 'warning', events.warnings);
    case 's':
      return toNextIn(view, 1, events, 'gap', events.gaps);
    case 'S':
      return toNextIn(view, -1, events, 'gap', events.gaps);
    case 'r':
      return toSameThread(view, 1, events);
    case 'R':
      return toSameThread(view, -1, events);
    case ')':
      return toPartOfTime(view, 1, events);
    case '(':
      return toPartOfTime(view, -1, events);
    case '"':
      return toNextMark(view, -1, events);
    case '}':
      return toOneOf(view, landmarksOf(view, events), 1, events, 'landmark');
    case '{':
      return toOneOf(view, landmarksOf(view, events), -1, events, 'landmark');
    case 'n':
      return toHit(view, 'search', view.searchStep, events, times);
    case 'N':
      return toHit(view, 'search', view.searchStep === 1 ? -1 : 1, events, times);
    case 'o':
      return toRelative(view, 'trace', 1, events, times);
    case 'O':
      return toRelative(view, 'trace', -1, events, times);
    case '.':
      return toRelative(view, 'pattern', 1, events, times);
    case ',':
      return toRelative(view, 'pattern', -1, events, times);
    case '[':
      return retraced(view, 'visited', 'unvisited');
    case ']':
      return retraced(view, 'unvisited', 'visited');
    default:
      return null;
  }
}

/** Makes a jump that waited for its walk, once it is known where to. */
export function resumed(view: View, events: Events): View {
  if (view.pending === null) return view;
  const { sought, step, times } = view.pending;
  return toHit(view, sought, step, events, times);
}

/** What is looked for, in a sentence. */
export const SOUGHT_WORDS: { readonly [sought in Sought]: string } = {
  search: 'hit',
  trace: 'event of this trace',
  pattern: 'event of this pattern',
};

function toNextIn(view: View, step: 1 | -1, events: Events, what: string, wanted: EventSet): View {
  const next = (from: number): number | undefined =>
    step === 1 ? wanted.next(from + 1) : wanted.previous(from - 1);
  let index = next(view.chosen);
  while (index !== undefined && !events.shown.has(index)) index = next(index);
  return index === undefined ? missed(view, step, what) : goneTo(view, index, events);
}

function toSameThread(view: View, step: 1 | -1, events: Events): View {
  const lane = events.laneAt(view.chosen);
  let index = beside(view.chosen, step, events);
  while (index !== undefined && events.laneAt(index) !== lane) index = beside(index, step, events);
  return index === undefined
    ? missed(view, step, 'event of this thread')
    : goneTo(view, index, events);
}

export function toNextMark(view: View, step: 1 | -1, events: Events): View {
  const marked = view.marks.map(({ index }) => index);
  return toOneOf(view, marked, step, events, 'mark');
}

export function toNamedMark(view: View, name: string, events: Events): View {
  const mark = view.marks.find((other) => other.name === name);
  if (mark === undefined) return { ...view, message: `no mark is called ${name}` };
  if (!events.shown.has(mark.index)) return { ...view, message: `mark ${name} is hidden` };
  return goneTo({ ...view, isAtEnd: false, pending: null }, mark.index, events);
}

function landmarksOf({ marks }: View, { landmarks }: Events): number[] {
  return [...landmarks, ...marks.map(({ index }) => index)];
}

/** The first event of the next or previous part of the histogram that has one. */
function toPartOfTime(view: View, step: 1 | -1, events: Events): View {
  const { wholeTime, shown } = events;
  const count = Math.max(1, view.widthColumns - 1);
  const firstOf = (part: number): number => events.indexAtTime(startOfPart(part, wholeTime, count));
  const partAt = (index: number): number => partOf(events.timeNsAt(index), wholeTime, count);
  const here = partAt(view.chosen);
  const beyond = step === 1 ? shown.next(firstOf(here + 1)) : shown.previous(firstOf(here) - 1);
  const hasOne = beyond !== undefined && partAt(beyond) !== here;
  const index = hasOne ? shown.next(firstOf(partAt(beyond))) : undefined;
  return index === undefined
    ? missed(view, step, 'event in another part of the histogram')
    : goneTo(view, index, events);
}

function toOneOf(
  view: View,
  indexes: readonly number[],
  step: 1 | -1,
  events: Events,
  what: string,
): View {
  const ahead = indexes
    .filter((index) => (index - view.chosen) * step > 0 && events.shown.has(index))
    .sort((a, b) => (a - b) * step);
  return ahead.length === 0 ? missed(view, step, what) : goneTo(view, ahead[0], events);
}

function toHit(view: View, sought: Sought, step: 1 | -1, events: Events, times: number): View {
  const hits = events.hits(sought);
  if (hits === null) {
    const isSoughtYet = view.sought[sought] !== null;
    if (isSoughtYet) return { ...view, pending: { sought, step, times } };
    return { ...view, pending: null, message: 'nothing to look for yet: / searches' };
  }
  let index = view.chosen;
  for (let left = times; left > 0; left--) {
    const next = hits.beside(index, step, events.shown);
    if (next === null) {
      return { ...goneTo(view, index, events), pending: { sought, step, times: left } };
    }
    if (next === undefined) {
      const last: View = { ...goneTo(view, index, events), pending: null };
      return missed(last, step, SOUGHT_WORDS[sought]);
    }
    index = next;
  }
  return goneTo({ ...view, pending: null }, index, events);
}

function toRelative(
  view: View,
  sought: 'trace' | 'pattern',
  step: 1 | -1,
  events: Events,
  times: number,
): View {
  const relation = events.relationOf(sought, view.chosen);
  if (relation === null) {
    const message = sought === 'trace' ? 'this event is of no trace' : 'this event cannot be read';
    return { ...view, message };
  }
  if (view.sought[sought] === relation) return toHit(view, sought, step, events, times);
  const wanted = { ...view.sought, [sought]: relation };
  return { ...view, sought: wanted, pending: { sought, step, times } };
}

function retraced(view: View, from: 'visited' | 'unvisited', to: 'visited' | 'unvisited'): View {
  const index = view[from].at(-1);
  if (index === undefined) return { ...view, message: 'no further jump' };
  return {
    ...view,
    anchor: index,
    chosen: index,
    line: Math.floor(view.heightLines / 3),
    [from]: view[from].slice(0, -1),
    [to]: [...view[to], view.anchor],
  };
}

function missed(view: View, step: 1 | -1, what: string): View {
  return { ...view, message: `no ${what} ${step === 1 ? 'below' : 'above'}` };
}
