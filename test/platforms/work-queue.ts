import type { PlatformClock } from './clock.js';

/** To be tried again, after a pause that doubles. */
export class RetryLater extends Error {
  override readonly name = 'RetryLater';
}

/** The process that waits for this has ended. */
export class ControllerDied extends Error {
  override readonly name = 'ControllerDied';
}

/** What a controller looks after. */
export interface Reconcilable {
  readonly status: object;
}

/** How long a failing item is left alone: 5 ms unless told, then twice as long each time. */
export interface RetryLimits {
  readonly firstPauseSeconds?: number;
  readonly longestPauseSeconds: number;
  /** After so many retries in a row it is dropped, until everything is looked at again. */
  readonly mostRetries?: number;
}

interface Entry {
  dueSeconds: number[];
  failures: number;
  polls: number;
  isRunning: boolean;
  wake: () => void;
}

const FIRST_PAUSE_SECONDS = 0.005;
const RESYNC_SECONDS = 300;
const FIRST_POLL_SECONDS = 1;
/** Of polls, and of provisions and updates that are tried again. */
const LONGEST_PAUSE_SECONDS = 1_200;

/** A pause of one second, then two, four, to twenty minutes. */
export const doubling = (count: number): number => Math.min(FIRST_POLL_SECONDS * 2 ** count, LONGEST_PAUSE_SECONDS);

/** One item at a time is worked on by one worker. Every change of its status brings it back at once, as watches do. */
export class WorkQueue<Item extends Reconcilable> {
  private readonly entries = new Map<Item, Entry>();
  private isStopped = false;

  constructor(
    private readonly clock: PlatformClock,
    private readonly reconcile: (item: Item) => Promise<void>,
    private readonly changed: () => void,
    private readonly limits: RetryLimits,
  ) {}

  add(item: Item, afterSeconds = 0): void {
    const entry = this.entryOf(item);
    entry.dueSeconds.push(this.clock.nowSeconds + afterSeconds);
    if (entry.isRunning) return entry.wake();
    entry.isRunning = true;
    void this.run(item, entry).catch(swallowEndings);
  }

  pollLater(item: Item): void {
    const entry = this.entryOf(item);
    this.add(item, doubling(entry.polls));
    entry.polls += 1;
  }

  finishPolling(item: Item): void {
    this.entryOf(item).polls = 0;
  }

  /** The process ends; answers that come later are nobody's. */
  stop(): void {
    this.isStopped = true;
    for (const { wake } of this.entries.values()) wake();
  }

  async alive<T>(step: Promise<T>): Promise<T> {
    const outcome = await step;
    if (this.isStopped) throw new ControllerDied();
    return outcome;
  }

  private async run(item: Item, entry: Entry): Promise<void> {
    while (entry.dueSeconds.length > 0 && !this.isStopped) {
      const now = this.clock.nowSeconds;
      const soonest = Math.min(...entry.dueSeconds);
      if (soonest > now) {
        await Promise.race([this.clock.wait(soonest - now), new Promise<void>((woken) => (entry.wake = woken))]);
        continue;
      }
      entry.dueSeconds = entry.dueSeconds.filter((due) => due > now);
      await this.once(item, entry);
    }
    entry.isRunning = false;
  }

  private async once(item: Item, entry: Entry): Promise<void> {
    const before = JSON.stringify(item.status);
    try {
      await this.reconcile(item);
      entry.failures = 0;
    } catch (error) {
      if (!(error instanceof RetryLater)) throw error;
      this.retry(entry);
    }
    if (JSON.stringify(item.status) !== before) entry.dueSeconds.push(this.clock.nowSeconds);
    this.changed();
  }

  private retry(entry: Entry): void {
    const { firstPauseSeconds = FIRST_PAUSE_SECONDS, longestPauseSeconds, mostRetries = Infinity } = this.limits;
    const isDropped = entry.failures >= mostRetries;
    const pause = isDropped ? RESYNC_SECONDS : Math.min(firstPauseSeconds * 2 ** entry.failures, longestPauseSeconds);
    entry.failures = isDropped ? 0 : entry.failures + 1;
    entry.dueSeconds.push(this.clock.nowSeconds + pause);
  }

  private entryOf(item: Item): Entry {
    const entry = this.entries.get(item) ?? { dueSeconds: [], failures: 0, polls: 0, isRunning: false, wake: () => undefined };
    this.entries.set(item, entry);
    return entry;
  }
}

/** A process ends in the midst of calls and of waiting. */
function swallowEndings(error: unknown): void {
  const isEnding = error instanceof ControllerDied || (error instanceof Error && error.name === 'AbortError');
  if (!isEnding) throw error;
}
