/** The operation is complete: what was asked exists, or is gone, when this is returned. */
export interface Done<T> {
  readonly kind: 'done';
  readonly result: T;
}

/** The operation goes on at the backend; the gateway polls `last operation` until it ends. */
export interface Accepted<T> {
  readonly kind: 'accepted';
  /** Given back on every poll, byte for byte; any length, kept sealed. */
  readonly pollToken?: string;
  /** When the first poll makes sense. The gateway clamps it. */
  readonly retryAfterMs?: number;
  /** What is known already, for example the dashboard's address. */
  readonly result?: Partial<T>;
}

export type Outcome<T> = Done<T> | Accepted<T>;

export const done = <T>(result: T): Done<T> => ({ kind: 'done', result });
export const accepted = <T>(more: Omit<Accepted<T>, 'kind'> = {}): Accepted<T> => ({ kind: 'accepted', ...more });

/** The state of an accepted operation (OSB 2.17, Polling Last Operation). */
export type LastOperation =
  | { readonly kind: 'in progress'; readonly description?: string; readonly retryAfterMs?: number }
  | { readonly kind: 'succeeded'; readonly description?: string }
  | {
      readonly kind: 'failed';
      readonly description?: string;
      readonly instanceUsable?: boolean;
      readonly updateRepeatable?: boolean;
    }
  /**
   * There is no such instance, binding or operation: the success of a delete. A create or update is polled on for a while,
   * and then what exists decides.
   */
  | { readonly kind: 'gone' };
