/** Thrown before the work began, when too much waits in its lane already. */
export class LaneFullError extends Error {
  override readonly name = 'LaneFullError';
}

/** Where work waits: one piece of a lane is done at a time, and those who ask for some take turns. */
export interface LanePlace {
  readonly lane: string;
  readonly asker: string;
}

/** Lanes that do not wait for one another. */
export class SchemaLanes {
  private readonly lanes = new Map<string, Lane>();

  constructor(private readonly maxWaiting: number) {}

  /**
   * @param signal ends the waiting, with its reason; the work itself has to heed it too
   * @throws LaneFullError
   */
  async run<T>({ lane: name, asker }: LanePlace, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const lane = this.lanes.get(name) ?? new Lane(this.maxWaiting);
    this.lanes.set(name, lane);
    await lane.enter(asker, signal);
    try {
      return await work();
    } finally {
      lane.leave();
      if (lane.isEmpty) this.lanes.delete(name);
    }
  }
}

class Lane {
  /** By who asked; the first in the map is the next to be served. */
  private readonly waiting = new Map<string, Set<() => void>>();
  private waitingCount = 0;
  private isTaken = false;

  constructor(private readonly maxWaiting: number) {}

  get isEmpty(): boolean {
    return !this.isTaken;
  }

  async enter(asker: string, signal: AbortSignal): Promise<void> {
    if (!this.isTaken) {
      this.isTaken = true;
      return;
    }
    if (this.waitingCount >= this.maxWaiting) throw new LaneFullError('too much waits in this lane');
    await this.turn(asker, signal);
  }

  leave(): void {
    const [next] = this.waiting;
    if (!next) {
      this.isTaken = false;
      return;
    }
    const [asker, queue] = next;
    const [start] = queue;
    this.drop(asker, start);
    // Behind all others who ask, where more of its work waits.
    if (this.waiting.delete(asker)) this.waiting.set(asker, queue);
    start?.();
  }

  private turn(asker: string, signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const giveUp = (): void => {
      this.drop(asker, start);
      reject(signal.reason as Error);
    };
    const start = (): void => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    };
    signal.addEventListener('abort', giveUp, { once: true });
    this.waiting.set(asker, (this.waiting.get(asker) ?? new Set()).add(start));
    this.waitingCount += 1;
    return promise;
  }

  private drop(asker: string, start: (() => void) | undefined): void {
    const queue = this.waiting.get(asker);
    if (!start || !queue?.delete(start)) return;
    this.waitingCount -= 1;
    if (queue.size === 0) this.waiting.delete(asker);
  }
}
