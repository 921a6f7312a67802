import { BrokerError, type PlatformRef } from '#sdk';
import { PLATFORM_PROFILES } from '../platforms/platform-profiles.js';
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

/** Until when it may wait for its turn: a platform that has one worker for everything is told sooner to come again. */
export function turnEndsAt({ deadline, platform }: Pick<Caller, 'deadline' | 'platform'>): Date {
  const longestMs = PLATFORM_PROFILES[platform.kind].promoteAfterMs ?? Infinity;
  return new Date(Math.min(deadline.getTime(), Date.now() + longestMs));
}

/** The answer nobody gets. */
export const hungUp = (): BrokerError => new BrokerError('ConcurrencyError', 'the request was given up before anything was done');
