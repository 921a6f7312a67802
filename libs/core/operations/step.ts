import type { BindingResult, BrokerError, InstanceResult } from '#sdk';
import type { InstanceChange } from './lifecycle-store.js';

/** What the backend answered or threw, for operators alone: redacted and bounded. */
interface WithCause {
  readonly cause?: string;
}

/** What one call to the backend brought the operation. */
export type Step = WithCause & StepEnd;

type StepEnd =
  | { readonly kind: 'done'; readonly instance?: InstanceResult; readonly binding?: BindingResult; readonly description?: string }
  | { readonly kind: 'accepted'; readonly pollToken?: string; readonly retryAfterMs?: number; readonly instance?: InstanceResult }
  | { readonly kind: 'in progress'; readonly retryAfterMs?: number; readonly description?: string }
  | { readonly kind: 'gone' }
  /** Nothing was sent: another call of the instance may be under way, or a deprovision has overtaken this operation. */
  | { readonly kind: 'waits' }
  /** The backend accepted a create or update, and answers polls as if it had not. */
  | { readonly kind: 'not found' }
  | { readonly kind: 'refused'; readonly error: BrokerError }
  /** `mayActForMs`: how long what was sent may still do something. */
  | { readonly kind: 'unknown'; readonly reason: string; readonly mayActForMs?: number }
  /** Nobody is known to have heard of the operation before this process took it over: it is not begun. */
  | { readonly kind: 'unconfirmed'; readonly instance?: InstanceChange }
  /** An update that did not end in the time it was given, and what its backend tells of the instance. */
  | { readonly kind: 'overrun'; readonly instance?: InstanceChange };
