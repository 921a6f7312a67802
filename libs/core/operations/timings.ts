/** Every duration of the lifecycle in one place; tests shorten them. All in milliseconds. */
export class Timings {
  /** How long a platform waits for its answer at most. Platforms hang up after 60 s. */
  readonly budgetMs: number = 50_000;
  /** How long a client may take to read its answer; one in a queue of others waits for theirs. */
  readonly answerMs: number = 120_000;
  /** How long one call to a backend may take. */
  readonly callMs: number = 50_000;
  /** After this a slow call is answered 202 where the platform takes it; a backend's policy may say otherwise. */
  readonly promoteAfterMs: number = 10_000;
  /** How long an operation belongs to a gateway process that shows no sign of life. */
  readonly leaseMs: number = 15_000;
  /** How often the runner looks for due operations when nothing wakes it. */
  readonly tickMs: number = 1_000;
  /**
   * How long a gateway that stops waits for requests and calls under way: longer than either may take, and short enough
   * to be gone within a minute.
   */
  readonly stopMs: number = 52_000;
  /** How often a request that waits for an operation looks how it stands when nothing wakes it. */
  readonly lookAgainMs: number = 500;
  /** How long a create waits until the clean-up of an earlier one of its id has ended. */
  readonly cleanUpTurnMs: number = 10_000;
  /** First and longest pause between two polls of an accepted operation; a backend's policy may say otherwise. */
  readonly firstPollMs: number = 1_000;
  readonly longestPollMs: number = 30_000;
  /** Longest pause before a mutation is sent again; a backend's policy may say otherwise. */
  readonly longestRetryMs: number = 600_000;
  /** How long a backend that keeps failing is left alone before one call tries it again. */
  readonly breakerRestMs: number = 10_000;
  /** Longest pause a backend can ask for by Retry-After. */
  readonly longestRetryAfterMs: number = 600_000;
  /** After this an operation of a plan without `maximum_polling_duration` counts as failed. */
  readonly ceilingMs: number = 24 * 3_600_000;
  /** After this a backend that does not know an accepted create, or update, is taken at its word. */
  readonly createNotFoundMs: number = 60_000;
  readonly updateNotFoundMs: number = 15 * 60_000;
  /** How long the unbinds before a deprovision may take together. */
  readonly unbindsMs: number = 30_000;
  /** How long a clean-up keeps trying. */
  readonly cleanUpMs: number = 7 * 24 * 3_600_000;
  /** How long an ended operation and a deleted instance can still be asked about. */
  readonly retentionMs: number = 7 * 24 * 3_600_000;

  constructor(changes: Partial<Timings> = {}) {
    Object.assign(this, changes);
  }
}
