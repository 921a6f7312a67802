import { BrokerError, type PlatformRef } from '#sdk';
import type { Origin } from './operation.js';

/** Who asks, and how: what every use case needs to know of a request. */
export interface Caller {
  readonly platform: PlatformRef;
  readonly origin: Origin;
  /** Minor of `X-Broker-API-Version`; the major is always 2. */
  readonly apiMinor: number;
  readonly acceptsIncomplete: boolean;
  /** When this request has to be answered. */
  readonly deadline: Date;
  /**
   * Whether nobody waits for the answer any more. What has begun goes on; a create that had to wait is not begun then: it
   * would outlive the delete its platform may have sent since.
   */
  readonly hasHungUp: () => boolean;
}

/** The answer nobody gets. */
export const hungUp = (): BrokerError => new BrokerError('ConcurrencyError', 'the request was given up before anything was done');
