/**
 * A map that forgets what has not been asked for lately: it keeps at least the last `size` keys,
 * at most twice as many, and looking one up costs a single `Map.get` nearly always.
 */
export class RecentlyUsed<K, V> {
  readonly #size: number;
  #young: Map<K, V> = new Map();
  #old: Map<K, V> = new Map();

  constructor(size: number) {
    this.#size = size;
  }

  get(key: K): V | undefined {
    const value = this.#young.get(key);
    if (value !== undefined) return value;
    const older = this.#old.get(key);
    if (older !== undefined) this.set(key, older);
    return older;
  }

  set(key: K, value: V): void {
    if (this.#young.size >= this.#size) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }
}
