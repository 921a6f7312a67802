import { FORWARD, type Fate } from '../proxies/fate.js';
import type { Random } from '../random.js';

/** What went through a proxy while answers got lost, and whose answers those were. */
export interface LossCount {
  readonly of: number;
  /** By what was asked, the most frequent first. */
  readonly lost: ReadonlyMap<string, number>;
}

/**
 * Loses the answers of so many requests or rounds after they were carried out; the random numbers say of which. Always
 * lost is the first answer of a kind.
 */
export class Losses {
  private passed = 0;
  private readonly lost = new Map<string, number>();
  private readonly kinds = new Set<string>();
  private active = false;

  /** @param rate from 0 to 1 */
  constructor(
    private readonly random: Random,
    private readonly rate: number,
  ) {}

  begin(): void {
    this.active = true;
  }

  end(): void {
    this.active = false;
  }

  get count(): LossCount {
    return { of: this.passed, lost: new Map([...this.lost].toSorted(([, a], [, b]) => b - a)) };
  }

  /** @param what is asked, in a word */
  fateOf(what: string): Fate {
    if (!this.active) return FORWARD;
    this.passed += 1;
    const isFirst = !this.kinds.has(what);
    this.kinds.add(what);
    if (this.random.next() >= this.rate && !isFirst) return FORWARD;
    this.lost.set(what, (this.lost.get(what) ?? 0) + 1);
    return { kind: 'lose answer' };
  }
}
