/**
 * Work that two threads do together: numbered items, each done by whoever draws its ticket. One is
 * the caller, who wants the results and never waits for them: what the partner has drawn and not
 * finished when the tickets are out, the caller does again. So a partner that comes late, is
 * stuck, or dies in the middle costs one item of time and loses nothing.
 *
 *   table:   | next ticket | result of item 0: length, offset, CRC | item 1 ... |
 *   items:   the bytes of every item, written before the partner is told, changed by nobody
 *   results: the partner's alone; what the table does not point at is not finished
 */

/** What travels to the partner. Plain data. */
export interface SharedWorkData {
  readonly table: Int32Array;
  /** The shared memory that the items stand in. */
  readonly items: Uint8Array;
  /** Offset and length of each item in it, one after the other. */
  readonly places: Int32Array;
  readonly results: Uint8Array;
}

export interface SharedResult {
  readonly bytes: Uint8Array;
  readonly crc: number;
}

const NEXT_TICKET = 0;
const FIRST_RESULT = 1;
const RESULT_WORDS = 3;
const RESULT_LENGTH = 0;
const RESULT_OFFSET = 1;
const RESULT_CRC = 2;

export class SharedWork {
  readonly data: SharedWorkData;
  readonly #itemCount: number;
  #resultsEnd = 0;

  private constructor(data: SharedWorkData) {
    this.data = data;
    this.#itemCount = data.places.length >> 1;
  }

  /**
   * As in `SharedWorkData`. `items` and `results` may be used again when the caller is done, since
   * the partner is one thread: what it still does for an earlier work, whose table nobody looks at
   * any more, it does before it begins with this one.
   */
  static create(items: Uint8Array, places: Int32Array, results: Uint8Array): SharedWork {
    const tableWords = FIRST_RESULT + (places.length >> 1) * RESULT_WORDS;
    const table = new Int32Array(new SharedArrayBuffer(tableWords * 4));
    return new SharedWork({ table, items, places, results });
  }

  /** The partner's side. */
  static attach(data: SharedWorkData): SharedWork {
    return new SharedWork(data);
  }

  /** Number of the next item that nobody has drawn; null when there is none. */
  draw(): number | null {
    // Each item has one drawer, since the counter gives each number once. It carries no data.
    const item = Atomics.add(this.data.table, NEXT_TICKET, 1);
    return item < this.#itemCount ? item : null;
  }

  /** The bytes of an item. */
  item(item: number): Uint8Array {
    const { items, places } = this.data;
    const offset = places[2 * item];
    return items.subarray(offset, offset + places[2 * item + 1]);
  }

  /** The partner's side. False where there is no room, and so will be none for more. */
  finish(item: number, { bytes, crc }: SharedResult): boolean {
    const { table, results } = this.data;
    const offset = this.#resultsEnd;
    if (offset + bytes.length > results.length) return false;
    results.set(bytes, offset);
    this.#resultsEnd = offset + bytes.length;
    const word = FIRST_RESULT + item * RESULT_WORDS;
    table[word + RESULT_OFFSET] = offset;
    table[word + RESULT_CRC] = crc | 0;
    // Publishes the result; pairs with the load in `result`.
    Atomics.store(table, word + RESULT_LENGTH, bytes.length);
    return true;
  }

  /** What the partner made of an item; null where it has not, or not yet. */
  result(item: number): SharedResult | null {
    const { table, results } = this.data;
    const word = FIRST_RESULT + item * RESULT_WORDS;
    // Pairs with the store in `finish`.
    const length = Atomics.load(table, word + RESULT_LENGTH);
    if (length === 0) return null;
    const offset = table[word + RESULT_OFFSET];
    return {
      bytes: results.subarray(offset, offset + length),
      crc: table[word + RESULT_CRC] >>> 0,
    };
  }
}
