import { setTimeout as pause } from 'node:timers/promises';

/** How long a minute of a platform takes in stories; short enough that a test waits for the gateway and not for this. */
const STORY_MINUTE_MS = 30;

/**
 * The time of a platform, quicker than ours. Every waiting time keeps its ratio to the others: a poll a minute, a retry
 * after 2^n minutes, an end after seven days. Only answers take the time they take: see {@link Exchange}.
 */
export class PlatformClock {
  private readonly startedMs = performance.now();
  private readonly stopping = new AbortController();

  constructor(private readonly minuteMs = STORY_MINUTE_MS) {}

  /** The platform's seconds since it was started. */
  get nowSeconds(): number {
    return ((performance.now() - this.startedMs) / this.minuteMs) * 60;
  }

  /** Waits so many of the platform's seconds; rejects when the clock is stopped, as the process that waits has ended. */
  async wait(seconds: number): Promise<void> {
    await pause((seconds * this.minuteMs) / 60, undefined, { signal: this.stopping.signal });
  }

  /** Ends every wait, of now and later. */
  stop(): void {
    this.stopping.abort();
  }
}
