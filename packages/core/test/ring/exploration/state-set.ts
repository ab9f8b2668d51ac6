// The states that were met: 53 bits each, in one table of numbers, since a `Set` of as many takes
// five times the memory and most of the time.

const FIRST_SLOTS = 1 << 12;

/** Two of a million states are taken for one with a probability of 1 in 18,000. */
export class StateSet {
  /** Open addressing; 0 is an empty slot. */
  #table = new Float64Array(FIRST_SLOTS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  clear(): void {
    this.#table = new Float64Array(FIRST_SLOTS);
    this.#size = 0;
  }

  /** Whether it is new. */
  add(low: number, high: number): boolean {
    const key = (high >>> 11) * 2 ** 32 + (low >>> 0) + 1;
    if (!put(this.#table, key, low)) return false;
    this.#size++;
    if (this.#size * 2 > this.#table.length) this.#grow();
    return true;
  }

  #grow(): void {
    const larger = new Float64Array(this.#table.length * 2);
    for (const key of this.#table) if (key !== 0) put(larger, key, (key - 1) | 0);
    this.#table = larger;
  }
}

function put(table: Float64Array, key: number, low: number): boolean {
  const mask = table.length - 1;
  for (let slot = low & mask; ; slot = (slot + 1) & mask) {
    if (table[slot] === key) return false;
    if (table[slot] !== 0) continue;
    table[slot] = key;
    return true;
  }
}
