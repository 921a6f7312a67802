import { fromRawJson, type BindingRef, type BindRequest, type InstanceRef, type PollRequest, type ProvisionRequest, type RawJson, type UpdateRequest } from '#sdk';
import type { Binding } from '../bindings/binding.js';
import { optional } from '../optional.js';
import type { Task } from './lifecycle-store.js';

/** The instance as its backend knows it; of an update the plan it asks for. */
export function instanceRef({ instance, operation }: Task): InstanceRef {
  return {
    instanceId: instance.backendInstanceId,
    serviceId: instance.serviceId,
    planId: operation.update?.planId ?? instance.planId,
  };
}


export function bindingRef(task: Task): BindingRef {
  return { ...instanceRef(task), bindingId: bindingOf(task).backendBindingId };
}

export function provisionRequest(task: Task): ProvisionRequest {
  const { instance, operation } = task;
  return {
    ...instanceRef(task),
    organizationGuid: instance.organizationGuid,
    spaceGuid: instance.spaceGuid,
    ...raw('parameters', instance.parameters),
    ...raw('context', instance.context),
    ...raw('maintenanceInfo', operation.maintenanceInfo),
  };
}

export function updateRequest(task: Task): UpdateRequest {
  const intent = task.operation.update;
  if (!intent) throw new Error(`operation ${task.operation.id} does not say what to update`);
  return {
    ...instanceRef(task),
    planId: intent.planId,
    previousPlanId: intent.previousPlanId,
    ...raw('parameters', intent.parameters),
    ...raw('context', intent.context),
    ...raw('maintenanceInfo', intent.maintenanceInfo),
    ...raw('previousValues', intent.previousValues),
  };
}

export function bindRequest(task: Task): BindRequest {
  const binding = bindingOf(task);
  return {
    ...bindingRef(task),
    ...optional('appGuid', binding.appGuid),
    ...optional('predecessorBindingId', binding.predecessorBindingId),
    ...raw('bindResource', binding.bindResource),
    ...raw('parameters', binding.parameters),
    ...raw('context', binding.context),
  };
}

/** What a poll is about; undefined of deletes. */
export function askedOf(task: Task): PollRequest['asked'] {
  switch (task.operation.kind) {
    case 'provision':
      return provisionRequest(task);
    case 'update':
      return updateRequest(task);
    case 'bind':
      return bindRequest(task);
    case 'deprovision':
    case 'unbind':
      return undefined;
  }
}

function bindingOf(task: Task): Binding {
  if (!task.binding) throw new Error(`operation ${task.operation.id} names no binding`);
  return task.binding;
}

function raw<K extends string>(key: K, text: string | undefined): { [P in K]?: RawJson } {
  return optional(key, text === undefined ? undefined : fromRawJson(text));
}
