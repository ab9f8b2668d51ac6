// The memory that walked threads share: does their accesses one at a time, takes them back, and
// knows a hash of all its bytes at every moment.

import type { Step, Yielded } from './access.ts';

/** Numbers that stand beside the ring, for the judge alone. */
const NOTE_COUNT = 64;

const INDEX_SHIFT = { u8: 0, i32: 2, i64: 3, f64: 3 } as const;

export class LiveMemory {
  readonly buffer: ArrayBuffer;
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
  readonly i64: BigInt64Array;
  readonly f64: Float64Array;
  readonly #notesStart: number;
  readonly #initial: Uint8Array;
  /** Of each change: its word, and what the word was. */
  readonly #journal: number[] = [];
  /** Two halves of a 64-bit hash. */
  hashLow = 0;
  hashHigh = 0;

  readonly #look: (memory: LiveMemory) => string;

  /** `look` describes what the judge wants to know of a moment. */
  constructor(ring: ArrayBufferLike, look: (memory: LiveMemory) => string = () => '') {
    this.#look = look;
    this.#notesStart = ring.byteLength;
    this.buffer = new ArrayBuffer(ring.byteLength + NOTE_COUNT * 4);
    this.u8 = new Uint8Array(this.buffer);
    this.u8.set(new Uint8Array(ring));
    this.i32 = new Int32Array(this.buffer);
    this.i64 = new BigInt64Array(this.buffer);
    this.f64 = new Float64Array(this.buffer);
    this.#initial = this.u8.slice();
  }

  /** Does what the step says; what the thread sees of it. */
  apply(step: Yielded): unknown {
    if (step[0] === 'enter' || step[0] === 'leave') return undefined;
    if (step[0] === 'look') return this.#look(this);
    if (step[0] === 'note') {
      const index = (this.#notesStart >> 2) + step[1];
      const before = this.i32[index];
      this.#change(index >> 1, () => {
        this.i32[index] += step[2];
      });
      return before;
    }
    const [kind, view, index] = step;
    if (kind === 'bytes') return this.u8.slice(index, index + step[3]);
    // One signature for elements of all views: the steps say which of them belong together.
    const array = this[view] as unknown as Int32Array;
    const value = step[3] as number;
    if (kind === 'read' || kind === 'load') return array[index];
    let result: unknown = value;
    this.#change((index << INDEX_SHIFT[view]) >> 3, () => {
      if (kind === 'write' || kind === 'store') array[index] = value;
      else if (kind === 'add') result = Atomics.add(array, index, value);
      else result = Atomics.compareExchange(array, index, value, step[4] as number);
    });
    return result;
  }

  notes(): Int32Array {
    return this.i32.subarray(this.#notesStart >> 2);
  }

  /** Where the memory stands now, for `undoTo`. */
  get mark(): number {
    return this.#journal.length;
  }

  undoTo(mark: number): void {
    const journal = this.#journal;
    while (journal.length > mark) {
      const high = journal.pop()!;
      const low = journal.pop()!;
      const word = journal.pop()!;
      this.#toggle(word);
      this.i32[word * 2] = low;
      this.i32[word * 2 + 1] = high;
      this.#toggle(word);
    }
  }

  /** The words that a step touches: the first, and how many. */
  static wordsOf(step: Step): { first: number; count: number } {
    if (step[0] === 'look' || step[0] === 'note') return { first: 0, count: 0 };
    const at = step[2] << INDEX_SHIFT[step[1]];
    const end = step[0] === 'bytes' ? at + step[3] : at + 1;
    return { first: at >> 3, count: ((end - 1) >> 3) - (at >> 3) + 1 };
  }

  /** As the memory was at first. */
  reset(): void {
    this.u8.set(this.#initial);
    this.#journal.length = 0;
    this.hashLow = 0;
    this.hashHigh = 0;
  }

  #change(word: number, change: () => void): void {
    this.#journal.push(word, this.i32[word * 2], this.i32[word * 2 + 1]);
    this.#toggle(word);
    change();
    this.#toggle(word);
  }

  /** Takes the word out of the hash, or puts it in. */
  #toggle(word: number): void {
    const low = this.i32[word * 2];
    const high = this.i32[word * 2 + 1];
    this.hashLow ^= mixed(mixed(word * 2 + 1, low), high);
    this.hashHigh ^= mixed(mixed(high ^ 0x5bd1e995, word), low);
  }
}

/** Scatters two words over one (the last steps of MurmurHash3). */
export function mixed(a: number, b: number): number {
  let hash = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x165667b1, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  hash = Math.imul(hash ^ (hash >>> 12), 0x297a2d39);
  return hash ^ (hash >>> 15);
}
