/** The durations of a gateway under test: short, but each still longer than what it bounds takes on a busy machine. */
export const BENCH_TIMINGS = {
  budgetMs: 4_000,
  callMs: 1_000,
  leaseMs: 800,
  tickMs: 40,
  firstPollMs: 40,
  longestPollMs: 200,
  longestRetryMs: 200,
  ceilingMs: 60_000,
  cleanUpMs: 60_000,
};

/** How long a platform of the bench waits for an answer. Longer than the gateway's budget, as in life. */
export const CLIENT_TIMEOUT_MS = 5_000;

/** How long operations of asynchronous plans take. */
export const ASYNC_MS = 150;
