/** One event as a tree, a line a row. */

import { filled, fitted } from '../format/width.ts';
import type { Drawing } from './draw.ts';
import type { View } from './model.ts';

const LABEL_WIDTH = 8;

export function detailLines(view: View, { known, columns, colours }: Drawing): string[] {
  const rows = known.detailRows(view.chosen, view.toggled);
  if (rows.length === 0) return [fitted('this event cannot be read any more', columns)];
  return rows.slice(view.topRow, view.topRow + view.heightLines).map((row, line) => {
    const { node, depth, isOpen } = row;
    const isChosen = view.topRow + line === view.row;
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
