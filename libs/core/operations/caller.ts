import type { PlatformRef } from '#sdk';
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
}
