import type { PlatformClock } from '../clock.js';
import type { Failed, Outcome } from './answers.js';
import type { BrokerClient } from './broker-client.js';
import { setCondition, type BindingStatus, type Condition, type InstanceStatus, type ServiceBinding, type ServiceInstance } from './objects.js';
import type { RetryBackoff } from './retry-backoff.js';
import type { Store } from './store.js';
import { RetryLater, type WorkQueue } from '../work-queue.js';

/** What a controller has at hand. */
export interface Desk {
  readonly store: Store;
  readonly clock: PlatformClock;
  readonly broker: BrokerClient;
  readonly queue: WorkQueue<ServiceInstance | ServiceBinding>;
  readonly backoff: RetryBackoff;
  /** The feature gate `AsyncBindingOperations`, which is off unless somebody opens it. */
  readonly asyncBindings: boolean;
  /** Whether the broker belongs to a namespace; the plan before an update is not told then. */
  readonly isNamespaced: boolean;
}

const SEVEN_DAYS_SECONDS = 7 * 24 * 3_600;
const LONGEST_OPERATION = 10_000;

/** The statuses after which something may be left, bodies that cannot be read included. */
export function mayHaveLeftSomething(failed: Failed): boolean {
  if (failed.kind !== 'http') return failed.kind === 'timeout';
  const isGood = failed.status >= 200 && failed.status < 300 && failed.status !== 200;
  return isGood || failed.status >= 500;
}

export function ready(status: Condition['status'], reason: string, message: string): Condition {
  return { type: 'Ready', status, reason, message };
}

export const failedBecause = (reason: string, message: string): Condition => ({ type: 'Failed', status: 'True', reason, message });

/** Says why it does not go on, and tries again later. */
export function tryAgain(status: InstanceStatus | BindingStatus, condition: Condition): never {
  setCondition(status, condition);
  throw new RetryLater(condition.message);
}

/** An operation goes on in the broker. The API server refuses to keep a word for it that is too long. */
export function goesOn(status: InstanceStatus | BindingStatus, { body }: Extract<Outcome, { kind: 'later' }>): void {
  const operation: unknown = body.operation ?? undefined;
  if (typeof operation === 'string' && operation.length > LONGEST_OPERATION) throw new RetryLater('status.lastOperation: Too long');
  if (typeof operation === 'string') status.lastOperation = operation;
  status.asyncOpInProgress = true;
}

/** Seven days after it began an operation is given up. */
export function isExpired({ clock }: Desk, { operationStartSeconds }: InstanceStatus | BindingStatus): boolean {
  return operationStartSeconds !== undefined && clock.nowSeconds - operationStartSeconds > SEVEN_DAYS_SECONDS;
}

export const EXPIRED = failedBecause('ErrorReconciliationRetryTimeout', 'Stopping reconciliation retries because too much time has elapsed');

/** Whoever waits for an instance is looked at again. */
export function wakeBindings({ store, queue }: Desk, instance: ServiceInstance): void {
  for (const binding of store.bindingsOf(instance)) queue.add(binding);
}
