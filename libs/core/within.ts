/** Waits for the work, but not longer than this. Says whether it was over in time. */
export async function within(timeMs: number, work: Promise<unknown>): Promise<boolean> {
  const timeIsUp = Promise.withResolvers<false>();
  const timer = setTimeout(timeIsUp.resolve, Math.max(0, timeMs), false);
  try {
    return await Promise.race([work.then(() => true as const), timeIsUp.promise]);
  } finally {
    clearTimeout(timer);
  }
}
