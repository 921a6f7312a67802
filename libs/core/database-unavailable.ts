import { BrokerError } from '#sdk';

/**
 * The gateway's own database did not do what it was asked: 503 to the caller. Whether it was done all the same is not
 * known where `isAway`.
 */
export class DatabaseUnavailable extends BrokerError {
  /**
   * @param isAway it cannot be reached, starts, stops or has become a replica; false: it answers, and something keeps it
   *   from this statement, such as a lock or a full disk
   * @param cause for the log alone: it names the server
   */
  constructor(
    readonly isAway: boolean,
    cause: unknown,
  ) {
    const text = isAway ? 'the gateway cannot reach its database right now' : "the gateway's database is too busy right now";
    super('Unavailable', `${text}; try again later`, { retryAfterSeconds: 10 });
    this.cause = cause;
  }
}
