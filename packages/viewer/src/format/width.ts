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

/** A text in pieces of no more than so many columns, and no more than so many pieces. */
export function wrapped(text: string, columns: number, maxPieces: number): string[] {
  const pieces: string[] = [];
  let rest = text;
  while (pieces.length < maxPieces - 1 && rest.length > 0) {
    const length = lengthWithin(rest, columns);
    if (length === rest.length) break;
    pieces.push(rest.slice(0, length));
    rest = rest.slice(length);
  }
  return [...pieces, fitted(rest, columns)];
}

/** A text in lines of no more than so many characters, broken between words. */
export function wordWrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...lines, line];
}

/** Code units that fit into so many columns; one character at least. */
function lengthWithin(text: string, columns: number): number {
  const start = text.slice(0, columns);
  if (PLAIN.test(start)) return Math.max(1, start.length);
  let taken = 0;
  let length = 0;
  for (const { segment } of SEGMENTER.segment(text.slice(0, MAX_UNITS_A_LINE))) {
    taken += stringWidth(segment);
    if (taken > columns && length > 0) return length;
    length += segment.length;
  }
  return length;
}

/** Nothing of more units stands on a line; what combines without end is cut somewhere. */
const MAX_UNITS_A_LINE = 4000;
