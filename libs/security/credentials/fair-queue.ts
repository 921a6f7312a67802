import { TooManyWaitingError } from './concurrency-limit.js';

/** Whose work it is. */
export interface Share {
  readonly address: string;
  readonly username: string;
}

interface Waiting extends Share {
  readonly begin: () => void;
  readonly turnAway: (error: TooManyWaitingError) => void;
}

const KINDS = ['address', 'username'] as const;
type Kind = (typeof KINDS)[number];

/**
 * Lets a few pieces of work run side by side. Places go in turn to the address, then to the username, that was served
 * least recently: a flood from one address, or on one username, takes half of the places at most while others wait.
 */
export class FairQueue {
  readonly #waiting: Waiting[] = [];
  readonly #served = { address: new Map<string, number>(), username: new Map<string, number>() };
  #running = 0;
  #turn = 0;

  constructor(
    private readonly maxRunning: number,
    private readonly maxWaiting: number,
  ) {}

  /** @throws TooManyWaitingError before the work began, also when it gave way to somebody who has less waiting */
  async run<T>(share: Share, work: () => Promise<T>): Promise<T> {
    await this.#enter(share);
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  async #enter(share: Share): Promise<void> {
    if (this.#running < this.maxRunning) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.length >= this.maxWaiting) this.#makeRoomFor(share);
    await new Promise<void>((begin, turnAway) => this.#waiting.push({ ...share, begin, turnAway }));
  }

  /** Turns away the newest of an address or username that has more waiting than this one would have. */
  #makeRoomFor(share: Share): void {
    for (const kind of KINDS) {
      const counts = this.#counts(kind);
      const [largest, count] = [...counts].reduce((most, each) => (each[1] > most[1] ? each : most), ['', 0]);
      if (count <= (counts.get(share[kind]) ?? 0) + 1) continue;
      const [newest] = this.#waiting.splice(this.#waiting.findLastIndex((each) => each[kind] === largest), 1);
      return newest?.turnAway(new TooManyWaitingError('others have less waiting'));
    }
    throw new TooManyWaitingError('too many are waiting');
  }

  #counts(kind: Kind): Map<string, number> {
    const counts = new Map<string, number>();
    for (const { [kind]: key } of this.#waiting) counts.set(key, (counts.get(key) ?? 0) + 1);
    return counts;
  }

  /** The place goes straight to the next one, so that nobody arriving meanwhile can take it. */
  #leave(): void {
    const next = this.#next();
    if (next) return next.begin();
    this.#running -= 1;
    for (const kind of KINDS) this.#served[kind].clear();
  }

  #next(): Waiting | undefined {
    this.#turn += 1;
    const kind: Kind = this.#turn % 2 === 0 ? 'address' : 'username';
    const servedAt = (each: Waiting): number => this.#served[kind].get(each[kind]) ?? 0;
    const next = this.#waiting.reduce<Waiting | undefined>((first, each) => (first && servedAt(first) <= servedAt(each) ? first : each), undefined);
    if (!next) return undefined;
    this.#waiting.splice(this.#waiting.indexOf(next), 1);
    this.#noteServed(next);
    return next;
  }

  /** Keeps what is of use only: who has nothing waiting and was served long ago is as good as new. */
  #noteServed(next: Waiting): void {
    for (const kind of KINDS) {
      const served = this.#served[kind];
      served.delete(next[kind]);
      served.set(next[kind], this.#turn);
      const [oldest] = served.keys();
      if (served.size > 2 * this.maxWaiting && oldest !== undefined) served.delete(oldest);
    }
  }
}
