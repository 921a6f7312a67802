import type { StateSlot } from '#sdk';
import type { Written } from './lifecycle-store.js';

const MOST_BYTES = 16 * 1024;

/** A backend's slot over the store: read from the row that came with the task, every put committed at once. */
export class StoredSlot implements StateSlot {
  private values: Readonly<Record<string, string>>;

  constructor(
    values: Readonly<Record<string, string>>,
    private readonly save: (values: Readonly<Record<string, string>>) => Promise<Written>,
  ) {
    this.values = values;
  }

  get(key: string): string | undefined {
    return Object.hasOwn(this.values, key) ? this.values[key] : undefined;
  }

  async put(key: string, value: string): Promise<void> {
    const next = { ...this.values, [key]: value };
    if (Buffer.byteLength(JSON.stringify(next)) > MOST_BYTES) throw new Error('the state slot holds at most 16 KiB');
    if ((await this.save(next)) === 'lost') throw new Error('the operation was taken over by another process');
    this.values = next;
  }
}
