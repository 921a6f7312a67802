import type { Call, InstanceRef } from '../call.js';

/** What steps learned, for later ones and for the end: small, any JSON value. All of them together fit into the slot. */
export type StepResults = Readonly<Record<string, unknown>>;

/** What comes with each call of a step. */
export interface StepContext<R> {
  readonly request: R;
  /**
   * Operation id and step name: an idempotency key. A step that was interrupted is called again under the same one, and must
   * end in one thing, not two.
   */
  readonly key: string;
  /** What the steps before gave, by their names. */
  readonly results: StepResults;
  readonly call: Call;
}

/** It is done; `result` is committed before the next step begins. */
export interface StepDone {
  readonly kind: 'done';
  readonly result?: unknown;
}

/** It is not done yet: it is called again. `description` is shown to the platform's users. */
export interface StepWaiting {
  readonly kind: 'waiting';
  readonly description?: string;
  readonly retryAfterMs?: number;
}

export type StepOutcome = StepDone | StepWaiting;

export const stepDone = (result?: unknown): StepDone => ({ kind: 'done', result });
export const stepWaiting = (more: Omit<StepWaiting, 'kind'> = {}): StepWaiting => ({ kind: 'waiting', ...more });

/** One step of a piece of work that has several. */
export interface Step<R extends InstanceRef> {
  /** Up to 64 characters; shown to the platform's users as progress. Never changed: what is recorded names it. */
  readonly name: string;
  /**
   * A BrokerError says that it failed for good. Anything else leaves its outcome unknown: it is called again under its key.
   */
  do(context: StepContext<R>): Promise<StepOutcome>;
  /**
   * Removes what `do` made, and is content when there is nothing: `do` may have been interrupted. `results` has its own
   * result where it was done. Absent: there is nothing to remove.
   */
  undo?(context: StepContext<InstanceRef>): Promise<StepOutcome>;
}
