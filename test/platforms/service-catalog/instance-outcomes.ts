import { EXPIRED, ready, wakeBindings, type Desk } from './desk.js';
import { clearAsync, clearOperation, removeCondition, setCondition, type Condition, type ServiceInstance } from './objects.js';
import { RetryLater } from '../work-queue.js';

/** What becomes of an instance after each kind of answer; the statuses and conditions its user sees. */

export function provisioned(desk: Desk, instance: ServiceInstance, dashboardUrl?: string): void {
  const { status } = instance;
  if (dashboardUrl) status.dashboardUrl = dashboardUrl;
  setCondition(status, ready('True', 'ProvisionedSuccessfully', 'The instance was provisioned successfully'));
  status.externalProperties = status.inProgressProperties;
  clearOperation(status);
  status.isProvisioned = true;
  desk.backoff.forget(instance);
  wakeBindings(desk, instance);
}

export function updated(desk: Desk, instance: ServiceInstance): void {
  const { status } = instance;
  setCondition(status, ready('True', 'InstanceUpdatedSuccessfully', 'The instance was updated successfully'));
  status.externalProperties = status.inProgressProperties;
  clearOperation(status);
  desk.backoff.forget(instance);
}

const AMBIGUOUS = 'The instance provision call failed with an ambiguous error; attempting to deprovision the instance';

interface ProvisionFailure {
  readonly ready: Condition;
  /** For good. */
  readonly failed?: Condition | undefined;
  readonly mitigate: boolean;
}

/** Orphan mitigation comes first; then, unless it has failed for good, the same instance is provisioned again. */
export function provisionFailed(desk: Desk, instance: ServiceInstance, failure: ProvisionFailure): void {
  const { status } = instance;
  setCondition(status, failure.ready);
  if (failure.failed) {
    setCondition(status, failure.failed);
    desk.backoff.forget(instance);
  }
  if (failure.mitigate) {
    setCondition(status, { ...failure.ready, type: 'OrphanMitigation', status: 'True' });
    setCondition(status, ready('False', 'StartingInstanceOrphanMitigation', AMBIGUOUS));
    status.orphanMitigationInProgress = true;
  } else {
    status.deprovisionStatus = 'NotRequired';
  }
  if (failure.failed && !failure.mitigate) return clearOperation(status);
  clearAsync(status);
  throw new RetryLater(failure.ready.message);
}

/** Nothing is cleaned up after an update. */
export function updateFailed({ status }: ServiceInstance, readyCondition: Condition, failed?: Condition): void {
  setCondition(status, readyCondition);
  if (failed) {
    setCondition(status, failed);
    return clearOperation(status);
  }
  clearAsync(status);
  throw new RetryLater(readyCondition.message);
}

export function deprovisioned(desk: Desk, instance: ServiceInstance): void {
  const { status } = instance;
  const isMitigated = status.orphanMitigationInProgress;
  if (isMitigated) {
    removeCondition(status, 'OrphanMitigation');
    status.orphanMitigationInProgress = false;
    setCondition(status, ready('False', 'OrphanMitigationSuccessful', 'Orphan mitigation was completed successfully'));
  } else {
    setCondition(status, ready('False', 'DeprovisionedSuccessfully', 'The instance was deprovisioned successfully'));
  }
  clearOperation(status);
  status.externalProperties = undefined;
  status.isProvisioned = false;
  status.deprovisionStatus = 'Succeeded';
  if (!isMitigated) removed(desk, instance);
}

/** The finalizer goes, and with it the object. */
export function removed(desk: Desk, instance: ServiceInstance): void {
  desk.store.instances.delete(instance.name);
  desk.backoff.forget(instance);
}

/** Nobody will try again; the object stays until an administrator takes away its finalizer. */
export function deprovisionGivenUp({ status }: ServiceInstance): void {
  if (status.orphanMitigationInProgress) {
    setCondition(status, ready('Unknown', 'OrphanMitigationFailed', `Orphan mitigation failed: ${EXPIRED.message}`));
  } else {
    setCondition(status, ready('Unknown', EXPIRED.reason, EXPIRED.message));
    setCondition(status, EXPIRED);
  }
  clearOperation(status);
  status.deprovisionStatus = 'Failed';
}
