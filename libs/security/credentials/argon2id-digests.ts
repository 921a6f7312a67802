import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import type { PasswordDigests } from '#core';
import { ConcurrencyLimit } from './concurrency-limit.js';
import { formatPhcString, parsePhcString, type Argon2idDigest } from './phc-string.js';

const argon2Async = promisify(argon2);

/** OWASP's lowest memory setting: about 15 ms and 19 MiB a check. */
const COST = { memoryKib: 19_456, passes: 2, parallelism: 1 };
const SALT_BYTES = 16;
const TAG_BYTES = 32;
/** Leaves two of the four threads Node has for DNS, files and compression. */
const MAX_AT_ONCE = 2;

/** Password digests with argon2id, in PHC string format. */
export class Argon2idDigests implements PasswordDigests {
  readonly #limit = new ConcurrencyLimit(MAX_AT_ONCE);

  async digest(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const tag = await this.#hash(password, { ...COST, salt }, TAG_BYTES);
    return formatPhcString({ ...COST, salt, tag });
  }

  async verify(password: string, digest: string): Promise<boolean> {
    const parsed = parsePhcString(digest);
    if (parsed === undefined) {
      throw new Error('a stored password digest is not an argon2id PHC string; set that password again');
    }
    const tag = await this.#hash(password, parsed, parsed.tag.length);
    return timingSafeEqual(tag, parsed.tag);
  }

  #hash(password: string, cost: Omit<Argon2idDigest, 'tag'>, tagLength: number): Promise<Buffer> {
    const { memoryKib: memory, passes, parallelism, salt: nonce } = cost;
    const message = password.normalize('NFC');
    return this.#limit.run(() => argon2Async('argon2id', { message, nonce, parallelism, tagLength, memory, passes }));
  }
}

/** A digest no password has, at the cost of a real one: what an unknown username is checked against. */
export function decoyDigest(): string {
  return formatPhcString({ ...COST, salt: randomBytes(SALT_BYTES), tag: randomBytes(TAG_BYTES) });
}

/** Whether a text can be given to {@link Argon2idDigests.verify}, for checking configuration at start. */
export function isPasswordDigest(text: string): boolean {
  return parsePhcString(text) !== undefined;
}
