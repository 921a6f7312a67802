import type { InstanceRef, InstanceResult, LastOperation, PollRequest } from '#sdk';
import { callFor, isRunning, recordEnd, type Workshop } from './flow.js';
import type { OsbRequest } from './osb-request.js';
import type { BindingRecord, InstanceRecord, OperationRecord } from './records.js';
import { withoutUndefined } from '../without-undefined.js';

/** Follows accepted operations: whenever a record is wanted, its running operation is asked for first. */
export class Following {
  constructor(private readonly workshop: Workshop) {}

  /** The instance as it is by now. */
  async instance(request: OsbRequest): Promise<InstanceRecord | undefined> {
    const instance = this.workshop.records.instance(request.instanceId);
    if (instance !== undefined) await this.lookAtInstance(instance, request);
    return this.workshop.records.instance(request.instanceId);
  }

  /** The binding as it is by now. */
  async binding(request: OsbRequest): Promise<BindingRecord | undefined> {
    const { instanceId, bindingId } = request;
    const { records } = this.workshop;
    const [instance, binding] = [records.instance(instanceId), records.binding(instanceId, bindingId)];
    if (instance !== undefined && binding !== undefined) await this.lookAtBinding(instance, binding, request);
    return records.binding(instanceId, bindingId);
  }

  /** What the backend says of the running operation; undefined when none is running. */
  async lookAtInstance(instance: InstanceRecord, request: OsbRequest): Promise<LastOperation | undefined> {
    const { backend, records } = this.workshop;
    if (!isRunning(instance)) return undefined;
    const { operation } = instance;
    const call = callFor(request, this.workshop, records.slot(instance));
    const state = await backend.lastInstanceOperation({ ...refOf(instance), ...pollOf(operation) }, call);
    // Somebody else may have asked meanwhile, and the end has its effect once.
    if (state.kind === 'in progress' || operation.state !== 'in progress') return state;
    recordEnd(operation, state);
    this.#endInstance(instance, operation, state);
    records.save();
    return state;
  }

  /** {@link lookAtInstance} for a binding. */
  async lookAtBinding(
    instance: InstanceRecord,
    binding: BindingRecord,
    request: OsbRequest,
  ): Promise<LastOperation | undefined> {
    const { backend, records } = this.workshop;
    if (!isRunning(binding)) return undefined;
    const { operation } = binding;
    const ref = { ...refOf(instance), ...pollOf(operation), bindingId: binding.bindingId };
    const call = callFor(request, this.workshop, records.slot(instance));
    const state = await backend.lastBindingOperation(ref, { ...call, bindingState: records.slot(binding) });
    if (state.kind === 'in progress' || operation.state !== 'in progress') return state;
    recordEnd(operation, state);
    this.#endBinding(instance, binding, operation, state);
    records.save();
    return state;
  }

  #endInstance(instance: InstanceRecord, { kind, state, before }: OperationRecord, end: LastOperation): void {
    if (kind === 'deprovision' && (end.kind === 'gone' || state === 'succeeded')) {
      return this.workshop.records.remove(instance);
    }
    if (kind === 'update' && state === 'succeeded') applyPending(instance, {});
    delete instance.pending;
    if (kind === 'provision') instance.phase = state === 'succeeded' ? 'ready' : 'failed';
    else instance.phase = before;
  }

  #endBinding(instance: InstanceRecord, binding: BindingRecord, operation: OperationRecord, end: LastOperation): void {
    const { kind, state, before } = operation;
    if (kind === 'unbind' && (end.kind === 'gone' || state === 'succeeded')) {
      return this.workshop.records.removeBinding(instance, binding);
    }
    if (kind === 'bind') binding.phase = state === 'succeeded' ? 'ready' : 'failed';
    else binding.phase = before;
  }
}

export function refOf({ instanceId, serviceId, planId }: InstanceRecord): InstanceRef {
  return { instanceId, serviceId, planId };
}

/** The update has taken place. */
export function applyPending(instance: InstanceRecord, { dashboardUrl, metadata }: Partial<InstanceResult>): void {
  Object.assign(instance, instance.pending, withoutUndefined({ dashboardUrl, metadata }));
  delete instance.pending;
}

function pollOf({ kind, planId, pollToken }: OperationRecord): PollRequest {
  return withoutUndefined({ kind, planId, pollToken });
}
