/** What was asked for and is not gone yet: bindings go with their instance. */
export class Leftovers {
  private readonly removals = new Map<string, () => Promise<void>>();

  /** To be called before the request is sent: its answer may get lost. */
  expect(id: string, remove: () => Promise<void>): void {
    this.removals.set(id, remove);
  }

  isGone(id: string): void {
    this.removals.delete(id);
  }

  /** Removes all of it; tells what it did, a line for each. */
  async remove(): Promise<string[]> {
    return Promise.all(
      [...this.removals].map(([id, remove]) =>
        remove().then(
          () => `service instance ${id} was removed`,
          (error: unknown) => `service instance ${id} could not be removed: ${(error as Error).message}`,
        ),
      ),
    );
  }
}
