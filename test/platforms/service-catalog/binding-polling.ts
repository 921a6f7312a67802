import { readFetchedBinding, readLastOperation } from './answers.js';
import { bindFailed, bound, unbindGivenUp, unbound } from './binding-outcomes.js';
import { EXPIRED, failedBecause, isExpired, ready, tryAgain, type Desk } from './desk.js';
import { clearAsync, setCondition, type ServiceBinding, type ServiceInstance } from './objects.js';
import { injectSecret } from './secrets.js';

/** Only with the gate open. Whatever it cannot make sense of, it polls again. */
export async function pollBinding(desk: Desk, binding: ServiceBinding): Promise<void> {
  const { status } = binding;
  const instance = desk.store.instance(binding.instanceName);
  const plan = { service_id: instance.classId, plan_id: status.inProgressProperties?.planId ?? instance.planId };
  const poll = desk.broker.lastOperation(instance.externalId, binding.externalId, plan, status.lastOperation);
  const outcome = readLastOperation(await desk.queue.alive(poll));
  if (outcome.kind === 'http' && outcome.status === 410 && isDeleting(binding)) return removed(desk, binding);
  const { state, description } = outcome.kind === 'done' ? outcome.body : {};
  if (state === 'succeeded') return isDeleting(binding) ? removed(desk, binding) : fetchCredentials(desk, binding, instance);
  if (state === 'failed') return failed(desk, binding, description ?? '(no description provided)');
  if (isExpired(desk, status)) return expired(desk, binding);
  if (description !== undefined) setCondition(status, ready('False', isDeleting(binding) ? 'Unbinding' : 'Binding', description));
  desk.queue.pollLater(binding);
}

/** The only place the credentials can come from now; without them the binding is deleted. */
async function fetchCredentials(desk: Desk, binding: ServiceBinding, { externalId }: ServiceInstance): Promise<void> {
  const { status } = binding;
  desk.queue.finishPolling(binding);
  status.externalProperties = status.inProgressProperties;
  const outcome = readFetchedBinding(await desk.queue.alive(desk.broker.fetchBinding(externalId, binding.externalId)));
  if (outcome.kind !== 'done') return unusable(binding, 'FetchingBindingFailed', 'Could not do a GET on binding resource');
  const wrong = injectSecret(desk.store, binding, outcome.body.credentials);
  if (wrong !== undefined) return unusable(binding, 'ErrorInjectingBindResult', `Error injecting bind results: ${wrong}`);
  bound(binding);
}

function unusable(binding: ServiceBinding, reason: string, message: string): void {
  bindFailed(binding, ready('False', reason, message), failedBecause(reason, message), true);
}

/** A bind that has failed in the broker has left nothing; an unbind is begun anew. */
function failed(desk: Desk, binding: ServiceBinding, description: string): void {
  desk.queue.finishPolling(binding);
  if (!isDeleting(binding)) {
    const message = `Bind call failed: ${description}`;
    return bindFailed(binding, ready('False', 'BindCallFailed', message), failedBecause('BindCallFailed', message), false);
  }
  if (isExpired(desk, binding.status)) return expired(desk, binding);
  clearAsync(binding.status);
  tryAgain(binding.status, ready('Unknown', 'UnbindCallFailed', `Unbind call failed: ${description}`));
}

function expired(desk: Desk, binding: ServiceBinding): void {
  desk.queue.finishPolling(binding);
  const condition = ready('False', 'AsyncOperationTimeout', 'The asynchronous operation timed out and will not be retried');
  if (isDeleting(binding)) unbindGivenUp(binding, condition);
  else bindFailed(binding, condition, EXPIRED, true);
}

function removed(desk: Desk, binding: ServiceBinding): void {
  desk.queue.finishPolling(binding);
  unbound(desk, binding);
}

const isDeleting = ({ status }: ServiceBinding): boolean => status.currentOperation === 'Unbind' || status.orphanMitigationInProgress;
