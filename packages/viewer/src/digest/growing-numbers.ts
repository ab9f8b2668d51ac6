/** Numbers of which it is not known how many there will be: in pieces, so that growing copies nothing. */

type Numbers = Uint32Array | Float64Array;

const PIECE_NUMBERS = 1 << 16;

export class GrowingNumbers {
  length = 0;
  readonly #pieces: Numbers[] = [];
  readonly #create: (length: number) => Numbers;

  constructor(create: (length: number) => Numbers) {
    this.#create = create;
  }

  push(value: number): void {
    const place = this.length++ % PIECE_NUMBERS;
    if (place === 0) this.#pieces.push(this.#create(PIECE_NUMBERS));
    this.#pieces[this.#pieces.length - 1][place] = value;
  }

  /** The number at a place, which must be one. */
  at(place: number): number {
    return this.#pieces[Math.floor(place / PIECE_NUMBERS)][place % PIECE_NUMBERS];
  }
}

export function growingWords(): GrowingNumbers {
  return new GrowingNumbers((length) => new Uint32Array(length));
}

export function growingFloats(): GrowingNumbers {
  return new GrowingNumbers((length) => new Float64Array(length));
}
