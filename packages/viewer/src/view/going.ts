/** Going to a place that is told: a row, a share of what is shown, the number of an event, a time. */

import { TIME_FORMS, timeResolver } from '../select/time-expression.ts';
import type { Events, View } from './model.ts';
import { goneTo } from './moves.ts';

/** What `toPlace` takes, in words. */
export const PLACE_FORMS: string = `#1234, 50%, ${TIME_FORMS}`;

/** To a row of what is shown, from 1, or to the last one. */
export function toRow(view: View, row: number, events: Events): View {
  const { shown } = events;
  return arrived(view, shown.nth(Math.min(Math.max(1, row), shown.count) - 1), events);
}

/** Goes where digits said, when what is shown is up to date. */
export function gone(view: View, events: Events): View {
  const { going } = view;
  if (going === null) return view;
  const still: View = { ...view, going: null };
  if (going.kind === 'row') return toRow(still, going.row, events);
  return arrived(still, indexAtShare(going.percent, events), events);
}

/** To `#1234`, `50%` or a time; null for another text. */
export function toPlace(view: View, text: string, events: Events): View | null {
  const index = indexOf(text, events);
  if (index === null) return null;
  return arrived(view, index === undefined ? undefined : shownAt(index, events), events);
}

function arrived(view: View, index: number | undefined, events: Events): View {
  const still: View = { ...view, isAtEnd: false, pending: null };
  return index === undefined ? still : goneTo(still, index, events);
}

/** The event, or else one beside it, where it is hidden. */
function shownAt(index: number, { shown }: Events): number | undefined {
  return shown.next(index) ?? shown.previous(index);
}

function indexOf(text: string, events: Events): number | undefined | null {
  const number = /^#(\d{1,9})$/.exec(text);
  if (number !== null) return Math.min(Math.max(0, Number(number[1]) - 1), events.count - 1);
  const share = /^(\d{1,3}(?:\.\d+)?)\s*%$/.exec(text);
  if (share !== null) return indexAtShare(Number(share[1]), events);
  const resolve = timeResolver(text);
  if (resolve === undefined) return null;
  return Math.min(events.indexAtTime(resolve(events.frame)), events.count - 1);
}

function indexAtShare(percent: number, { shown }: Events): number | undefined {
  return shown.nth(Math.floor((Math.min(100, percent) / 100) * (shown.count - 1)));
}
