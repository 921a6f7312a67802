import { FORWARD, type Fate } from '../proxies/fate.js';
import type { Random } from '../random.js';

/** Of so many requests or rounds the answer gets lost after they were carried out; the random numbers say of which. */
export class Losses {
  private passed = 0;
  private struck = 0;
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

  get count(): { readonly lost: number; readonly of: number } {
    return { lost: this.struck, of: this.passed };
  }

  readonly fate = (): Fate => {
    if (!this.active) return FORWARD;
    this.passed += 1;
    if (this.random.next() >= this.rate) return FORWARD;
    this.struck += 1;
    return { kind: 'lose answer' };
  };
}
