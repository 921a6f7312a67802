import type { BrokerError } from '#sdk';

/** How a call to a backend ended, as far as the gateway can know. What it threw may hold secrets: see `BackendCalls.cause`. */
export type CallEnd<T> =
  | { readonly kind: 'answered'; readonly value: T }
  | { readonly kind: 'refused'; readonly error: BrokerError; readonly thrown?: unknown }
  /** It threw something without a known meaning, or the deadline passed: what it did is not certain. */
  | { readonly kind: 'unknown'; readonly reason: string; readonly thrown?: unknown };
