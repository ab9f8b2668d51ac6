/**
 * A set of events, one bit each: which are shown, which were found. All questions are answered within
 * a fraction of a millisecond for millions of events, so that any key may ask them.
 */

const BITS = 32;
const FIRST_WORDS = 1 << 11;

export class EventSet {
  #words: Uint32Array;
  #count = 0;

  constructor(words: Uint32Array = new Uint32Array(FIRST_WORDS)) {
    this.#words = words;
    for (const word of words) this.#count += bitCount(word);
  }

  /** How many events are in the set. */
  get count(): number {
    return this.#count;
  }

  has(index: number): boolean {
    return ((this.#words[index >>> 5] ?? 0) & (1 << (index & 31))) !== 0;
  }

  add(index: number): void {
    const place = index >>> 5;
    if (place >= this.#words.length) this.#grow(place);
    const bit = 1 << (index & 31);
    if ((this.#words[place] & bit) !== 0) return;
    this.#words[place] |= bit;
    this.#count++;
  }

  /** The first event from an index on, or undefined. */
  next(from: number): number | undefined {
    if (from < 0) return this.next(0);
    const words = this.#words;
    let place = from >>> 5;
    if (place >= words.length) return undefined;
    let word = (words[place] & (-1 << (from & 31))) >>> 0;
    while (word === 0) {
      if (++place >= words.length) return undefined;
      word = words[place];
    }
    return place * BITS + lowestBit(word);
  }

  /** The last event up to an index, or undefined. */
  previous(upTo: number): number | undefined {
    if (upTo < 0) return undefined;
    const words = this.#words;
    let place = Math.min(upTo >>> 5, words.length - 1);
    const isWhole = place < upTo >>> 5;
    let word = isWhole ? words[place] : (words[place] & (-1 >>> (31 - (upTo & 31)))) >>> 0;
    while (word === 0) {
      if (--place < 0) return undefined;
      word = words[place];
    }
    return place * BITS + (31 - Math.clz32(word));
  }

  /** How many events of the set come before an index. */
  countBefore(index: number): number {
    const words = this.#words;
    const whole = Math.min(index >>> 5, words.length);
    let count = 0;
    for (let place = 0; place < whole; place++) count += bitCount(words[place]);
    const rest = index & 31;
    if (rest > 0 && whole < words.length) count += bitCount(words[whole] & ~(-1 << rest));
    return count;
  }

  /** The event with so many of the set before it, or undefined. */
  nth(count: number): number | undefined {
    if (count < 0 || count >= this.#count) return undefined;
    const words = this.#words;
    let left = count;
    for (let place = 0; ; place++) {
      const inWord = bitCount(words[place]);
      if (left >= inWord) {
        left -= inWord;
        continue;
      }
      let word = words[place];
      while (left-- > 0) word &= word - 1;
      return place * BITS + lowestBit(word >>> 0);
    }
  }

  /** What both have. */
  and(other: EventSet): EventSet {
    const length = Math.min(this.#words.length, other.#words.length);
    const words = new Uint32Array(length);
    for (let place = 0; place < length; place++) {
      words[place] = this.#words[place] & other.#words[place];
    }
    return new EventSet(words);
  }

  /** What this set has and the other has not. */
  without(other: EventSet): EventSet {
    const words = this.#words.slice();
    const length = Math.min(words.length, other.#words.length);
    for (let place = 0; place < length; place++) words[place] &= ~other.#words[place];
    return new EventSet(words);
  }

  #grow(place: number): void {
    const words = new Uint32Array(Math.max(this.#words.length * 2, place + 1));
    words.set(this.#words);
    this.#words = words;
  }
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

function bitCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
