/** Columns whose length is not known beforehand: numbers of one type, texts, and words by number. */

import { BLOCK_ROWS, ROW_END } from './layout.ts';

type Numbers = Uint8Array | Uint32Array | Float64Array;

const FIRST_ROWS = 1024;

/** Numbers in a typed array that doubles. */
export class NumberColumn<Array extends Numbers> {
  #numbers: Array;
  #length = 0;
  readonly #create: (length: number) => Array;

  constructor(create: (length: number) => Array) {
    this.#create = create;
    this.#numbers = create(FIRST_ROWS);
  }

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#numbers.length) {
      const larger = this.#create(this.#length * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#length++] = value;
  }

  bytes(): Uint8Array {
    const { buffer, byteOffset, BYTES_PER_ELEMENT } = this.#numbers;
    return new Uint8Array(buffer, byteOffset, this.#length * BYTES_PER_ELEMENT);
  }
}

export function bytesColumn(): NumberColumn<Uint8Array> {
  return new NumberColumn((length) => new Uint8Array(length));
}

export function wordsColumn(): NumberColumn<Uint32Array> {
  return new NumberColumn((length) => new Uint32Array(length));
}

export function floatsColumn(): NumberColumn<Float64Array> {
  return new NumberColumn((length) => new Float64Array(length));
}

/** What a browser still holds in one piece beside the rest. */
const MAX_TEXT_BYTES = 512 * 1024 * 1024;

/** One text a row, gathered in blocks, since a place for each would cost more than most texts. */
export class TextColumn {
  readonly blocks: NumberColumn<Uint32Array> = wordsColumn();
  readonly #pieces: Uint8Array[] = [];
  #block = '';
  #rows = 0;
  #lengthBytes = 0;

  /** Throws where the text of all rows is more than a page can hold. */
  push(text: string): void {
    this.#block += text + ROW_END;
    if (++this.#rows % BLOCK_ROWS === 0) this.#endBlock();
  }

  /** The text of all blocks; nothing may be pushed after. */
  end(): Uint8Array {
    if (this.#block !== '') this.#endBlock();
    this.blocks.push(this.#lengthBytes);
    return Buffer.concat(this.#pieces);
  }

  #endBlock(): void {
    const piece = Buffer.from(this.#block);
    this.blocks.push(this.#lengthBytes);
    this.#pieces.push(piece);
    this.#lengthBytes += piece.length;
    this.#block = '';
    if (this.#lengthBytes > MAX_TEXT_BYTES) {
      throw new Error('the fields of all events are more than 512 MiB, too much for one page');
    }
  }
}

/** Texts by number, each once. */
export class Dictionary {
  readonly texts: string[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(...first: readonly string[]) {
    for (const text of first) this.numberOf(text);
  }

  numberOf(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.texts.length;
      this.texts.push(text);
      this.#numbers.set(text, number);
    }
    return number;
  }
}
