import { isOfAnyCopy } from './class-of-any-copy.js';

const KEY = Symbol.for('@osb-gateway/sdk/UnknownOutcome');

/**
 * For a backend that cannot know what a call did and has something to say about it. Message and causes go to
 * the gateway's operator, with the operation and in the log, without the values of settings, parameters and contexts and
 * without addresses: write no other secret into them. Any other error that is no BrokerError means the same.
 *
 * `instanceof` also holds for one that another copy of this SDK made.
 */
export class UnknownOutcome extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return isOfAnyCopy(this, UnknownOutcome, KEY, value);
  }

  override readonly name: string = 'UnknownOutcome';

  get [KEY](): true {
    return true;
  }
}
