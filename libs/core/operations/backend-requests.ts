import { fromRawJson, type BindingRef, type InstanceRef, type RawJson } from '#sdk';
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

export function bindingOf(task: Task): Binding {
  if (!task.binding) throw new Error(`operation ${task.operation.id} names no binding`);
  return task.binding;
}

export function bindingRef(task: Task): BindingRef {
  return { ...instanceRef(task), bindingId: bindingOf(task).backendBindingId };
}

export function provisionBody({ instance, operation }: Task) {
  return {
    organizationGuid: instance.organizationGuid,
    spaceGuid: instance.spaceGuid,
    ...raw('parameters', instance.parameters),
    ...raw('context', instance.context),
    ...raw('maintenanceInfo', operation.maintenanceInfo),
  };
}

export function updateBody({ operation }: Task) {
  const intent = operation.update;
  if (!intent) throw new Error(`operation ${operation.id} does not say what to update`);
  return {
    planId: intent.planId,
    previousPlanId: intent.previousPlanId,
    ...raw('parameters', intent.parameters),
    ...raw('context', intent.context),
    ...raw('maintenanceInfo', intent.maintenanceInfo),
    ...raw('previousValues', intent.previousValues),
  };
}

export function bindBody(binding: Binding) {
  return {
    ...optional('appGuid', binding.appGuid),
    ...optional('predecessorBindingId', binding.predecessorBindingId),
    ...raw('bindResource', binding.bindResource),
    ...raw('parameters', binding.parameters),
    ...raw('context', binding.context),
  };
}

function raw<K extends string>(key: K, text: string | undefined): { [P in K]?: RawJson } {
  return optional(key, text === undefined ? undefined : fromRawJson(text));
}
