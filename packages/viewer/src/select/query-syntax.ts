/**
 * The grammar of queries: from text to a tree. Operators and their words are those of hl; `and`
 * binds closer than `or`, `not` closer than both. Says nothing of what a name or a value means.
 */

import { readFileSync } from 'node:fs';
import { nearest } from '../arguments/nearest.ts';
import { QueryError } from '../arguments/query-error.ts';
import { type Token, tokensOf } from './query-tokens.ts';

export type Operator = '=' | '<' | '<=' | '>' | '>=' | 'contains' | 'like' | 'match';

export interface FieldName {
  /** Without the dot before it and the question mark behind it. */
  readonly text: string;
  /** Written with a dot before it: a field of the application, whatever it is called. */
  readonly isOfApplication: boolean;
  /** Written with a question mark behind it: an event without it fits as well. */
  readonly isOptional: boolean;
  readonly position: number;
}

export interface Literal {
  readonly text: string;
  readonly isQuoted: boolean;
  readonly position: number;
}

export type QueryNode =
  | { readonly kind: 'and' | 'or'; readonly parts: readonly QueryNode[] }
  | { readonly kind: 'not'; readonly part: QueryNode }
  | { readonly kind: 'exists'; readonly name: FieldName }
  | {
      readonly kind: 'compare';
      readonly name: FieldName;
      readonly operator: Operator;
      /** True where one of these values does. */
      readonly values: readonly Literal[];
      readonly isNegated: boolean;
    };

const OPERATORS: { readonly [text: string]: Operator | undefined } = Object.assign(
  Object.create(null),
  { '=': '=', '==': '=', '<': '<', '<=': '<=', '>': '>', '>=': '>=' },
  { '~=': 'contains', contains: 'contains', contain: 'contains', like: 'like' },
  { '~~=': 'match', match: 'match', matches: 'match' },
);

const NEGATED_OPERATORS: { readonly [text: string]: Operator | undefined } = Object.assign(
  Object.create(null),
  { '!=': '=', '!~=': 'contains', '!~~=': 'match' },
);

const OPERATOR_WORDS = ['contains', 'like', 'match', 'matches', 'in', 'not'];
const RESERVED_WORDS = new Set(['and', 'or', 'not', 'in', 'exists']);
/** Parentheses and `not`s within each other. */
const MAX_DEPTH = 200;

/** Throws QueryError. */
export function parseQueryText(query: string): QueryNode {
  const parser = new Parser(query);
  const node = parser.readAlternatives();
  parser.expectEnd();
  return node;
}

class Parser {
  readonly #query: string;
  readonly #tokens: readonly Token[];
  #index = 0;
  #depth = 0;

  constructor(query: string) {
    this.#query = query;
    this.#tokens = tokensOf(query);
  }

  readAlternatives(): QueryNode {
    return this.#readChain('or', '||', () => this.#readChain('and', '&&', () => this.#readNot()));
  }

  expectEnd(): void {
    const { kind, text, position } = this.#next;
    if (kind === 'end') return;
    throw this.#error(`expected and, or, or the end before ${shown(text)}`, position);
  }

  #readChain(word: 'and' | 'or', sign: string, readPart: () => QueryNode): QueryNode {
    const parts = [readPart()];
    while (this.#take(word, sign)) parts.push(readPart());
    return parts.length === 1 ? parts[0] : { kind: word, parts };
  }

  #readNot(): QueryNode {
    if (++this.#depth > MAX_DEPTH)
      throw this.#error('this is nested too deep', this.#next.position);
    const node: QueryNode = this.#take('not', '!')
      ? { kind: 'not', part: this.#readNot() }
      : this.#readPrimary();
    this.#depth--;
    return node;
  }

  #readPrimary(): QueryNode {
    const start = this.#next;
    if (this.#take('(')) {
      const node = this.readAlternatives();
      this.#expectClosing(start);
      return node;
    }
    if (this.#take('exists')) {
      const opening = this.#next;
      const isEnclosed = this.#take('(');
      const name = this.#readName();
      if (isEnclosed) this.#expectClosing(opening);
      return { kind: 'exists', name };
    }
    return this.#readComparison(this.#readName());
  }

  #readName(): FieldName {
    const { kind, text, position } = this.#next;
    if (kind === 'end') throw this.#error('expected the name of a field', position);
    const isReserved = kind === 'word' && RESERVED_WORDS.has(text.toLowerCase());
    if (kind === 'sign' || isReserved) {
      throw this.#error(`expected the name of a field, not ${shown(text)}`, position);
    }
    this.#index++;
    if (kind === 'quoted') {
      return { text, isOfApplication: true, isOptional: false, position };
    }
    const isOfApplication = text.startsWith('.');
    const isOptional = text.endsWith('?') && text.length > 1;
    const bare = text.slice(isOfApplication ? 1 : 0, isOptional ? -1 : undefined);
    if (bare === '') throw this.#error('expected the name of a field', position);
    return { text: bare, isOfApplication, isOptional, position };
  }

  #readComparison(name: FieldName): QueryNode {
    const { kind, text, position } = this.#next;
    const word = text.toLowerCase();
    const isWordNot = kind === 'word' && word === 'not';
    if (isWordNot) this.#index++;
    const operatorText = this.#next.text.toLowerCase();
    if (this.#take('in')) {
      return {
        kind: 'compare',
        name,
        operator: '=',
        values: this.#readList(),
        isNegated: isWordNot,
      };
    }
    const negated = isWordNot ? undefined : NEGATED_OPERATORS[operatorText];
    const operator = negated ?? OPERATORS[operatorText];
    if (this.#next.kind === 'quoted' || operator === undefined) {
      throw this.#operatorError(name, position);
    }
    this.#index++;
    const values = [this.#readValue(operatorText)];
    return {
      kind: 'compare',
      name,
      operator,
      values,
      isNegated: isWordNot || negated !== undefined,
    };
  }

  #operatorError({ text: name }: FieldName, position: number): QueryError {
    const { kind, text } = this.#next;
    const meant = kind === 'word' ? nearest(text.toLowerCase(), OPERATOR_WORDS) : undefined;
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
    const found = kind === 'end' ? '' : `, not ${shown(text)}`;
    const what = `expected an operator after ${name}, as in ${name} = 5${found}${hint}`;
    return this.#error(what, position);
  }

  #readValue(after: string): Literal {
    const { kind, text, position } = this.#next;
    const isReserved = kind === 'word' && RESERVED_WORDS.has(text.toLowerCase());
    if (kind === 'end' || kind === 'sign' || isReserved) {
      const found = kind === 'end' ? '' : `, not ${shown(text)}`;
      throw this.#error(`expected a value after ${after}${found}`, position);
    }
    this.#index++;
    return { text, isQuoted: kind === 'quoted', position };
  }

  #readList(): Literal[] {
    const start = this.#next;
    if (start.kind === 'word' && start.text.startsWith('@')) {
      this.#index++;
      return this.#linesOf(start);
    }
    if (!this.#take('(')) throw this.#error('expected a list, as in (500, 502)', start.position);
    const values = [this.#readValue('(')];
    while (this.#take(',')) values.push(this.#readValue(','));
    this.#expectClosing(start);
    return values;
  }

  #linesOf({ text, position }: Token): Literal[] {
    const path = text.slice(1);
    try {
      // Descriptor 0 is standard input.
      const lines = readFileSync(path === '-' ? 0 : path, 'utf8').split(/\r?\n/);
      return lines
        .filter((line) => line !== '')
        .map((line) => ({ text: line, isQuoted: true, position }));
    } catch (error) {
      throw this.#error(`cannot read ${path}: ${(error as Error).message}`, position);
    }
  }

  #expectClosing({ position }: Token): void {
    if (this.#take(')')) return;
    const { kind, text, position: here } = this.#next;
    if (kind === 'end') throw this.#error('this parenthesis is never closed', position);
    throw this.#error(`expected ) before ${shown(text)}`, here);
  }

  get #next(): Token {
    return this.#tokens[this.#index];
  }

  /** Goes past the next token if it is one of these, unquoted. */
  #take(...texts: readonly string[]): boolean {
    const { kind, text } = this.#next;
    const isOne = (kind === 'word' || kind === 'sign') && texts.includes(text.toLowerCase());
    if (isOne) this.#index++;
    return isOne;
  }

  #error(what: string, position: number): QueryError {
    return new QueryError(what, this.#query, position);
  }
}

function shown(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}
