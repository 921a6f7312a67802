import { readBind, readUnbind, type Failed } from './answers.js';
import { pollBinding } from './binding-polling.js';
import { bindFailed, bound, unbindGivenUp, unbound } from './binding-outcomes.js';
import { EXPIRED, failedBecause, goesOn, isExpired, mayHaveLeftSomething, ready, tryAgain, type Desk } from './desk.js';
import { isTrue, setCondition, type ServiceBinding, type ServiceInstance } from './objects.js';
import { ejectSecret, injectSecret } from './secrets.js';

/** One look at a binding; like that at an instance, but what the broker has refused is not asked for again. */
export async function reconcileBinding(desk: Desk, binding: ServiceBinding): Promise<void> {
  const { status } = binding;
  if (status.asyncOpInProgress) return pollBinding(desk, binding);
  if (binding.deletionRequested || status.orphanMitigationInProgress) return unbind(desk, binding);
  if (isTrue(status, 'Failed') || status.reconciledGeneration === binding.generation) return;
  await bind(desk, binding);
}

async function bind(desk: Desk, binding: ServiceBinding): Promise<void> {
  const { status } = binding;
  const instance = instanceOf(desk, binding);
  if (!isBindable(desk, instance)) {
    const why = ['ErrorNonbindableServiceClass', 'References a non-bindable ClusterServiceClass and Plan combination'] as const;
    return bindFailed(binding, ready('False', ...why), failedBecause(...why), false);
  }
  if (!isTrue(instance.status, 'Ready')) {
    tryAgain(status, ready('False', 'ErrorInstanceNotReady', `Binding cannot begin because referenced ${instance.name} is not ready`));
  }
  if (status.currentOperation === undefined) return start(desk, binding, 'Bind', instance.planId);
  const plan = { service_id: instance.classId, plan_id: instance.planId };
  const ask = { parameters: binding.ask.parameters, acceptsIncomplete: acceptsIncomplete(desk, instance) };
  const reply = await desk.queue.alive(desk.broker.bind(instance.externalId, binding.externalId, plan, instance.name, ask));
  const outcome = readBind(reply, ask.acceptsIncomplete);
  if (outcome.kind === 'later') {
    goesOn(status, outcome);
    return setCondition(status, ready('False', 'Binding', 'The binding is being created asynchronously'));
  }
  if (outcome.kind !== 'done') return bindError(desk, binding, outcome);
  status.externalProperties = status.inProgressProperties;
  inject(desk, binding, outcome.body.credentials);
}

/** Any status is the end, and so is a timeout; a connection that breaks is not. */
function bindError(desk: Desk, binding: ServiceBinding, outcome: Failed): void {
  const condition = ready('False', 'BindCallFailed', `ServiceBroker returned failure; bind operation will not be retried: ${outcome.message}`);
  const failed = failedBecause('ServiceBindingReturnedFailure', condition.message);
  if (outcome.kind !== 'lost') return bindFailed(binding, condition, failed, mayHaveLeftSomething(outcome));
  if (isExpired(desk, binding.status)) return bindFailed(binding, condition, EXPIRED, false);
  tryAgain(binding.status, condition);
}

/** While the Secret cannot be written, the same bind is asked again and again. */
function inject(desk: Desk, binding: ServiceBinding, credentials: unknown): void {
  const wrong = injectSecret(desk.store, binding, credentials);
  if (wrong === undefined) return bound(binding);
  const condition = ready('False', 'ErrorInjectingBindResult', `Error injecting bind result: ${wrong}`);
  if (isExpired(desk, binding.status)) return bindFailed(binding, condition, EXPIRED, true);
  tryAgain(binding.status, condition);
}

async function unbind(desk: Desk, binding: ServiceBinding): Promise<void> {
  const { status } = binding;
  if (status.unbindStatus === 'Failed') return;
  if (status.unbindStatus !== 'Required') return finished(desk, binding);
  ejectSecret(desk.store, binding);
  if (binding.deletionRequested && status.currentOperation !== 'Unbind') return start(desk, binding, 'Unbind', undefined);
  status.operationStartSeconds ??= desk.clock.nowSeconds;
  const instance = instanceOf(desk, binding);
  if (instance.status.asyncOpInProgress) {
    tryAgain(status, ready('False', 'ErrorAsyncOperationInProgress', `${instance.name} has an ongoing asynchronous operation`));
  }
  const plan = { service_id: instance.classId, plan_id: instance.status.externalProperties?.planId ?? instance.planId };
  const isAsync = acceptsIncomplete(desk, instance);
  const outcome = readUnbind(await desk.queue.alive(desk.broker.unbind(instance.externalId, binding.externalId, plan, isAsync)), isAsync);
  if (outcome.kind === 'done') return unbound(desk, binding);
  if (outcome.kind === 'later') {
    goesOn(status, outcome);
    return setCondition(status, ready('False', 'Unbinding', 'The binding is being deleted asynchronously'));
  }
  const condition = ready('Unknown', 'UnbindCallFailed', `Error unbinding: ${outcome.message}`);
  if (isExpired(desk, status)) return unbindGivenUp(binding, condition);
  tryAgain(status, condition);
}

/** The object goes when its user has deleted it; after a mitigation it stays, and has failed. */
function finished({ store }: Desk, { name, deletionRequested }: ServiceBinding): void {
  if (deletionRequested) store.bindings.delete(name);
}

const REASONS = { Bind: 'BindingRequestInFlight', Unbind: 'UnbindingRequestInFlight' };

function start(desk: Desk, { status }: ServiceBinding, operation: keyof typeof REASONS, planId: string | undefined): void {
  Object.assign(status, { orphanMitigationInProgress: false, asyncOpInProgress: false, lastOperation: undefined });
  status.currentOperation = operation;
  status.operationStartSeconds = desk.clock.nowSeconds;
  status.inProgressProperties = planId === undefined ? undefined : { planId };
  if (operation === 'Bind') status.unbindStatus = 'Required';
  setCondition(status, ready('False', REASONS[operation], `${operation} request for ServiceBinding in-flight to Broker`));
}

function instanceOf({ store }: Desk, { instanceName, status }: ServiceBinding): ServiceInstance {
  const instance = store.instances.get(instanceName);
  return instance ?? tryAgain(status, ready('False', 'ReferencesNonexistentInstance', `References a non-existent ServiceInstance "${instanceName}"`));
}

function isBindable({ store }: Desk, { planId, classId }: ServiceInstance): boolean {
  return store.plan(planId).bindable ?? store.class(classId).bindable;
}

function acceptsIncomplete({ store, asyncBindings }: Desk, { classId }: ServiceInstance): boolean {
  return asyncBindings && store.class(classId).bindingRetrievable;
}
