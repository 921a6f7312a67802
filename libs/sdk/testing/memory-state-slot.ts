import type { StateSlot } from '#sdk';

const MAX_SIZE_BYTES = 16 * 1024;

/** A state slot in memory, with the size limit of the real one. */
export class MemoryStateSlot implements StateSlot {
  readonly #values = new Map<string, string>();

  get(key: string): string | undefined {
    return this.#values.get(key);
  }

  async put(key: string, value: string): Promise<void> {
    const sizeBytes = Buffer.byteLength(JSON.stringify([...this.#values, [key, value]]));
    if (sizeBytes > MAX_SIZE_BYTES) throw new Error(`a state slot holds ${MAX_SIZE_BYTES} bytes, not ${sizeBytes}`);
    this.#values.set(key, value);
  }
}
