import type { ExchangeOptions } from './exchange.js';
import type { Leftovers } from './leftovers.js';
import type { Steps } from './steps.js';

/** What every story needs. */
export interface Stage {
  readonly exchange: ExchangeOptions;
  readonly leftovers: Leftovers;
  readonly steps: Steps;
}
