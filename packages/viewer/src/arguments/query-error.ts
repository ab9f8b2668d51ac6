/**
 * The one error for a query that cannot be understood: what is wrong, and where. `cli.ts` prints it
 * with a caret below the place and exits 4.
 */

import { printable } from '../format/escape.ts';

export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly #query: string;
  readonly #position: number;

  /** `position` counts UTF-16 units from the start of the query. */
  constructor(message: string, query: string, position: number) {
    super(message);
    this.#query = query;
    this.#position = position;
  }

  /** The message, the query, and a caret below the place; each printable. */
  get lines(): string[] {
    const before = printable(this.#query.slice(0, this.#position));
    const query = before + printable(this.#query.slice(this.#position));
    return [printable(this.message), `  ${query}`, `  ${' '.repeat(before.length)}^`];
  }
}
