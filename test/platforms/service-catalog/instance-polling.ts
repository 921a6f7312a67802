import { readLastOperation, type Failed } from './answers.js';
import { EXPIRED, failedBecause, isExpired, ready, tryAgain, type Desk } from './desk.js';
import { deprovisioned, deprovisionGivenUp, provisioned, provisionFailed, updated, updateFailed } from './instance-outcomes.js';
import { clearAsync, setCondition, type Condition, type ServiceInstance } from './objects.js';
import { RetryLater } from '../work-queue.js';

type Polled = 'provision' | 'update' | 'deprovision';

/** Polls with the plan that is wanted now, which the broker may not know yet. */
export async function pollInstance(desk: Desk, instance: ServiceInstance): Promise<void> {
  const { status } = instance;
  const plan = { service_id: instance.classId, plan_id: instance.planId };
  const outcome = readLastOperation(await desk.queue.alive(desk.broker.lastOperation(instance.externalId, undefined, plan, status.lastOperation)));
  if (outcome.kind !== 'done' && outcome.kind !== 'later') return pollError(desk, instance, outcome);
  const { state, description } = outcome.body;
  if (state === 'succeeded') return succeeded(desk, instance);
  if (state === 'failed') return failed(desk, instance, description ?? '(no description provided)');
  if (isExpired(desk, status)) return givenUp(desk, instance, ready('False', 'ErrorPollingLastOperation', EXPIRED.message), EXPIRED);
  if (state !== 'in progress') throw new RetryLater(`Got invalid state in LastOperationResponse: ${state}`);
  if (description !== undefined) setCondition(status, ready('False', inProgress[polled(instance)], description));
  desk.queue.pollLater(instance);
}

/** Gone is well where it is to be gone; a 400 ends the operation; after all else it polls on. */
function pollError(desk: Desk, instance: ServiceInstance, outcome: Failed): void {
  if (outcome.kind === 'http' && outcome.status === 410 && polled(instance) === 'deprovision') return succeeded(desk, instance);
  const message = `Error polling last operation: ${outcome.message}`;
  const condition = ready('False', 'ErrorPollingLastOperation', message);
  if (isExpired(desk, instance.status)) return givenUp(desk, instance, condition, EXPIRED);
  if (outcome.kind === 'http' && outcome.status === 400) return givenUp(desk, instance, condition, failedBecause(condition.reason, message));
  tryAgain(instance.status, condition);
}

function succeeded(desk: Desk, instance: ServiceInstance): void {
  desk.queue.finishPolling(instance);
  switch (polled(instance)) {
    case 'deprovision': return deprovisioned(desk, instance);
    case 'provision': return provisioned(desk, instance);
    case 'update': return updated(desk, instance);
  }
}

/** A deletion that has failed is begun anew. */
function failed(desk: Desk, instance: ServiceInstance, description: string): void {
  if (polled(instance) === 'deprovision') {
    const condition = ready('Unknown', 'DeprovisionCallFailed', `Deprovision call failed: ${description}`);
    if (isExpired(desk, instance.status)) return givenUp(desk, instance, condition, EXPIRED);
    clearAsync(instance.status);
    desk.queue.finishPolling(instance);
    tryAgain(instance.status, condition);
  }
  const isProvision = polled(instance) === 'provision';
  const reason = isProvision ? 'ProvisionCallFailed' : 'UpdateInstanceCallFailed';
  const message = `${isProvision ? 'Provision' : 'Update'} call failed: ${description}`;
  givenUp(desk, instance, ready('False', reason, message), failedBecause(reason, message));
}

/** For good; what a provision may have left is deleted. */
function givenUp(desk: Desk, instance: ServiceInstance, condition: Condition, failedCondition: Condition): void {
  desk.queue.finishPolling(instance);
  switch (polled(instance)) {
    case 'deprovision': return deprovisionGivenUp(instance);
    case 'provision': return provisionFailed(desk, instance, { ready: condition, failed: failedCondition, mitigate: true });
    case 'update': return updateFailed(instance, { ...condition, message: failedCondition.message }, failedCondition);
  }
}

function polled({ status }: ServiceInstance): Polled {
  if (status.currentOperation === 'Deprovision' || status.orphanMitigationInProgress) return 'deprovision';
  return status.currentOperation === 'Provision' ? 'provision' : 'update';
}

const inProgress: Record<Polled, string> = { provision: 'Provisioning', update: 'UpdatingInstance', deprovision: 'Deprovisioning' };
