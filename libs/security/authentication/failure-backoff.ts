import { LruMap } from './lru-map.js';

interface Failures {
  readonly username: string;
  /** Which wrong passwords, as keys that tell nothing about them. */
  readonly passwords: Set<string>;
  lastAt: number;
}

/** A platform whose password was changed sends one wrong password again and again; only guessing makes many. */
const FREE_PASSWORDS = 5;
const MAX_PASSWORDS = 32;
const LONGEST_MS = 60_000;
const FORGOTTEN_AFTER_MS = 15 * 60_000;
const MAX_PAIRS = 10_000;

/** Slows down guessing, per username and client address. The same wrong password counts once. */
export class FailureBackoff {
  readonly #failures = new LruMap<string, Failures>(MAX_PAIRS);

  /** `now` in milliseconds, steadily rising. */
  constructor(private readonly now: () => number) {}

  /** How long this username may not be tried from this address; 0 when it may. */
  waitMs(username: string, address: string): number {
    const found = this.#recent(username, address);
    const over = (found?.passwords.size ?? 0) - FREE_PASSWORDS;
    if (found === undefined || over < 0) return 0;
    const pauseMs = Math.min(1000 * 2 ** over, LONGEST_MS);
    return Math.max(0, found.lastAt + pauseMs - this.now());
  }

  failed(username: string, address: string, passwordKey: string): void {
    const found = this.#recent(username, address) ?? { username, passwords: new Set<string>(), lastAt: 0 };
    if (found.passwords.has(passwordKey)) return;
    if (found.passwords.size < MAX_PASSWORDS) found.passwords.add(passwordKey);
    found.lastAt = this.now();
    this.#failures.set(pairOf(username, address), found);
  }

  succeeded(username: string, address: string): void {
    this.#failures.delete(pairOf(username, address));
  }

  /** Forgets the failures of one username. */
  forget(username: string): void {
    this.#failures.deleteWhere((failures) => failures.username === username);
  }

  #recent(username: string, address: string): Failures | undefined {
    const found = this.#failures.get(pairOf(username, address));
    return found !== undefined && this.now() - found.lastAt < FORGOTTEN_AFTER_MS ? found : undefined;
  }
}

function pairOf(username: string, address: string): string {
  return JSON.stringify([username, address]);
}
