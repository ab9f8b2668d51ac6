/** The keys, and the list of filters. */

import { printable } from '../format/escape.ts';
import { filled, fitted } from '../format/width.ts';
import type { Drawing } from './draw.ts';
import { DETAIL_KEYS, FILTER_KEYS, type KeyRow, LIST_KEYS } from './keys.ts';
import type { View } from './model.ts';

const KEYS_WIDTH = 32;

export function helpLines(view: View, { columns, colours }: Drawing): string[] {
  const lines = [
    ...LIST_KEYS.map((row) => rowText(row, columns)),
    '',
    colours.bold(fitted('In the event', columns)),
    ...DETAIL_KEYS.map((row) => rowText(row, columns)),
    '',
    colours.bold(fitted('In the list of filters', columns)),
    ...FILTER_KEYS.map((row) => rowText(row, columns)),
  ];
  return lines.slice(view.scrolledLines, view.scrolledLines + view.heightLines);
}

function rowText({ keys, meaning }: KeyRow, columns: number): string {
  return fitted(`${filled(keys, KEYS_WIDTH)} ${meaning}`, columns);
}

export function filterLines(view: View, { columns, colours }: Drawing): string[] {
  if (view.filters.length === 0) return [fitted('no filters; & adds one', columns)];
  const chosen = Math.min(view.chosenFilter, view.filters.length - 1);
  const first = Math.max(0, chosen - view.heightLines + 1);
  return view.filters.slice(first, first + view.heightLines).map(({ text, isOn }, line) => {
    const isChosen = first + line === chosen;
    const state = isOn && view.areFiltersOn ? '[on] ' : '[off]';
    const row = fitted(`${isChosen ? '>' : ' '} ${state} ${printable(text)}`, columns);
    return isChosen ? colours.bold(row) : isOn ? row : colours.dim(row);
  });
}
