import { argon2, argon2Sync, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { PasswordDigests, PasswordOrigin } from '#core';
import { ConcurrencyLimit } from './concurrency-limit.js';
import { formatPhcString, parsePhcString, type Argon2idDigest } from './phc-string.js';

const argon2Async = promisify(argon2);

/** OWASP's lowest memory setting: about 15 ms and 19 MiB a check. */
const COST = { memoryKib: 19_456, passes: 2, parallelism: 1 };
/** The least argon2id can do: microseconds. For passwords of 256 random bits, which no number of tries finds. */
const QUICK_COST = { memoryKib: 8, passes: 1, parallelism: 1 };
const SALT_BYTES = 16;
const TAG_BYTES = 32;
/** Leaves two of the four threads Node has for DNS, files and compression. */
const MAX_AT_ONCE = 2;

/**
 * Password digests with argon2id, in PHC string format. Those of generated passwords cost next to nothing; their
 * parameters say which they are, and the release before reads them as well.
 */
export class Argon2idDigests implements PasswordDigests {
  readonly #limit = new ConcurrencyLimit(MAX_AT_ONCE);

  async digest(password: string, origin: PasswordOrigin): Promise<string> {
    const cost = { ...(origin === 'generated' ? QUICK_COST : COST), salt: randomBytes(SALT_BYTES) };
    return formatPhcString({ ...cost, tag: await this.#hash(password, cost, TAG_BYTES) });
  }

  async verify(password: string, digest: string): Promise<boolean> {
    const parsed = parsePhcString(digest);
    if (parsed === undefined) {
      throw new Error('a stored password digest is not an argon2id PHC string; set that password again');
    }
    const tag = await this.#hash(password, parsed, parsed.tag.length);
    return timingSafeEqual(tag, parsed.tag);
  }

  isQuick(digest: string): boolean {
    const parsed = parsePhcString(digest);
    return parsed !== undefined && isQuickCost(parsed);
  }

  async #hash(password: string, cost: Omit<Argon2idDigest, 'tag'>, tagLength: number): Promise<Buffer> {
    const { memoryKib: memory, passes, parallelism, salt: nonce } = cost;
    const parameters = { message: password.normalize('NFC'), nonce, parallelism, tagLength, memory, passes };
    // Not behind the slow ones: a flood of those holds up nobody with a generated password.
    if (isQuickCost(cost)) return argon2Sync('argon2id', parameters);
    return this.#limit.run(() => argon2Async('argon2id', parameters));
  }
}

const isQuickCost = ({ memoryKib, passes }: Omit<Argon2idDigest, 'tag'>): boolean =>
  memoryKib <= QUICK_COST.memoryKib && passes <= QUICK_COST.passes;

/** A digest no password has, at the cost of a real one: what an unknown username is checked against. */
export function decoyDigest(): string {
  return formatPhcString({ ...COST, salt: randomBytes(SALT_BYTES), tag: randomBytes(TAG_BYTES) });
}

/** Whether a text can be given to {@link Argon2idDigests.verify}, for checking configuration at start. */
export function isPasswordDigest(text: string): boolean {
  return parsePhcString(text) !== undefined;
}
