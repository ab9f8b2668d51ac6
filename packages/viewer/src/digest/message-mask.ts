/**
 * Which parts of a message are values: numbers, ids, addresses, paths and quoted texts. What is left
 * is compared word by word.
 */

export interface MaskedMessage {
  /** Words; `<*>` for each value, which may be a part of a word. */
  readonly words: readonly string[];
  /** Values by word, in their order. */
  readonly values: readonly (readonly string[])[];
}

export const WILDCARD = '<*>';

/** Longer messages are cut: what is behind tells no pattern. */
const MAX_UNITS = 2000;
const MAX_WORDS = 50;

/** Stands for a value until the words are split; in no message after the replacement before it. */
const HOLE = '\0';

const VALUES: RegExp = new RegExp(
  [
    '"[^"]*"',
    "(?<![\\w])'[^']*'",
    'https?://[^\\s"\'<>]+',
    '[\\w.+-]+@[\\w-]+(?:\\.[\\w-]+)+',
    '\\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\\b',
    '\\b\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d:\\d\\d(?::\\d\\d(?:[.,]\\d+)?)?(?:Z|[+-]\\d\\d:?\\d\\d)?)?',
    '\\b\\d{1,3}(?:\\.\\d{1,3}){3}(?::\\d+)?\\b',
    '\\b0x[0-9a-f]+\\b',
    '\\b(?=[0-9a-f]*\\d)[0-9a-f]{8,}\\b',
    '(?<![\\w.])/[\\w./@%+-]+',
    '(?<![A-Za-z_])[+-]?\\d+(?:[.,:]\\d+)*(?:[a-zµ%]{1,3}\\b|%)?',
    '\\b\\w*\\d{3,}\\w*\\b',
  ].join('|'),
  'gi',
);

export function maskMessage(message: string): MaskedMessage {
  const text = message.slice(0, MAX_UNITS).replaceAll(HOLE, ' ');
  const found: string[] = [];
  const holed = text.replace(VALUES, (value) => {
    found.push(value);
    return HOLE;
  });
  const words: string[] = [];
  const values: string[][] = [];
  let next = 0;
  for (const word of holed.trim().split(/\s+/)) {
    const count = word.split(HOLE).length - 1;
    if (words.length < MAX_WORDS) {
      words.push(word.replaceAll(HOLE, WILDCARD));
      values.push(found.slice(next, next + count));
    }
    next += count;
  }
  if (words.length === MAX_WORDS) {
    words.push('…');
    values.push([]);
  }
  return { words, values };
}
