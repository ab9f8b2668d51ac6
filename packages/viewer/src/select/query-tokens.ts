/** The words and signs of a query, each with its place. What they mean together is the parser's affair. */

import { QueryError } from '../arguments/query-error.ts';

export interface Token {
  /** `end` stands behind the last one, so that a parser always has a next token. */
  readonly kind: 'word' | 'quoted' | 'sign' | 'end';
  /** Of quoted text what it stands for. */
  readonly text: string;
  readonly position: number;
}

/** Longest first, so that none is taken for its own beginning. */
const SIGNS = [
  '!~~=',
  '~~=',
  '!~=',
  '~=',
  '==',
  '!=',
  '>=',
  '<=',
  '&&',
  '||',
  '=',
  '>',
  '<',
  '!',
  '(',
  ')',
  ',',
];

const BLANKS = /\s*/y;
/** Names, numbers, times and all else that needs no quotes. */
const WORD = /[^\s(),"'=!<>~&|]+/y;
const QUOTED = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/sy;

const ESCAPES: { readonly [letter: string]: string | undefined } = {
  n: '\n',
  r: '\r',
  t: '\t',
};

/** Throws QueryError. */
export function tokensOf(query: string): Token[] {
  const tokens: Token[] = [];
  let position = lengthAt(BLANKS, query, 0);
  while (position < query.length) {
    const token = tokenAt(query, position);
    tokens.push(token.token);
    position += token.length;
    position += lengthAt(BLANKS, query, position);
  }
  tokens.push({ kind: 'end', text: '', position: query.length });
  return tokens;
}

function tokenAt(query: string, position: number): { token: Token; length: number } {
  const character = query[position];
  if (character === '"' || character === "'") {
    const length = lengthAt(QUOTED, query, position);
    if (length === 0) throw new QueryError('this quote has no end', query, position);
    const text = unescaped(query.slice(position + 1, position + length - 1));
    return { token: { kind: 'quoted', text, position }, length };
  }
  const sign = SIGNS.find((candidate) => query.startsWith(candidate, position));
  if (sign !== undefined) {
    return { token: { kind: 'sign', text: sign, position }, length: sign.length };
  }
  const length = lengthAt(WORD, query, position);
  if (length === 0) {
    const meant = character === '&' ? 'and' : character === '|' ? 'or' : '~=';
    throw new QueryError(
      `"${character}" means nothing here; did you mean ${meant}?`,
      query,
      position,
    );
  }
  const text = query.slice(position, position + length);
  return { token: { kind: 'word', text, position }, length };
}

/** `\"`, `\\`, `\n`; a backslash before anything else stays, for regular expressions. */
function unescaped(text: string): string {
  return text.replace(/\\(["'\\nrt])/g, (_, letter: string) => ESCAPES[letter] ?? letter);
}

function lengthAt(pattern: RegExp, text: string, position: number): number {
  pattern.lastIndex = position;
  return pattern.exec(text)?.[0].length ?? 0;
}
