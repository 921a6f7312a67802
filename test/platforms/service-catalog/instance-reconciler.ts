import { readDeprovision, readProvision, readUpdate, type Failed } from './answers.js';
import type { PlanOf } from './broker-client.js';
import { EXPIRED, failedBecause, goesOn, isExpired, mayHaveLeftSomething, ready, tryAgain, type Desk } from './desk.js';
import { deprovisioned, deprovisionGivenUp, provisioned, provisionFailed, removed, updated, updateFailed } from './instance-outcomes.js';
import { pollInstance } from './instance-polling.js';
import { clearOperation, isTrue, removeCondition, setCondition, type InstanceStatus, type Properties, type ServiceInstance } from './objects.js';

/** One look at an instance: what is there and what is wanted decide on at most one request to the broker. */
export function reconcileInstance(desk: Desk, instance: ServiceInstance): Promise<void> {
  const { status } = instance;
  if (status.asyncOpInProgress) return pollInstance(desk, instance);
  if (instance.deletionRequested || status.orphanMitigationInProgress) return deprovision(desk, instance);
  return reconcileWanted(desk, instance);
}

async function reconcileWanted(desk: Desk, instance: ServiceInstance): Promise<void> {
  const { status } = instance;
  if (isProcessed(instance)) return;
  const leftSeconds = desk.backoff.left(instance);
  if (leftSeconds > 0) return desk.queue.add(instance, leftSeconds);
  if (status.observedGeneration !== instance.generation) {
    status.observedGeneration = instance.generation;
    removeCondition(status, 'Failed');
  }
  refuseRemovedPlan(desk, instance);
  if (status.isProvisioned) await update(desk, instance);
  else await provision(desk, instance);
}

/** Ready or failed as it is wanted now. */
export function isProcessed({ status, generation }: ServiceInstance): boolean {
  const isDecided = isTrue(status, 'Ready') || isTrue(status, 'Failed');
  return status.observedGeneration >= generation && isDecided && !status.orphanMitigationInProgress;
}

/** The parameters of instances whose plan has left the catalog may change; nothing else may. */
function refuseRemovedPlan({ store }: Desk, { status, planId, classId }: ServiceInstance): void {
  if (status.isProvisioned && status.externalProperties?.planId === planId) return;
  const isPlanGone = store.plan(planId).removedFromBrokerCatalog;
  if (!isPlanGone && !store.class(classId).removedFromBrokerCatalog) return;
  const reason = isPlanGone ? 'ReferencesDeletedServicePlan' : 'ReferencesDeletedServiceClass';
  tryAgain(status, ready('False', reason, `${planId} has been deleted; cannot provision.`));
}

async function provision(desk: Desk, instance: ServiceInstance): Promise<void> {
  const { status } = instance;
  const wanted: Properties = { planId: instance.planId, parameters: instance.parameters };
  if (isNew(status, wanted)) return start(desk, instance, 'Provision', wanted);
  status.deprovisionStatus = 'Required';
  desk.backoff.attempt(instance);
  const plan = { service_id: instance.classId, plan_id: instance.planId };
  const outcome = readProvision(await desk.queue.alive(desk.broker.provision(instance.externalId, plan, instance.name, instance.parameters)));
  if (outcome.kind === 'done') return provisioned(desk, instance, outcome.body.dashboard_url);
  if (outcome.kind !== 'later') return provisionError(desk, instance, outcome);
  if (outcome.body.dashboard_url) status.dashboardUrl = outcome.body.dashboard_url;
  goesOn(status, outcome);
  setCondition(status, ready('False', 'Provisioning', 'The instance is being provisioned asynchronously'));
}

/** A broken connection leaves it open what has become of the call: nothing is deleted, the same call comes again. */
function provisionError(desk: Desk, instance: ServiceInstance, outcome: Failed): void {
  const { status } = instance;
  const mitigate = mayHaveLeftSomething(outcome);
  if (outcome.kind === 'lost') {
    const message = `The provision call failed and will be retried: ${outcome.message}`;
    if (!isExpired(desk, status)) tryAgain(status, ready('False', 'ErrorCallingProvision', message));
    return provisionFailed(desk, instance, { ready: ready('False', 'ErrorCallingProvision', message), failed: EXPIRED, mitigate });
  }
  const isTimeout = outcome.kind === 'timeout';
  const what = isTimeout ? 'Communication with the ClusterServiceBroker timed out' : 'Error provisioning ServiceInstance';
  const message = `${what}: ${outcome.message}`;
  const isFinal = outcome.kind === 'http' && outcome.status === 400;
  const reason = isTimeout ? 'ErrorCallingProvision' : 'ProvisionCallFailed';
  const failed = isFinal ? failedBecause('ClusterServiceBrokerReturnedFailure', message) : undefined;
  provisionFailed(desk, instance, { ready: ready('False', reason, message), failed, mitigate });
}

/** Names the plan and the parameters only if they are others than the broker knows. */
async function update(desk: Desk, instance: ServiceInstance): Promise<void> {
  const { status } = instance;
  const wanted: Properties = { planId: instance.planId, parameters: instance.parameters };
  if (isNew(status, wanted)) return start(desk, instance, 'Update', wanted);
  const known = status.externalProperties;
  desk.backoff.attempt(instance);
  const change = {
    planId: wanted.planId === known?.planId ? undefined : wanted.planId,
    parameters: same(wanted.parameters, known?.parameters) ? undefined : (wanted.parameters ?? {}),
    previousPlanId: desk.isNamespaced ? undefined : known?.planId,
  };
  const outcome = readUpdate(await desk.queue.alive(desk.broker.update(instance.externalId, instance.classId, instance.name, change)));
  if (outcome.kind === 'done') return updated(desk, instance);
  if (outcome.kind !== 'later') return updateError(desk, instance, outcome);
  goesOn(status, outcome);
  setCondition(status, ready('False', 'UpdatingInstance', 'The instance is being updated asynchronously'));
}

function updateError(desk: Desk, instance: ServiceInstance, outcome: Failed): void {
  const reason = outcome.kind === 'http' ? 'UpdateInstanceCallFailed' : 'ErrorCallingUpdateInstance';
  const condition = ready('False', reason, `ServiceBroker returned a failure for update call: ${outcome.message}`);
  if (outcome.kind === 'http' && outcome.status === 400) return updateFailed(instance, condition, failedBecause(reason, condition.message));
  if (outcome.kind !== 'lost') return updateFailed(instance, condition);
  if (isExpired(desk, instance.status)) return updateFailed(instance, condition, EXPIRED);
  tryAgain(instance.status, condition);
}

/** Of an instance its user deletes, and of what a provision may have left. */
async function deprovision(desk: Desk, instance: ServiceInstance): Promise<void> {
  const { status } = instance;
  if (status.deprovisionStatus === 'Failed') return;
  if (status.deprovisionStatus !== 'Required') return removed(desk, instance);
  if (desk.store.bindingsOf(instance).length > 0) {
    tryAgain(status, ready('False', 'DeprovisionBlockedByExistingCredentials', 'All associated ServiceBindings must be removed first'));
  }
  const plan = planToDelete(instance);
  if (instance.deletionRequested && status.currentOperation !== 'Deprovision') {
    status.orphanMitigationInProgress = false;
    removeCondition(status, 'OrphanMitigation');
    return start(desk, instance, 'Deprovision', { planId: plan.plan_id });
  }
  status.operationStartSeconds ??= desk.clock.nowSeconds;
  const outcome = readDeprovision(await desk.queue.alive(desk.broker.deprovision(instance.externalId, plan)));
  if (outcome.kind === 'done') return deprovisioned(desk, instance);
  if (outcome.kind !== 'later') {
    if (isExpired(desk, status)) return deprovisionGivenUp(instance);
    tryAgain(status, ready('Unknown', 'DeprovisionCallFailed', `Deprovision call failed; received error response from broker: ${outcome.message}`));
  }
  goesOn(status, outcome);
  setCondition(status, ready('False', 'Deprovisioning', 'The instance is being deprovisioned asynchronously'));
}

/** The plan of the operation that was begun, else the one the broker knows: not always the one that is wanted now. */
function planToDelete({ status, classId, planId }: ServiceInstance): PlanOf {
  const isUnderWay = status.currentOperation !== undefined || status.orphanMitigationInProgress;
  const properties = isUnderWay ? status.inProgressProperties : status.externalProperties;
  return { service_id: classId, plan_id: properties?.planId ?? planId };
}

const REASONS = { Provision: 'ProvisionRequestInFlight', Update: 'UpdateInstanceRequestInFlight', Deprovision: 'DeprovisionRequestInFlight' };

/** Written down before the first request, so that another process knows of it. */
function start(desk: Desk, { status }: ServiceInstance, operation: keyof typeof REASONS, wanted: Properties): void {
  clearOperation(status);
  status.currentOperation = operation;
  status.operationStartSeconds = desk.clock.nowSeconds;
  status.inProgressProperties = wanted;
  if (operation === 'Provision') status.deprovisionStatus = 'Required';
  setCondition(status, ready('False', REASONS[operation], `${operation} request for ServiceInstance in-flight to Broker`));
}

function isNew({ currentOperation, inProgressProperties }: InstanceStatus, wanted: Properties): boolean {
  return currentOperation === undefined || !same(inProgressProperties, wanted);
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
