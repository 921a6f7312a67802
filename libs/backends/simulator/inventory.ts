import type { OperationKind } from '#sdk';
import { standing, type SimulatedOperation, type Status } from './operation.js';
import { noStore, type StateStore } from './state-file.js';
import { withoutUndefined } from './without-undefined.js';

/** What an instance becomes when an update succeeds. */
export interface InstanceChange {
  planId: string;
  parameters?: string;
  context?: string;
  /** More members of the result. */
  answer?: Record<string, unknown>;
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
  answer: Record<string, unknown>;
  status: Status;
  pendingChange?: InstanceChange;
  readonly operations: SimulatedOperation[];
  bindings: SimulatedBinding[];
}

/** Something came into being or went. What goes with its instance has no event of its own. */
export interface InventoryEvent {
  /** ISO 8601; the end of an operation is noticed when somebody looks. */
  readonly at: string;
  readonly kind: 'created' | 'deleted';
  readonly instanceId: string;
  readonly bindingId?: string;
  /** The operation that made it. */
  readonly createdBy?: string;
}

type Resource = SimulatedInstance | SimulatedBinding;

const MOST_EVENTS_KEPT = 10_000;

const WHILE: Record<OperationKind, Status> = {
  provision: 'creating',
  update: 'updating',
  deprovision: 'deleting',
  bind: 'creating',
  unbind: 'deleting',
};

/** What exists now. Operations that are over by the clock have had their effect whenever it is looked at. */
export class Inventory {
  /** The last 10,000, oldest first. */
  readonly events: InventoryEvent[] = [];
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
    this.#note('created', instance, instance);
  }

  remove(instance: SimulatedInstance): void {
    if (this.#instances.delete(instance.instanceId)) this.#note('deleted', instance, instance);
  }

  addBinding(instance: SimulatedInstance, binding: SimulatedBinding): void {
    instance.bindings.push(binding);
    this.#note('created', instance, binding);
  }

  removeBinding(instance: SimulatedInstance, binding: SimulatedBinding): void {
    instance.bindings = instance.bindings.filter((other) => other !== binding);
    this.#note('deleted', instance, binding);
  }

  clear(): void {
    this.#instances.clear();
    this.events.length = 0;
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
    if (kind === 'unbind' && ended === 'succeeded') this.removeBinding(instance, binding);
  }

  #note(kind: InventoryEvent['kind'], { instanceId }: SimulatedInstance, resource: Resource): void {
    const { createdBy } = resource;
    const bindingId = 'bindingId' in resource ? resource.bindingId : undefined;
    this.events.push(withoutUndefined({ at: new Date().toISOString(), kind, instanceId, bindingId, createdBy }));
    if (this.events.length > MOST_EVENTS_KEPT) this.events.shift();
  }
}

function hasJustEnded(operation: SimulatedOperation, nowMs: number): boolean {
  const state = standing(operation, nowMs);
  if (operation.ended !== undefined || state === 'in progress') return false;
  operation.ended = state;
  return true;
}
