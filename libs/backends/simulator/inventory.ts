import type { OperationKind } from '#sdk';
import { standing, type SimulatedOperation, type Status } from './operation.js';
import { noStore, type StateStore } from './state-file.js';

/** What an instance becomes when an update succeeds. */
export interface InstanceChange {
  planId: string;
  parameters?: string;
  context?: string;
}

/** A binding that exists, ready or not. */
export interface SimulatedBinding {
  readonly bindingId: string;
  /** The operation that made it. */
  readonly createdBy?: string;
  /** JSON texts as they were sent. */
  readonly parameters?: string;
  readonly context?: string;
  /** JSON text. */
  readonly credentials: string;
  /** More members of the result. */
  readonly answer: Record<string, unknown>;
  status: Status;
  readonly operations: SimulatedOperation[];
}

/** An instance that exists, ready or not. */
export interface SimulatedInstance extends InstanceChange {
  readonly instanceId: string;
  readonly serviceId: string;
  readonly organizationGuid: string;
  readonly spaceGuid: string;
  readonly createdBy?: string;
  updatedBy?: string;
  /** More members of the result. */
  readonly answer: Record<string, unknown>;
  status: Status;
  pendingChange?: InstanceChange;
  readonly operations: SimulatedOperation[];
  bindings: SimulatedBinding[];
}

type Resource = SimulatedInstance | SimulatedBinding;

const WHILE: Record<OperationKind, Status> = {
  provision: 'creating',
  update: 'updating',
  deprovision: 'deleting',
  bind: 'creating',
  unbind: 'deleting',
};

/** What exists now. Operations that are over by the clock have had their effect whenever it is looked at. */
export class Inventory {
  readonly #instances: Map<string, SimulatedInstance>;

  constructor(private readonly store: StateStore = noStore) {
    const stored = (store.read() ?? []) as SimulatedInstance[];
    this.#instances = new Map(stored.map((instance) => [instance.instanceId, instance]));
  }

  instance(instanceId: string): SimulatedInstance | undefined {
    const instance = this.#instances.get(instanceId);
    if (instance !== undefined) this.#settle(instance);
    return this.#instances.get(instanceId);
  }

  binding(instanceId: string, bindingId: string): SimulatedBinding | undefined {
    return this.instance(instanceId)?.bindings.find((binding) => binding.bindingId === bindingId);
  }

  instances(): SimulatedInstance[] {
    for (const instance of this.#instances.values()) this.#settle(instance);
    return [...this.#instances.values()];
  }

  add(instance: SimulatedInstance): void {
    this.#instances.set(instance.instanceId, instance);
  }

  remove(instance: SimulatedInstance): void {
    this.#instances.delete(instance.instanceId);
  }

  clear(): void {
    this.#instances.clear();
    this.save();
  }

  save(): void {
    this.store.write(() => [...this.#instances.values()]);
  }

  /** Starts an operation; it ends by itself. */
  begin(resource: Resource, operation: SimulatedOperation): void {
    resource.operations.push(operation);
    resource.status = WHILE[operation.kind];
  }

  #settle(instance: SimulatedInstance): void {
    const nowMs = Date.now();
    for (const binding of instance.bindings) {
      for (const operation of binding.operations) {
        if (hasJustEnded(operation, nowMs)) this.#endBinding(instance, binding, operation);
      }
    }
    for (const operation of instance.operations) {
      if (hasJustEnded(operation, nowMs)) this.#endInstance(instance, operation);
    }
  }

  #endInstance(instance: SimulatedInstance, { kind, ended, before }: SimulatedOperation): void {
    if (kind === 'deprovision' && ended === 'succeeded') return this.remove(instance);
    if (kind === 'update' && ended === 'succeeded') Object.assign(instance, instance.pendingChange);
    if (kind === 'update') delete instance.pendingChange;
    if (kind === 'provision') instance.status = ended === 'succeeded' ? 'ready' : 'failed';
    else instance.status = before;
  }

  #endBinding(instance: SimulatedInstance, binding: SimulatedBinding, operation: SimulatedOperation): void {
    const { kind, ended, before } = operation;
    if (kind === 'bind') binding.status = ended === 'succeeded' ? 'ready' : 'failed';
    else binding.status = before;
    if (kind === 'unbind' && ended === 'succeeded') {
      instance.bindings = instance.bindings.filter((other) => other !== binding);
    }
  }
}

function hasJustEnded(operation: SimulatedOperation, nowMs: number): boolean {
  const state = standing(operation, nowMs);
  if (operation.ended !== undefined || state === 'in progress') return false;
  operation.ended = state;
  return true;
}
