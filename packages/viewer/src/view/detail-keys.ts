/** What keys do while one event is shown as a tree. */

import { type DetailRow, queryFor } from './detail.ts';
import type { Events, Key, View } from './model.ts';

export function pressedInDetail(view: View, key: Key, events: Events): View {
  const rows = events.detailRows(view.chosen, view.toggled);
  const chosen = rows[Math.min(view.row, rows.length - 1)];
  if (chosen === undefined) return key === 'return' ? { ...view, pane: 'list' } : view;
  switch (key) {
    case 'return':
      if (chosen.node.branches === null) return { ...view, pane: 'list' };
      return toggled(view, chosen);
    case 'l':
    case 'right':
      return chosen.isOpen || chosen.node.branches === null
        ? moved(view, 1, rows)
        : toggled(view, chosen);
    case 'h':
    case 'left':
      return chosen.isOpen ? toggled(view, chosen) : moved(view, outwards(view, rows), rows);
    case 'e':
    case 'E':
      return { ...view, toggled: allToggled(view, events, key === 'e') };
    case '+':
    case '=':
    case '-':
      return asked(view, chosen, key);
    default: {
      const lines = linesMoved(key, view, rows.length);
      return lines === 0 ? view : moved(view, lines, rows);
    }
  }
}

function linesMoved(key: Key, { heightLines }: View, count: number): number {
  switch (key) {
    case 'j':
    case 'down':
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
    case 'd':
    case 'ctrl-d':
      return Math.ceil(heightLines / 2);
    case 'u':
    case 'ctrl-u':
      return -Math.ceil(heightLines / 2);
    case 'g':
    case 'home':
      return -count;
    case 'G':
    case 'end':
      return count;
    default:
      return 0;
  }
}

function moved(view: View, lines: number, rows: readonly DetailRow[]): View {
  const row = Math.max(0, Math.min(rows.length - 1, view.row + lines));
  const topRow = Math.max(row - view.heightLines + 1, Math.min(view.topRow, row));
  return { ...view, row, topRow };
}

function outwards(view: View, rows: readonly DetailRow[]): number {
  const { depth } = rows[view.row] ?? { depth: 0 };
  let row = view.row;
  while (row > 0 && rows[row].depth >= depth) row--;
  return depth === 0 ? 0 : row - view.row;
}

function toggled(view: View, { node }: DetailRow): View {
  const ids = new Set(view.toggled);
  if (!ids.delete(node.id)) ids.add(node.id);
  return { ...view, toggled: ids };
}

/** Rounds of opening; each reaches one level further in. */
const MAX_LEVELS = 8;

function allToggled(view: View, events: Events, isOpening: boolean): ReadonlySet<string> {
  const ids = new Set(view.toggled);
  for (let level = 0; level < MAX_LEVELS; level++) {
    let hasChanged = false;
    for (const { node, isOpen } of events.detailRows(view.chosen, ids)) {
      if (node.branches === null || isOpen === isOpening) continue;
      if (!ids.delete(node.id)) ids.add(node.id);
      hasChanged = true;
    }
    if (!hasChanged) break;
  }
  return ids;
}

/** A filter for this value, against it, or in place of all others. */
function asked(view: View, { node }: DetailRow, key: '+' | '=' | '-'): View {
  const query = queryFor(node);
  if (query === null) return { ...view, message: 'no query can ask for this' };
  const filter = { text: key === '-' ? `not (${query})` : query, isOn: true };
  const kept = key === '=' ? [] : view.filters.filter(({ text }) => text !== filter.text);
  return {
    ...view,
    filters: [...kept, filter],
    areFiltersOn: true,
    pane: 'list',
    message: `filter: ${filter.text}`,
  };
}
