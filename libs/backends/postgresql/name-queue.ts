import { unlessAborted } from './abortable.js';

/** Runs the work of each name one after the other, in the order it came, within this process. */
export class NameQueue {
  readonly #last = new Map<string, Promise<void>>();

  /** @throws Error when the signal fires before the turn comes, or what `work` throws */
  async run<T>(name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name) ?? Promise.resolve();
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const last = before.then(() => ended);
    this.#last.set(name, last);
    void last.then(() => {
      if (this.#last.get(name) === last) this.#last.delete(name);
    });
    try {
      await unlessAborted(before, signal, () => undefined);
      return await work();
    } finally {
      end();
    }
  }
}
