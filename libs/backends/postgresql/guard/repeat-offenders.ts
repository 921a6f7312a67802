const WINDOW_MS = 60_000;
const MAX_REMEMBERED = 1_000;

/** Counts how often the sessions of a login were ended lately. */
export class RepeatOffenders {
  readonly #endedAtMs = new Map<string, number[]>();

  /** @returns how often within the last minute, this time included */
  count(login: string): number {
    const now = performance.now();
    const recent = [...(this.#endedAtMs.get(login) ?? []).filter((atMs) => now - atMs < WINDOW_MS), now];
    this.#endedAtMs.delete(login);
    this.#endedAtMs.set(login, recent.slice(-MAX_REMEMBERED));
    const [oldest] = this.#endedAtMs.keys();
    if (this.#endedAtMs.size > MAX_REMEMBERED && oldest !== undefined) this.#endedAtMs.delete(oldest);
    return recent.length;
  }
}
