import { LISTED_FINDINGS } from './catalog-limits.js';

/** What there is to tell of a catalog: the first of it word for word, and how much it is in all. */
export class Findings<T> {
  readonly listed: T[] = [];
  private counted = 0;

  get count(): number {
    return this.counted;
  }

  add(finding: T): void {
    this.counted += 1;
    if (this.listed.length < LISTED_FINDINGS) this.listed.push(finding);
  }
}
