/**
 * A set of events, one bit each: which are shown, which were found. All questions are answered within
 * a fraction of a millisecond for millions of events, so that any key may ask them.
 */

const BITS = 32;
const FIRST_WORDS = 1 << 11;
/** Of each so many words it is known how many events come before; a picture asks some hundred times. */
const BLOCK_WORDS = 64;

export class EventSet {
  #words: Uint32Array;
  #count = 0;
  /** Events before each block; null since the set has changed. */
  #ranks: Uint32Array | null = null;

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
    this.#ranks = null;
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
    const end = index >>> 5;
    if (end >= words.length) return this.#count;
    const block = Math.floor(end / BLOCK_WORDS);
    let count = this.#blockRanks()[block];
    for (let place = block * BLOCK_WORDS; place < end; place++) count += bitCount(words[place]);
    const rest = index & 31;
    return rest === 0 ? count : count + bitCount(words[end] & ~(-1 << rest));
  }

  /** The event with so many of the set before it, or undefined. */
  nth(count: number): number | undefined {
    if (count < 0 || count >= this.#count) return undefined;
    const words = this.#words;
    const ranks = this.#blockRanks();
    let block = 0;
    while (block + 1 < ranks.length && ranks[block + 1] <= count) block++;
    let left = count - ranks[block];
    for (let place = block * BLOCK_WORDS; ; place++) {
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

  copy(): EventSet {
    return new EventSet(this.#words.slice());
  }

  /** What both have. May take the memory of a set that nobody asks any more, or of one of the two. */
  and(other: EventSet, spare: EventSet | null = null): EventSet {
    const length = Math.min(this.#words.length, other.#words.length);
    const isRoom = spare !== null && spare.#words.length >= length;
    const words = isRoom ? spare.#words.subarray(0, length) : new Uint32Array(length);
    for (let place = 0; place < length; place++) {
      words[place] = this.#words[place] & other.#words[place];
    }
    return new EventSet(words);
  }

  /** What the other has not. */
  without(other: EventSet): EventSet {
    const words = new Uint32Array(this.#words.length);
    for (let place = 0; place < words.length; place++) {
      words[place] = this.#words[place] & ~(other.#words[place] ?? 0);
    }
    return new EventSet(words);
  }

  /** The set with so many neighbours of each event before it and after it, among so many events. */
  widened(reach: number, count: number): EventSet {
    let words = new Uint32Array(Math.ceil(count / BITS));
    words.set(this.#words.subarray(0, words.length));
    for (let covered = 0; covered < reach; ) {
      // Wider steps would leave holes between a member and its copies.
      const step = Math.min(BITS - 1, 2 * covered + 1, reach - covered);
      words = spread(words, step);
      covered += step;
    }
    const rest = count & (BITS - 1);
    if (rest !== 0) words[words.length - 1] &= ~(-1 << rest);
    return new EventSet(words);
  }

  #blockRanks(): Uint32Array {
    if (this.#ranks !== null) return this.#ranks;
    const words = this.#words;
    const ranks = new Uint32Array(Math.ceil(words.length / BLOCK_WORDS));
    let count = 0;
    for (let place = 0; place < words.length; place++) {
      if (place % BLOCK_WORDS === 0) ranks[place / BLOCK_WORDS] = count;
      count += bitCount(words[place]);
    }
    this.#ranks = ranks;
    return ranks;
  }

  #grow(place: number): void {
    const words = new Uint32Array(Math.max(this.#words.length * 2, place + 1));
    words.set(this.#words);
    this.#words = words;
  }
}

/** Each member also so many places before and behind. */
function spread(words: Uint32Array, step: number): Uint32Array<ArrayBuffer> {
  const wide = new Uint32Array(words.length);
  const rest = BITS - step;
  for (let place = 0; place < words.length; place++) {
    const word = words[place];
    const before = place === 0 ? 0 : words[place - 1];
    const behind = words[place + 1] ?? 0;
    wide[place] = word | (word << step) | (before >>> rest) | (word >>> step) | (behind << rest);
  }
  return wide;
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

function bitCount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}
