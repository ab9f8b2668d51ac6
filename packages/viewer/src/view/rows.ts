/** Moving in a pane of rows, whatever the rows are: the event as a tree, filters, patterns, help. */

import type { Key, RowPlace } from './model.ts';

/** How many rows a key moves by, of so many; 0 for other keys. */
export function rowsMoved(key: Key, heightLines: number, count: number): number {
  switch (key) {
    case 'j':
    case 'down':
      return 1;
    case 'k':
    case 'up':
      return -1;
    case 'wheel-down':
      return WHEEL_ROWS;
    case 'wheel-up':
      return -WHEEL_ROWS;
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

/** What a turn of the mouse wheel moves by. */
export const WHEEL_ROWS = 3;

/** The row so many further on, with the picture moved as little as that takes. */
export function movedRow(
  { row, topRow }: RowPlace,
  rows: number,
  count: number,
  heightLines: number,
): RowPlace {
  const moved = Math.max(0, Math.min(count - 1, row + rows));
  return { row: moved, topRow: Math.max(moved - heightLines + 1, Math.min(topRow, moved)) };
}

/** Of text without a chosen row: the picture moves, but never beyond its end. */
export function scrolledRows(
  { topRow }: RowPlace,
  rows: number,
  count: number,
  heightLines: number,
): RowPlace {
  const moved = Math.max(0, Math.min(count - heightLines, topRow + rows));
  return { row: moved, topRow: moved };
}
