/** What keys do in the panes beside the list and the event: filters, patterns, timeline, and texts. */

import { patternFilter } from './filters.ts';
import { helpRows } from './keys.ts';
import type { Events, Key, View } from './model.ts';
import { goneTo } from './moves.ts';
import { opened } from './prompt.ts';
import { movedRow, rowsMoved, scrolledRows } from './rows.ts';
import { partOf, startOfPart, type TimeWindow } from './time-parts.ts';
import { cursorOf, laneWidth, rangeFilter, TIMELINE_HEAD, windowOf, zoomed } from './timeline.ts';

/** Help, and what the recordings are. */
export function pressedInText(view: View, key: Key, { infoLines }: Events): View {
  const count = view.pane === 'info' ? infoLines.length : helpRows(view.widthColumns).length;
  const rows = key === 'return' ? 1 : rowsMoved(key, view.heightLines, count);
  return rows === 0
    ? view
    : { ...view, inPane: scrolledRows(view.inPane, rows, count, view.heightLines) };
}

export function pressedInFilters(view: View, key: Key): View {
  const { filters } = view;
  if (key === '&') return opened(view, 'filter');
  if (key === 'ctrl-f') return { ...view, areFiltersOn: !view.areFiltersOn };
  if (filters.length === 0) return view;
  const chosen = Math.min(view.inPane.row, filters.length - 1);
  switch (key) {
    case ' ': {
      const isOn = !filters[chosen].isOn;
      return { ...view, filters: filters.with(chosen, { ...filters[chosen], isOn }) };
    }
    case 'return':
      return opened(view, 'filter', filters[chosen].text, { filter: chosen });
    case 'd':
    case 'delete':
      return { ...view, filters: filters.filter((_, index) => index !== chosen) };
    default:
      return movedInPane(view, key, filters.length, view.heightLines);
  }
}

export function pressedInPatterns(view: View, key: Key, { patterns }: Events): View {
  if (patterns === null || patterns.length === 0) return view;
  const pattern = patterns[Math.min(view.inPane.row, patterns.length - 1)];
  switch (key) {
    case 'return':
    case '+':
      return withFilter(view, patternFilter(pattern));
    case '-':
      return withFilter(view, `!${patternFilter(pattern)}`);
    case '=':
      return withFilter({ ...view, filters: [] }, patternFilter(pattern));
    default:
      return movedInPane(view, key, patterns.length, view.heightLines - 1);
  }
}

/** One more filter, and back to the list. */
export function withFilter(view: View, text: string): View {
  const kept = view.filters.filter((filter) => filter.text !== text);
  return { ...view, filters: [...kept, { text, isOn: true }], areFiltersOn: true, pane: 'list' };
}

function movedInPane(view: View, key: Key, count: number, heightLines: number): View {
  const rows = rowsMoved(key, heightLines, count);
  return rows === 0 ? view : { ...view, inPane: movedRow(view.inPane, rows, count, heightLines) };
}

export function pressedInTimeline(view: View, key: Key, events: Events): View {
  const { timeline } = view;
  const window = windowOf(view, events);
  const atNs = cursorOf(view, events);
  switch (key) {
    case 'l':
    case 'right':
    case ')':
      return atColumn(view, window, atNs, 1);
    case 'h':
    case 'left':
    case '(':
      return atColumn(view, window, atNs, -1);
    case 'z':
    case 'Z':
      return {
        ...view,
        timeline: { ...timeline, window: zoomed(window, atNs, key === 'z', events) },
      };
    case 'A':
      return { ...view, timeline: { ...timeline, fromNs: atNs } };
    case 'B':
      return { ...view, timeline: { ...timeline, toNs: atNs } };
    case 'c':
      return { ...view, timeline: { ...timeline, fromNs: null, toNs: null } };
    case 'return':
      return leftTimeline(view, events);
    default: {
      const count = events.timelineRows(view).length;
      return movedInPane(view, key, count, view.heightLines - TIMELINE_HEAD);
    }
  }
}

/** A column further; at the edge of what is shown the picture goes along. */
function atColumn(view: View, window: TimeWindow, atNs: bigint, step: 1 | -1): View {
  const count = laneWidth(view.widthColumns);
  const column = partOf(atNs, window, count) + step;
  if (column >= 0 && column < count) {
    return { ...view, timeline: { ...view.timeline, atNs: startOfPart(column, window, count) } };
  }
  if (view.timeline.window === null) return view;
  const half = BigInt(step) * ((window.toNs - window.fromNs) / 2n);
  const moved = { fromNs: window.fromNs + half, toNs: window.toNs + half };
  return atColumn({ ...view, timeline: { ...view.timeline, window: moved } }, moved, atNs, step);
}

/** Only the stretch that is measured, or to the event where the cursor is. */
function leftTimeline(view: View, events: Events): View {
  const { fromNs, toNs } = view.timeline;
  if (fromNs !== null && toNs !== null) return withFilter(view, rangeFilter(fromNs, toNs));
  const rows = events.timelineRows(view);
  const row = rows[Math.min(view.inPane.row, rows.length - 1)];
  const atNs = row?.kind === 'span' ? row.node.span.startNs : cursorOf(view, events);
  const from = events.indexAtTime(atNs);
  let index = events.shown.next(from);
  if (row?.kind === 'lane') {
    while (index !== undefined && events.laneAt(index) !== row.lane) {
      index = events.shown.next(index + 1);
    }
  }
  const back: View = { ...view, pane: 'list', isAtEnd: false, pending: null };
  if (index === undefined) return { ...view, message: 'no event from here on' };
  return goneTo(back, index, events);
}
