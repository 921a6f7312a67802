import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import type { PasswordDigests } from '#core';
import { BrokerError } from '#sdk';
import { decoyDigest } from '../credentials/argon2id-digests.js';
import { MAX_BASIC_HEADER_LENGTH, parseBasicHeader, type BasicCredentials } from '../credentials/basic-header.js';
import { TooManyWaitingError } from '../credentials/concurrency-limit.js';
import { FairQueue } from '../credentials/fair-queue.js';
import { FailureBackoff } from './failure-backoff.js';
import { KnownCredentials, type Credential, type FindCredential, type Lookup } from './known-credentials.js';
import { LruMap } from './lru-map.js';

interface Verified<S> {
  readonly username: string;
  readonly subject: S;
  readonly version: string;
  readonly until: number;
}

interface Refused {
  readonly username: string;
  readonly until: number;
}

/** One header from one address, on its way through. */
interface Attempt extends BasicCredentials {
  readonly key: string;
  readonly address: string;
  readonly era: number;
}

const VERIFIED_MS = 60_000;
/** For a verdict made without the directory, and for a refusal. */
const BRIEF_MS = 5000;
const MAX_HEADERS = 10_000;
/** Headers never seen before: how many are looked into at once, and how many may wait for that. */
const MAX_STRANGERS = 4;
const MAX_STRANGERS_WAITING = 100;

const DECOY = decoyDigest();

/**
 * Tells who sent a Basic header. The slow password check runs once per header: a verified header is remembered under
 * a keyed hash, and later only its credential's version is looked up again, once a minute.
 */
export class HeaderVerifier<S> {
  readonly #hashKey = createSecretKey(randomBytes(32));
  readonly #verified = new LruMap<string, Verified<S>>(MAX_HEADERS);
  /** Apart from the verified ones, so that a flood of wrong headers pushes none of them out. */
  readonly #refused = new LruMap<string, Refused>(MAX_HEADERS);
  readonly #running = new Map<string, Promise<S | undefined>>();
  readonly #lookups = new FairQueue(MAX_STRANGERS, MAX_STRANGERS_WAITING);
  readonly #strangers = new FairQueue(MAX_STRANGERS, MAX_STRANGERS_WAITING);
  readonly #known: KnownCredentials<S>;
  readonly #backoff: FailureBackoff;
  /** Rises when something is forgotten, so that a check begun before leaves no trace. */
  #era = 0;

  constructor(
    find: FindCredential<S>,
    private readonly digests: PasswordDigests,
    private readonly now: () => number,
  ) {
    this.#known = new KnownCredentials(find, now);
    this.#backoff = new FailureBackoff(now);
  }

  /** Who sent it, when this header was verified within the last minute. Microseconds. */
  recall(header: string | undefined): S | undefined {
    if (header === undefined || header.length > MAX_BASIC_HEADER_LENGTH) return undefined;
    const verified = this.#verified.get(this.#keyOf(header));
    return verified !== undefined && this.now() < verified.until ? verified.subject : undefined;
  }

  /**
   * Who sent it; undefined when the header is not good.
   *
   * @throws BrokerError `Unauthorized` with a time to wait after too many wrong passwords, `Unavailable` when the
   * directory is away and nothing known fits, or when too many checks wait
   */
  async verify(header: string | undefined, address: string): Promise<S | undefined> {
    const credentials = parseBasicHeader(header);
    if (header === undefined || credentials === undefined) return undefined;
    const key = this.#keyOf(header);
    const verified = this.#verified.get(key);
    if (verified !== undefined && this.now() < verified.until) return verified.subject;
    if (this.now() < (this.#refused.get(key)?.until ?? -Infinity)) return undefined;
    const attempt = { ...credentials, key, address, era: this.#era };
    return this.#once(attempt, () =>
      verified === undefined ? this.#admitStranger(attempt) : this.#renew(attempt, verified),
    );
  }

  /** Drops everything known of one username, or of all: the next request is checked from the start. */
  forget(username?: string): void {
    this.#era += 1;
    this.#running.clear();
    this.#known.forget(username);
    const concerns = (entry: { readonly username: string }): boolean =>
      username === undefined || entry.username === username;
    this.#verified.deleteWhere(concerns);
    this.#refused.deleteWhere(concerns);
    if (username !== undefined) this.#backoff.forget(username);
  }

  #keyOf(header: string): string {
    return createHmac('sha256', this.#hashKey).update(header, 'utf8').digest('base64');
  }

  #refuseWhileBackingOff({ username, address }: Attempt): void {
    const waitMs = this.#backoff.waitMs(username, address);
    if (waitMs === 0) return;
    const retryAfterSeconds = Math.ceil(waitMs / 1000);
    const way = `try again in ${retryAfterSeconds} s`;
    throw new BrokerError('Unauthorized', `too many wrong passwords for this username; ${way}`, { retryAfterSeconds });
  }

  /** A second request with the same header waits for the first one's verdict. */
  #once({ key }: Attempt, check: () => Promise<S | undefined>): Promise<S | undefined> {
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    const checking = check().finally(() => {
      if (this.#running.get(key) === checking) this.#running.delete(key);
    });
    this.#running.set(key, checking);
    return checking;
  }

  async #renew(attempt: Attempt, verified: Verified<S>): Promise<S | undefined> {
    const lookup = await this.#known.find(attempt.username);
    const { credential, current } = lookup;
    if (credential?.version === verified.version) return this.#accept(attempt, credential, current);
    return (await this.#checkQuickly(attempt, lookup)) ?? this.#checkPassword(attempt, lookup);
  }

  /**
   * A generated password is checked before anything slow: no flood holds it up. A wrong one goes the way of all others,
   * or the time would tell which usernames there are.
   */
  async #admitStranger(attempt: Attempt): Promise<S | undefined> {
    try {
      const lookup = await this.#lookups.run(attempt, () => this.#known.find(attempt.username));
      const accepted = await this.#checkQuickly(attempt, lookup);
      if (accepted !== undefined) return accepted;
      this.#refuseWhileBackingOff(attempt);
      return await this.#strangers.run(attempt, () => this.#checkPassword(attempt, lookup));
    } catch (error) {
      if (error instanceof TooManyWaitingError) throw unavailable('too many new credentials are being checked');
      throw error;
    }
  }

  async #checkQuickly(attempt: Attempt, { credential, current }: Lookup<S>): Promise<S | undefined> {
    if (credential === undefined || !this.digests.isQuick(credential.digest)) return undefined;
    if (!(await this.digests.verify(attempt.password, credential.digest))) return undefined;
    return this.#accept(attempt, credential, current);
  }

  /** The same work for every username, known or not. */
  async #checkPassword(attempt: Attempt, { credential, current }: Lookup<S>): Promise<S | undefined> {
    const isQuick = credential !== undefined && this.digests.isQuick(credential.digest);
    const matches = await this.digests.verify(attempt.password, isQuick ? DECOY : (credential?.digest ?? DECOY));
    if (matches && credential !== undefined && !isQuick) {
      this.#backoff.succeeded(attempt.username, attempt.address);
      return this.#accept(attempt, credential, current);
    }
    this.#backoff.failed(attempt.username, attempt.address, attempt.key);
    if (!current) throw unavailable('credentials cannot be checked right now');
    this.#refuse(attempt);
    return undefined;
  }

  #accept({ username, key, era }: Attempt, { subject, version }: Credential<S>, current: boolean): S {
    const until = this.now() + (current ? VERIFIED_MS : BRIEF_MS);
    if (era === this.#era) this.#verified.set(key, { username, subject, version, until });
    return subject;
  }

  #refuse({ username, key, era }: Attempt): void {
    if (era !== this.#era) return;
    this.#verified.delete(key);
    this.#refused.set(key, { username, until: this.now() + BRIEF_MS });
  }
}

function unavailable(reason: string): BrokerError {
  return new BrokerError('Unavailable', `${reason}; try again in a few seconds`, { retryAfterSeconds: 5 });
}
