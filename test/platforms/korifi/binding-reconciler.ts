import type { JsonBody } from '../../support/http-client.js';
import { RetryLater } from '../work-queue.js';
import { readBind, readDelete, readLastOperation } from './answers.js';
import type { ServiceBinding, ServiceInstance } from './database.js';
import { idsOf, READY, requeue, requireBroker, stay, type Desk } from './desk.js';

const KEY = /^[-._a-zA-Z0-9]{1,253}$/;

/** A key never gets the second Secret, so that each look at it sends its PUT again, for ever. */
export async function reconcileBinding(desk: Desk, binding: ServiceBinding): Promise<void> {
  const instance = desk.database.instances.get(binding.instanceGuid);
  if (!instance) throw new RetryLater('failed to get service instance');
  if (binding.isDeleted) return finalize(desk, binding, instance);
  const { status } = binding;
  if (status.envSecret !== undefined && status.mountSecret !== undefined) return;
  if (status.bindingFailed !== undefined) return stay(binding, 'BindingFailed');
  requireBroker(desk, binding);
  await bind(desk, binding, instance);
}

async function bind(desk: Desk, binding: ServiceBinding, instance: ServiceInstance): Promise<void> {
  const appGuid = binding.type === 'app' ? binding.of : '';
  const plan = idsOf(desk, instance.planId);
  const outcome = readBind(await desk.queue.alive(desk.broker.bind(instance.guid, binding.guid, plan, appGuid, binding.parameters)));
  if (outcome.kind === 'unrecoverable') bindingFailed(binding, outcome.message);
  if (outcome.kind === 'later') return followBind(desk, binding, instance, outcome.operation);
  if (outcome.kind !== 'done') requeue(binding, 'Unknown', 'message' in outcome ? outcome.message : '');
  writeSecrets(desk, binding, outcome.body.credentials ?? null);
  binding.status.ready = READY;
}

/** Even when it has succeeded the credentials are only in the answer to the next PUT. */
async function followBind(desk: Desk, binding: ServiceBinding, instance: ServiceInstance, operation: string): Promise<void> {
  const { state, description = '' } = await poll(desk, binding, instance, operation);
  if (state === 'failed') bindingFailed(binding, description);
  if (state === 'succeeded') throw new RetryLater('bound');
  requeue(binding, 'BindingInProgress');
}

function bindingFailed(binding: ServiceBinding, message: string): never {
  binding.status.bindingFailed = message;
  requeue(binding, 'BindingFailed', message);
}

/** One for the environment, whole; and for apps one to be mounted, a key each, which Kubernetes may refuse. */
function writeSecrets({ database: { secrets } }: Desk, binding: ServiceBinding, credentials: JsonBody): void {
  const { guid, status } = binding;
  secrets.set(guid, { credentials: JSON.stringify(credentials) });
  status.envSecret = guid;
  if (binding.type === 'key') return;
  const entries = Object.entries((credentials ?? {}) as Record<string, unknown>);
  const wrong = entries.find(([key]) => !KEY.test(key) || key === '.' || key === '..');
  if (wrong) requeue(binding, 'Unknown', `Secret "${guid}-sbio" is invalid: data[${wrong[0]}]`);
  secrets.set(`${guid}-sbio`, Object.fromEntries(entries.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)])));
  status.mountSecret = `${guid}-sbio`;
}

async function finalize(desk: Desk, binding: ServiceBinding, instance: ServiceInstance): Promise<void> {
  if (!instance.isPurged) await unbind(desk, binding, instance);
  desk.database.bindings.delete(binding.guid);
  desk.database.secrets.delete(binding.guid);
  desk.database.secrets.delete(`${binding.guid}-sbio`);
}

async function unbind(desk: Desk, binding: ServiceBinding, instance: ServiceInstance): Promise<void> {
  requireBroker(desk, binding);
  const outcome = readDelete(await desk.queue.alive(desk.broker.unbind(instance.guid, binding.guid, idsOf(desk, instance.planId))));
  if (outcome.kind === 'unrecoverable') unbindingFailed(binding, outcome.message);
  if (outcome.kind === 'error') requeue(binding, 'Unknown', outcome.message);
  if (outcome.kind !== 'later') return;
  const { state, description = '' } = await poll(desk, binding, instance, outcome.operation);
  if (state === 'failed') unbindingFailed(binding, description);
  if (state !== 'succeeded') requeue(binding, 'UnbindingInProgress');
}

function unbindingFailed(binding: ServiceBinding, message: string): never {
  binding.status.unbindingFailed = message;
  requeue(binding, 'UnbindingFailed');
}

async function poll(desk: Desk, binding: ServiceBinding, instance: ServiceInstance, operation: string): Promise<JsonBody> {
  const reply = desk.broker.lastOperation(instance.guid, binding.guid, idsOf(desk, instance.planId), operation);
  const outcome = readLastOperation(await desk.queue.alive(reply));
  if (outcome.kind !== 'done') requeue(binding, 'GetLastOperationFailed', 'message' in outcome ? outcome.message : '');
  return outcome.body;
}
