/**
 * How many columns printable text takes on a terminal, and which part of it fits into some. What is
 * wide and what combines is string-width's affair; text of plain ASCII, which is nearly all, is cut
 * without it.
 */

import stringWidth from 'string-width';

const PLAIN = /^[\x20-\x7e]*$/;
const SEGMENTER = new Intl.Segmenter();
const ELLIPSIS = '…';

export function widthOf(text: string): number {
  return PLAIN.test(text) ? text.length : stringWidth(text);
}

/** The beginning of a text that takes no more than so many columns; `…` says that there is more. */
export function fitted(text: string, columns: number): string {
  if (columns <= 0) return '';
  if (PLAIN.test(text)) {
    return text.length <= columns ? text : `${text.slice(0, columns - 1)}${ELLIPSIS}`;
  }
  let taken = 0;
  let cut = '';
  let fitting = '';
  for (const { segment } of SEGMENTER.segment(text)) {
    taken += stringWidth(segment);
    if (taken > columns) return `${cut}${ELLIPSIS}`;
    fitting += segment;
    if (taken < columns) cut = fitting;
  }
  return text;
}

/** The same, filled up with blanks. */
export function filled(text: string, columns: number): string {
  const cut = fitted(text, columns);
  return cut + ' '.repeat(Math.max(0, columns - widthOf(cut)));
}

/** What is left of a text when so many columns are taken away in front. */
export function withoutColumns(text: string, columns: number): string {
  if (columns === 0) return text;
  if (PLAIN.test(text)) return text.slice(columns);
  let taken = 0;
  for (const { segment, index } of SEGMENTER.segment(text)) {
    if (taken >= columns) return text.slice(index);
    taken += stringWidth(segment);
  }
  return '';
}
