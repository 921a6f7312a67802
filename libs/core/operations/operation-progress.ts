import type { BindingResult, InstanceResult } from '#sdk';
import type { OperationFailure } from './operation.js';

/** What the backend gave, as far as this kind of operation gives anything. */
export interface OperationResult {
  readonly instance?: InstanceResult;
  readonly binding?: BindingResult;
}

/** Where an operation stands after a step. */
export type Progress =
  | { readonly kind: 'succeeded'; readonly gone: boolean; readonly result: OperationResult }
  | { readonly kind: 'failed'; readonly failure: OperationFailure }
  | { readonly kind: 'in progress'; readonly result: OperationResult }
  /** Another process has taken it over; what this one learned was not written. */
  | { readonly kind: 'lost' };
