import { readDelete, readLastOperation, readProvision, type Outcome } from './answers.js';
import type { LastOperation, ServiceInstance } from './database.js';
import { idsOf, READY, requeue, requireBroker, stay, type Desk } from './desk.js';

/** Each look sends the PUT or the DELETE again, and polls the operation of that very answer, once. */
export async function reconcileInstance(desk: Desk, instance: ServiceInstance): Promise<void> {
  if (instance.isDeleted) return finalize(desk, instance);
  requireBroker(desk, instance);
  const { status } = instance;
  if (status.ready?.isTrue) return;
  if (status.provisioningFailed !== undefined) return stay(instance, 'ProvisioningFailed');
  if (desk.database.plan(instance.planId).visibility === 'admin') return stay(instance, 'InvalidServicePlan', 'The service plan is disabled');
  await provision(desk, instance);
}

async function provision(desk: Desk, instance: ServiceInstance): Promise<void> {
  const { status, guid } = instance;
  const operation = begin(instance, 'create');
  const outcome = readProvision(await desk.queue.alive(desk.broker.provision(guid, idsOf(desk, instance.planId), instance.parameters)));
  if (outcome.kind === 'unrecoverable') return provisionFailed(instance, outcome.message);
  if (outcome.kind === 'error' || outcome.kind === 'gone') requeue(instance, 'Unknown', textOf(outcome));
  if (outcome.kind === 'done') status.maintenanceVersion = desk.database.plan(instance.planId).maintenanceVersion;
  if (outcome.kind === 'later') {
    const { state, description } = await poll(desk, instance, outcome.operation);
    if (state === 'failed') return provisionFailed(instance, description);
    if (state !== 'succeeded') requeue(instance, 'ProvisionInProgress');
  }
  operation.state = 'succeeded';
  status.ready = READY;
}

/** For good, and whatever there is stays until its user deletes it. */
function provisionFailed(instance: ServiceInstance, message: string): never {
  const { status } = instance;
  if (status.lastOperation) Object.assign(status.lastOperation, { state: 'failed', description: message });
  status.provisioningFailed = message;
  requeue(instance, 'ProvisionFailed');
}

/** Bindings go first; a deletion that was refused is sent again all the same. */
async function finalize(desk: Desk, instance: ServiceInstance): Promise<void> {
  const bindings = desk.database.bindingsOf(instance);
  for (const binding of bindings) {
    binding.isDeleted = true;
    desk.queue.add(binding);
  }
  if (bindings.length > 0) {
    stay(instance, 'BindingsAvailable', `There are still ${bindings.length} bindings for the service instance`);
    return desk.queue.add(instance, 1);
  }
  if (!instance.isPurged) await deprovision(desk, instance);
  desk.database.instances.delete(instance.guid);
}

async function deprovision(desk: Desk, instance: ServiceInstance): Promise<void> {
  requireBroker(desk, instance);
  begin(instance, 'delete');
  const outcome = readDelete(await desk.queue.alive(desk.broker.deprovision(instance.guid, idsOf(desk, instance.planId))));
  if (outcome.kind === 'unrecoverable') deprovisionFailed(instance, outcome.message);
  if (outcome.kind === 'error') requeue(instance, 'Unknown', outcome.message);
  if (outcome.kind !== 'later') return;
  const { state, description } = await poll(desk, instance, outcome.operation);
  if (state === 'failed') deprovisionFailed(instance, description);
  if (state !== 'succeeded') requeue(instance, 'DeprovisionInProgress');
}

function deprovisionFailed(instance: ServiceInstance, message: string): never {
  const { status } = instance;
  if (status.lastOperation) Object.assign(status.lastOperation, { state: 'failed', description: message });
  status.deprovisioningFailed = message;
  requeue(instance, 'DeprovisionFailed');
}

/** That it is gone is no answer here either: the next DELETE will be told so. */
async function poll(desk: Desk, instance: ServiceInstance, operation: string): Promise<{ state?: string; description: string }> {
  const plan = idsOf(desk, instance.planId);
  const outcome = readLastOperation(await desk.queue.alive(desk.broker.lastOperation(instance.guid, undefined, plan, operation)));
  if (outcome.kind !== 'done') requeue(instance, 'GetLastOperationFailed', textOf(outcome));
  const { state, description = '' } = outcome.body;
  const shownState = state === 'succeeded' || state === 'failed' ? state : 'in progress';
  if (instance.status.lastOperation) Object.assign(instance.status.lastOperation, { state: shownState, description });
  return { state, description: description ?? '' };
}

function begin({ status }: ServiceInstance, type: LastOperation['type']): LastOperation {
  status.lastOperation = { type, state: 'initial', description: '' };
  return status.lastOperation;
}

const textOf = (outcome: Outcome): string => ('message' in outcome ? outcome.message : 'The operation resource is gone');
