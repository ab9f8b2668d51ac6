/** One event as a tree, a line a row. */

import { filled, fitted } from '../format/width.ts';
import type { Drawing } from './draw.ts';
import type { View } from './model.ts';

const LABEL_WIDTH = 8;
const BELOW_LIST = { row: -1, topRow: 0 };
const NOTHING_TOGGLED: ReadonlySet<string> = new Set();

export function detailLines(view: View, { known, columns, colours }: Drawing): string[] {
  const toggled = view.pane === 'detail' ? view.toggled : NOTHING_TOGGLED;
  const rows = known.count === 0 ? [] : known.detailRows(view.chosen, toggled);
  if (rows.length === 0) return [fitted('this event cannot be read any more', columns)];
  // Below the list it is the beginning of each event gone to.
  const { row: chosen, topRow } = view.pane === 'detail' ? view.inDetail : BELOW_LIST;
  return rows.slice(topRow, topRow + view.detailLines).map((row, line) => {
    const { node, depth, isOpen } = row;
    const isChosen = topRow + line === chosen;
    const sign = node.branches === null ? ' ' : isOpen ? '-' : '+';
    const lead = `${isChosen ? '>' : ' '}${'  '.repeat(depth)}${sign} `;
    const label = depth === 0 ? filled(node.label, LABEL_WIDTH) : node.label;
    const between = node.label === '' ? '' : depth === 0 ? ' ' : ' = ';
    const head = fitted(`${lead}${label}${between}`, columns);
    const text = fitted(node.text, columns - head.length);
    if (isChosen) return colours.bold(`${head}${text}`);
    return colours.dim(head) + (node.value instanceof Error ? colours.red(text) : text);
  });
}
