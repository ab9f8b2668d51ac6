/** The panes that are only text: the keys, the list of filters, what the recordings are. */

import { printable } from '../format/escape.ts';
import { filled, fitted } from '../format/width.ts';
import type { Drawing } from './draw.ts';
import { helpRows, KEYS_WIDTH } from './keys.ts';
import type { View } from './model.ts';

export function helpLines(view: View, { columns, colours }: Drawing): string[] {
  const lines = helpRows(columns).map(({ keys, meaning, isTitle }) =>
    isTitle
      ? colours.bold(fitted(keys, columns))
      : fitted(`${filled(keys, KEYS_WIDTH)} ${meaning}`, columns),
  );
  return scrolled(view, lines);
}

export function infoLines(view: View, { columns, known }: Drawing): string[] {
  return scrolled(view, known.infoLines).map((line) => fitted(line, columns));
}

function scrolled({ inPane, heightLines }: View, lines: readonly string[]): string[] {
  return lines.slice(inPane.topRow, inPane.topRow + heightLines);
}

export function filterLines(view: View, { columns, colours }: Drawing): string[] {
  if (view.filters.length === 0) return [fitted('no filters; & adds one', columns)];
  const chosen = Math.min(view.inPane.row, view.filters.length - 1);
  const first = Math.max(0, chosen - view.heightLines + 1);
  return view.filters.slice(first, first + view.heightLines).map(({ text, isOn }, line) => {
    const isChosen = first + line === chosen;
    const state = isOn && view.areFiltersOn ? '[on] ' : '[off]';
    const row = fitted(`${isChosen ? '>' : ' '} ${state} ${printable(text)}`, columns);
    return isChosen ? colours.bold(row) : isOn ? row : colours.dim(row);
  });
}
