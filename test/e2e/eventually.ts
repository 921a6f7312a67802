/** Many times what a loaded machine needs, and less than a test may take: so that it says what was not there. */
const LIMIT_MS = 120_000;

/** Looks until the condition holds, and fails when it does not in two minutes. Gives what was seen last. */
export async function eventually<T>(look: () => T | Promise<T>, holds: (seen: T) => boolean): Promise<T> {
  const endMs = Date.now() + LIMIT_MS;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > endMs) throw new Error(`not within ${LIMIT_MS / 1_000} s; seen last: ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Waits until the condition holds, and fails when it does not in two minutes. */
export function until(condition: () => boolean | Promise<boolean>): Promise<boolean> {
  return eventually(condition, (holds) => holds);
}
