interface Waiting<T, R> {
  readonly item: T;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * One write at a time; what comes while it is under way is written together by the next. Nothing waits when there is
 * little to write, and when there is much it takes few round trips and commits.
 */
export class GroupedWrites<T, R> {
  private waiting: Waiting<T, R>[] = [];
  private isWriting = false;

  /** @param write gives one result for each item, in their order */
  constructor(private readonly write: (items: readonly T[]) => Promise<readonly R[]>) {}

  /** Fails as the write fails that the item was part of. */
  add(item: T): Promise<R> {
    const { promise, resolve, reject } = Promise.withResolvers<R>();
    this.waiting.push({ item, resolve, reject });
    if (!this.isWriting) void this.writeAll();
    return promise;
  }

  private async writeAll(): Promise<void> {
    this.isWriting = true;
    while (this.waiting.length > 0) await this.writeNext(this.waiting.splice(0));
    this.isWriting = false;
  }

  private async writeNext(group: readonly Waiting<T, R>[]): Promise<void> {
    try {
      const results = await this.write(group.map(({ item }) => item));
      for (const [index, { resolve }] of group.entries()) resolve(results[index] as R);
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}
