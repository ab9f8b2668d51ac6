/** What keys do while one event is shown as a tree. */

import { printable } from '../format/escape.ts';
import { type DetailRow, queryFor } from './detail.ts';
import type { Events, Key, View } from './model.ts';
import { movedRow, rowsMoved } from './rows.ts';

export function pressedInDetail(view: View, key: Key, events: Events): View {
  const rows = events.detailRows(view.chosen, view.toggled);
  const chosen = rows[Math.min(view.inDetail.row, rows.length - 1)];
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
    case 'x':
      return hidden(view, chosen);
    default: {
      const count = rowsMoved(key, view.detailLines, rows.length);
      return count === 0 ? view : moved(view, count, rows);
    }
  }
}

function moved(view: View, count: number, rows: readonly DetailRow[]): View {
  return { ...view, inDetail: movedRow(view.inDetail, count, rows.length, view.detailLines) };
}

function outwards(view: View, rows: readonly DetailRow[]): number {
  const from = view.inDetail.row;
  const { depth } = rows[from] ?? { depth: 0 };
  let row = from;
  while (row > 0 && rows[row].depth >= depth) row--;
  return depth === 0 ? 0 : row - from;
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

/** Leaves a field out of the list, or takes it in again. */
function hidden(view: View, { node }: DetailRow): View {
  const { field } = node;
  if (field === null) return { ...view, message: 'this is no field of the list' };
  const kept = view.hiddenFields.filter((name) => name !== field);
  const isShown = kept.length < view.hiddenFields.length;
  return {
    ...view,
    hiddenFields: isShown ? kept : [...kept, field],
    message: `${printable(field)} is ${isShown ? 'shown again' : 'hidden'} in the list`,
  };
}
