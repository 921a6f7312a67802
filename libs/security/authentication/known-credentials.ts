import { Logger } from '@nestjs/common';
import { LruMap } from './lru-map.js';

/** What is known of a username: who it is and how to check the password. */
export interface Credential<S> {
  readonly subject: S;
  readonly digest: string;
  readonly version: string;
}

/** Undefined when nobody has that username; rejects when that cannot be told now. */
export type FindCredential<S> = (username: string) => Promise<Credential<S> | undefined>;

export interface Lookup<S> {
  readonly credential: Credential<S> | undefined;
  /** False when the directory could not be asked and this is what was known last. */
  readonly current: boolean;
}

/** A database that hangs must not hold up a platform that was known before. */
const LOOKUP_LIMIT_MS = 2000;
/** How long a directory that failed is left alone. */
const PAUSE_MS = 5000;
const MAX_USERNAMES = 10_000;

/** Looks credentials up, and remembers them for the time the directory is away. */
export class KnownCredentials<S> {
  readonly #remembered = new LruMap<string, { readonly username: string; readonly credential: Credential<S> }>(
    MAX_USERNAMES,
  );
  readonly #logger = new Logger(KnownCredentials.name);
  #pausedUntil = -Infinity;
  #away = false;
  /** Rises when something is forgotten, so that a look-up begun before does not bring it back. */
  #era = 0;

  constructor(
    private readonly directory: FindCredential<S>,
    private readonly now: () => number,
  ) {}

  async find(username: string): Promise<Lookup<S>> {
    if (this.now() < this.#pausedUntil) return this.#lastKnown(username);
    const era = this.#era;
    try {
      const credential = await withinLimit(this.directory(username));
      this.#back();
      if (era === this.#era) this.#remember(username, credential);
      return { credential, current: true };
    } catch (error) {
      this.#gone(error);
      return this.#lastKnown(username);
    }
  }

  /** Drops what is known of one username, or of all. */
  forget(username?: string): void {
    this.#era += 1;
    this.#remembered.deleteWhere((known) => username === undefined || known.username === username);
  }

  #lastKnown(username: string): Lookup<S> {
    return { credential: this.#remembered.get(username)?.credential, current: false };
  }

  #remember(username: string, credential: Credential<S> | undefined): void {
    if (credential === undefined) this.#remembered.delete(username);
    else this.#remembered.set(username, { username, credential });
  }

  #gone(error: unknown): void {
    this.#pausedUntil = this.now() + PAUSE_MS;
    if (this.#away) return;
    this.#away = true;
    const reason = error instanceof Error ? error.message : 'unknown reason';
    this.#logger.warn(`credentials cannot be looked up (${reason}); those known stay valid`);
  }

  #back(): void {
    if (!this.#away) return;
    this.#away = false;
    this.#logger.log('credentials can be looked up again');
  }
}

async function withinLimit<T>(lookup: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${LOOKUP_LIMIT_MS} ms`)), LOOKUP_LIMIT_MS);
  });
  try {
    return await Promise.race([lookup, limit]);
  } finally {
    clearTimeout(timer);
  }
}
