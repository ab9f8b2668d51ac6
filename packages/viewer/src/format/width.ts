/** How many columns printable text takes on a terminal, and what of it fits in some. */

const PLAIN = /^[\x20-\x7e]*$/;
const COMBINING = /\p{M}/u;
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;

/** The beginning of a text that takes no more than so many columns; `…` says that there is more. */
export function fitted(text: string, columns: number): string {
  if (PLAIN.test(text)) {
    return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 1))}…`;
  }
  let taken = 0;
  let fitting = '';
  let cut = '';
  for (const character of text) {
    taken += COMBINING.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
    if (taken > columns) return `${cut}…`;
    fitting += character;
    if (taken < columns) cut = fitting;
  }
  return text;
}
