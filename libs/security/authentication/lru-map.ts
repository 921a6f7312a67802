/** A map that drops what was used longest ago when it is full. */
export class LruMap<K, V> {
  readonly #entries = new Map<K, V>();

  constructor(private readonly maxSize: number) {}

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    const value = this.#entries.get(key);
    if (value !== undefined) this.#toNewest(key, value);
    return value;
  }

  set(key: K, value: V): void {
    this.#toNewest(key, value);
    if (this.#entries.size <= this.maxSize) return;
    const [oldest] = this.#entries.keys();
    this.#entries.delete(oldest as K);
  }

  delete(key: K): void {
    this.#entries.delete(key);
  }

  deleteWhere(matches: (value: V) => boolean): void {
    for (const [key, value] of this.#entries) {
      if (matches(value)) this.#entries.delete(key);
    }
  }

  #toNewest(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
  }
}
