/** What a click means: the event or row under it, a place on the histogram, or a part of the list. */

import type { DrawnPicture } from './draw.ts';
import type { KnownEvents } from './known-events.ts';
import { FIRST_ROW, type View } from './model.ts';
import { goneTo } from './moves.ts';
import { sizesOf } from './sizes.ts';
import { listStretches } from './strips.ts';
import { startOfPart } from './time-parts.ts';

export interface ClickPlace {
  readonly column: number;
  readonly line: number;
  /** Of the terminal. */
  readonly columns: number;
}

/** The line below the title, where the histogram is if there is one. */
const FIRST_LINE = 1;

export function clicked(
  view: View,
  place: ClickPlace,
  { targets, lines }: DrawnPicture,
  known: KnownEvents,
): View {
  if (view.prompt !== null || known.count === 0) return view;
  const { histogramLines, pinnedLines, isDivided } = sizesOf(view, lines.length);
  const line = place.line - FIRST_LINE;
  const listLine = line - histogramLines - pinnedLines;
  if (line < 0) return view;
  const still: View = { ...view, awaited: null, message: '', isAtEnd: false, pending: null };
  if (line < histogramLines) return onHistogram(still, place, known);
  const isOnList = view.pane === 'list' || isDivided;
  const isOnEdge = isOnList && place.column === place.columns - 1;
  if (isOnEdge && listLine >= 0 && listLine < view.heightLines) {
    return onEdge(still, listLine, known);
  }
  const target = targets[place.line];
  if (target === undefined) return view;
  if (!isOnList) return { ...still, inPane: { ...view.inPane, row: target } };
  if (target !== view.chosen) return { ...goneTo(still, target, known), pane: 'list' };
  return { ...still, pane: 'detail', inDetail: FIRST_ROW, toggled: new Set() };
}

function onHistogram(view: View, { column, columns }: ClickPlace, known: KnownEvents): View {
  const count = Math.max(1, columns - 1);
  const from = known.indexAtTime(startOfPart(Math.min(column, count - 1), known.wholeTime, count));
  const index = known.shown.next(from) ?? known.shown.previous(from);
  return index === undefined ? view : goneTo({ ...view, pane: 'list' }, index, known);
}

/** The column at the right is the whole list. */
function onEdge(view: View, line: number, known: KnownEvents): View {
  const { starts } = listStretches(known, view.heightLines);
  const index = known.shown.next(starts[line] ?? 0);
  return index === undefined ? view : goneTo({ ...view, pane: 'list' }, index, known);
}
