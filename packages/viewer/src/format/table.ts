/** Rows of cells under headings, for `ls` and the threads of `info`. Cells are printable already. */

import type { Palette } from './colour.ts';

export interface Column {
  readonly heading: string;
  readonly align: 'left' | 'right';
}

/** Cells are padded before they are painted, so that colour never shifts a column. */
export type PaintCell = (text: string, row: number, column: number) => string;

const MAX_CELL = 48;

export function tableText(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  palette: Palette,
  paintCell: PaintCell = (text) => text,
): string {
  // The last column may be copied, as a file name is, and shifts nothing.
  const clipped = rows.map((row) => [...row.slice(0, -1).map(clip), row[row.length - 1]]);
  const widths = columns.map(({ heading }, column) =>
    clipped.reduce((width, row) => Math.max(width, row[column].length), heading.length),
  );
  const pad = (text: string, column: number): string => {
    if (columns[column].align === 'right') return text.padStart(widths[column]);
    // No blanks at the end of a line.
    return column === columns.length - 1 ? text : text.padEnd(widths[column]);
  };
  const headings = columns.map(({ heading }, column) => palette.dim(pad(heading, column)));
  const lines = clipped.map((row, index) =>
    row.map((text, column) => paintCell(pad(text, column), index, column)).join('  '),
  );
  return `${[headings.join('  '), ...lines].join('\n')}\n`;
}

function clip(text: string): string {
  return text.length <= MAX_CELL ? text : `${text.slice(0, MAX_CELL - 1)}…`;
}
