/** Keeps everything a list has ever had that forgets its oldest entries. */
export class Archive<T extends object> {
  private readonly kept: T[] = [];

  get entries(): readonly T[] {
    return this.kept;
  }

  /** Must come often enough: what the list had and forgot in between is not known. */
  add(list: readonly T[]): void {
    const last = this.kept.at(-1);
    const known = last === undefined ? 0 : list.lastIndexOf(last) + 1;
    for (const entry of list.slice(known)) this.kept.push(entry);
  }
}
