import { createHash } from 'node:crypto';
import type { Broker } from './broker.js';
import type { Inspection } from './inspection.js';
import type { Family } from './actions/action.js';
import type { Arena } from './session.js';

/** What everybody who takes part in a run works with. */
export interface World extends Arena {
  readonly seed: string;
  readonly broker: Broker;
  readonly inspection: Inspection;
  readonly families: readonly Family[];
  /** Fires when nothing new is begun any more. */
  readonly signal: AbortSignal;
}

/** The same id for the same seed and part. */
export function idOf({ seed }: World, ...part: readonly (string | number)[]): string {
  const hex = createHash('sha256').update([seed, ...part].join('/')).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
