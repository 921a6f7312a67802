import type { BindingResult, BrokerError, InstanceResult } from '#sdk';

/** What one call to the backend brought the operation. */
export type Step =
  | { readonly kind: 'done'; readonly instance?: InstanceResult; readonly binding?: BindingResult }
  | { readonly kind: 'accepted'; readonly pollToken?: string; readonly retryAfterMs?: number; readonly instance?: InstanceResult }
  | { readonly kind: 'in progress'; readonly retryAfterMs?: number }
  | { readonly kind: 'gone' }
  | { readonly kind: 'refused'; readonly error: BrokerError }
  | { readonly kind: 'unknown'; readonly reason: string };
