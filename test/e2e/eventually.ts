/** Looks until the condition holds, and fails when it does not in time. Gives what was seen last. */
export async function eventually<T>(look: () => T | Promise<T>, holds: (seen: T) => boolean, limitMs = 10_000): Promise<T> {
  const endMs = Date.now() + limitMs;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > endMs) throw new Error(`not within ${limitMs / 1_000} s; seen last: ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
