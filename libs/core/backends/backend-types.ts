import type { BackendType } from '#sdk';

/** The installed backend types, by their word. */
export class BackendTypes {
  private readonly byWord: ReadonlyMap<string, BackendType>;

  constructor(types: readonly BackendType[]) {
    this.byWord = new Map(types.map((type) => [type.type, type]));
    if (this.byWord.size !== types.length) throw new Error('two installed backend types share one name');
  }

  get(word: string): BackendType | undefined {
    return this.byWord.get(word);
  }

  all(): BackendType[] {
    return [...this.byWord.values()];
  }
}
