/**
 * Work that two threads do together: numbered items, each done by whoever draws its ticket. One is
 * the caller, who wants the results and never waits for them: what the partner has drawn and not
 * finished when the tickets are out, the caller does again. So a partner that comes late, is
 * stuck, or dies in the middle costs one item of time and loses nothing.
 *
 *   table:   | next ticket | result of item 0: length, offset, length of its head | item 1 ... |
 *   results: the partner's alone, head and body each from the next word on; what the table does not
 *            point at is not finished
 */

/** What travels to the partner. Plain data. */
export interface SharedWorkData {
  readonly table: Int32Array;
  readonly results: Uint8Array;
}

/** Two stretches of bytes, of which the first is not empty. */
export interface SharedResult {
  readonly head: Uint8Array;
  readonly body: Uint8Array;
}

const NEXT_TICKET = 0;
const FIRST_RESULT = 1;
const RESULT_WORDS = 3;
const RESULT_LENGTH = 0;
const RESULT_OFFSET = 1;
const RESULT_HEAD_LENGTH = 2;
/** V8 copies to and from shared memory byte by byte where it cannot by words, four times slower. */
const WORD_BYTES = 8;

export class SharedWork {
  readonly data: SharedWorkData;
  readonly #itemCount: number;
  #resultsEnd = 0;

  private constructor(data: SharedWorkData) {
    this.data = data;
    this.#itemCount = (data.table.length - FIRST_RESULT) / RESULT_WORDS;
  }

  /**
   * `results` is shared memory for the partner. It may be used again when the caller is done, since
   * the partner is one thread: what it still does for an earlier work, whose table nobody looks at
   * any more, it does before it begins with this one.
   */
  static create(itemCount: number, results: Uint8Array): SharedWork {
    const tableWords = FIRST_RESULT + itemCount * RESULT_WORDS;
    const table = new Int32Array(new SharedArrayBuffer(tableWords * 4));
    return new SharedWork({ table, results });
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

  /** The partner's side. False where there is no room, and so will be none for more. */
  finish(item: number, { head, body }: SharedResult): boolean {
    const { table, results } = this.data;
    const offset = this.#resultsEnd;
    const bodyStart = nextWord(offset + head.length);
    const lengthBytes = bodyStart + body.length - offset;
    if (offset + lengthBytes > results.length) return false;
    results.set(head, offset);
    results.set(body, bodyStart);
    this.#resultsEnd = nextWord(offset + lengthBytes);
    const word = FIRST_RESULT + item * RESULT_WORDS;
    table[word + RESULT_OFFSET] = offset;
    table[word + RESULT_HEAD_LENGTH] = head.length;
    // Publishes the result; pairs with the load in `result`.
    Atomics.store(table, word + RESULT_LENGTH, lengthBytes);
    return true;
  }

  /** What the partner made of an item; null where it has not, or not yet. */
  result(item: number): SharedResult | null {
    const { table, results } = this.data;
    const word = FIRST_RESULT + item * RESULT_WORDS;
    // Pairs with the store in `finish`.
    const lengthBytes = Atomics.load(table, word + RESULT_LENGTH);
    if (lengthBytes === 0) return null;
    const offset = table[word + RESULT_OFFSET];
    const headEnd = offset + table[word + RESULT_HEAD_LENGTH];
    const bodyStart = nextWord(headEnd);
    return {
      head: results.subarray(offset, headEnd),
      body: results.subarray(bodyStart, offset + lengthBytes),
    };
  }
}

function nextWord(offset: number): number {
  return Math.ceil(offset / WORD_BYTES) * WORD_BYTES;
}
