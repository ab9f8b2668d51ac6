/**
 * The one place where foreign text becomes printable: all that comes out of a recording or a ring,
 * a file name or an argument passes through here before it is written. What may stand as it is is
 * listed, all else is escaped visibly: C0, DEL and C1 controls, line and paragraph separators,
 * bidirectional and zero-width characters, lone surrogates, private and unassigned code points.
 */

const PLAIN = /^[\x20-\x7e]*$/;

const PLAIN_IN_QUOTES = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** Text on one line, safe on any terminal: `\n`, `\x1b`, `\u202e`. */
export function printable(text: string): string {
  return PLAIN.test(text) ? text : text.replace(unprintable(), escapeSequence);
}

/** The same between double quotes, where `"` and `\` are escaped too, so that it can be undone. */
export function quoted(text: string): string {
  if (PLAIN_IN_QUOTES.test(text)) return `"${text}"`;
  return `"${text.replace(unprintableOrQuote(), escapeSequence)}"`;
}

/** A JSON string; what `quoted` shows as `\x1b` or `\u{e0041}` is `\u001b` or a pair here. */
export function jsonString(text: string): string {
  if (PLAIN_IN_QUOTES.test(text)) return `"${text}"`;
  // Escapes quotes, C0 controls and lone surrogates, and is much faster than a regular expression.
  const json = JSON.stringify(text);
  return PLAIN.test(json) ? json : json.replace(unprintable(), jsonEscapeSequence);
}

// Made when they are first needed: the two took 1.2 ms of every start (Node 20.20).
let unprintableMade: RegExp | undefined;
let unprintableOrQuoteMade: RegExp | undefined;

/** U+FE0F, which makes an emoji of a symbol, is the one invisible character let through. */
function unprintable(): RegExp {
  unprintableMade ??=
    /[^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]|(?!\ufe0f)\p{Default_Ignorable_Code_Point}/gu;
  return unprintableMade;
}

function unprintableOrQuote(): RegExp {
  unprintableOrQuoteMade ??=
    /["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]|(?!\ufe0f)\p{Default_Ignorable_Code_Point}/gu;
  return unprintableOrQuoteMade;
}

const SHORT_ESCAPES: { readonly [character: string]: string } = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function escapeSequence(character: string): string {
  const short = SHORT_ESCAPES[character];
  if (short !== undefined) return short;
  const codePoint = character.codePointAt(0)!;
  const hex = codePoint.toString(16);
  if (codePoint <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return codePoint <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}

function jsonEscapeSequence(character: string): string {
  let escaped = '';
  for (let index = 0; index < character.length; index++) {
    escaped += `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
  }
  return escaped;
}
