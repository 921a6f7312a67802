import type { InstanceMetadata, OperationKind, StateSlot } from '#sdk';
import { noStore, type StateStore } from '../state-file.js';

/** Between `creating` and `deleting` a record without a running operation has a call in flight. */
export type Phase = 'creating' | 'ready' | 'updating' | 'deleting' | 'failed';

/** The latest accepted operation of an instance or binding. */
export interface OperationRecord {
  readonly kind: OperationKind;
  /** What makes a request sent again the same one. */
  readonly identity: string;
  readonly pollToken?: string;
  /** The plan and the phase before the operation. */
  readonly planId: string;
  readonly before: Phase;
  state: 'in progress' | 'succeeded' | 'failed';
  description?: string;
  instanceUsable?: boolean;
  updateRepeatable?: boolean;
}

/** What instances and bindings have in common. */
export interface Tracked {
  /** What makes a create sent again the same one; canonical JSON. */
  identity: string;
  /** The idempotency key of the create. */
  readonly operationId: string;
  phase: Phase;
  operation?: OperationRecord;
  readonly slot: Record<string, string>;
}

/** The part of an instance an update replaces. */
export interface InstanceAttributes {
  planId: string;
  /** JSON text. */
  parameters?: string;
  context?: string;
  maintenanceVersion?: string;
  dashboardUrl?: string;
  metadata?: InstanceMetadata;
}

export interface InstanceRecord extends Tracked, InstanceAttributes {
  readonly instanceId: string;
  readonly serviceId: string;
  readonly organizationGuid: string;
  readonly spaceGuid: string;
  /** What the running update makes of the instance. */
  pending?: InstanceAttributes & { identity: string };
  bindings: BindingRecord[];
}

export interface BindingRecord extends Tracked {
  readonly bindingId: string;
  /** JSON text. */
  readonly parameters?: string;
  /** What the bind gave; absent until it is known. */
  result?: { readonly credentials?: string; readonly members: Record<string, unknown> };
}

interface Stored {
  readonly instances: InstanceRecord[];
  readonly gone: string[];
  readonly past: readonly (readonly [id: string, operations: OperationRecord[]])[];
}

/** What the broker knows of instances, bindings and operations. */
export class Records {
  readonly #instances: Map<string, InstanceRecord>;
  /** Ids of what was deleted: asked for its last operation, it is gone and not unknown. */
  readonly #gone: Set<string>;
  /** Operations others have followed, by what they were for: each is still answered for by its own name. */
  readonly #past: Map<string, OperationRecord[]>;

  constructor(private readonly store: StateStore = noStore) {
    const { instances = [], gone = [], past = [] } = (store.read() ?? {}) as Partial<Stored>;
    this.#instances = new Map(instances.map((instance) => [instance.instanceId, instance]));
    this.#gone = new Set(gone);
    this.#past = new Map(past);
    for (const instance of instances) [instance, ...instance.bindings].forEach(forgetCallInFlight);
  }

  instance(instanceId: string): InstanceRecord | undefined {
    return this.#instances.get(instanceId);
  }

  binding(instanceId: string, bindingId: string): BindingRecord | undefined {
    return this.#instances.get(instanceId)?.bindings.find((binding) => binding.bindingId === bindingId);
  }

  add(instance: InstanceRecord): void {
    this.#instances.set(instance.instanceId, instance);
    this.#gone.delete(goneKey(instance.instanceId));
    this.save();
  }

  addBinding(instance: InstanceRecord, binding: BindingRecord): void {
    instance.bindings.push(binding);
    this.#gone.delete(goneKey(instance.instanceId, binding.bindingId));
    this.save();
  }

  remove(instance: InstanceRecord): void {
    if (this.#instances.get(instance.instanceId) !== instance) return;
    this.#instances.delete(instance.instanceId);
    this.#gone.add(goneKey(instance.instanceId));
    this.save();
  }

  removeBinding(instance: InstanceRecord, binding: BindingRecord): void {
    instance.bindings = instance.bindings.filter((other) => other !== binding);
    this.#gone.add(goneKey(instance.instanceId, binding.bindingId));
    this.save();
  }

  /** Forgets a create that surely made nothing. */
  forget(instance: InstanceRecord): void {
    this.#instances.delete(instance.instanceId);
    this.save();
  }

  forgetBinding(instance: InstanceRecord, binding: BindingRecord): void {
    instance.bindings = instance.bindings.filter((other) => other !== binding);
    this.save();
  }

  wasDeleted(instanceId: string, bindingId?: string): boolean {
    return this.#gone.has(goneKey(instanceId, bindingId)) || this.#gone.has(goneKey(instanceId));
  }

  /** Puts the latest operation away, for another follows; one that ran was ended by it. */
  putAway(tracked: Tracked, ...id: ResourceId): void {
    const { operation } = tracked;
    delete tracked.operation;
    if (operation === undefined) return;
    if (operation.state === 'in progress') Object.assign(operation, { state: 'failed', description: 'A deprovision ended it.' });
    this.#past.set(goneKey(...id), [...(this.#past.get(goneKey(...id)) ?? []), operation]);
  }

  /** An operation that others have followed. */
  pastOperation(pollToken: string, ...id: ResourceId): OperationRecord | undefined {
    return this.#past.get(goneKey(...id))?.findLast((operation) => operation.pollToken === pollToken);
  }

  slot(tracked: Tracked): StateSlot {
    return {
      get: (key) => tracked.slot[key],
      put: async (key, value) => {
        tracked.slot[key] = value;
        this.save();
      },
    };
  }

  clear(): void {
    this.#instances.clear();
    this.#gone.clear();
    this.#past.clear();
    this.save();
  }

  save(): void {
    const stored = (): Stored => ({ instances: [...this.#instances.values()], gone: [...this.#gone], past: [...this.#past] });
    this.store.write(stored);
  }
}

type ResourceId = readonly [instanceId: string, bindingId?: string];

function goneKey(...[instanceId, bindingId]: ResourceId): string {
  return JSON.stringify([instanceId, bindingId]);
}

/** The process that made the call is gone: nobody knows how it ended. */
function forgetCallInFlight(tracked: Tracked): void {
  if (tracked.operation?.state === 'in progress' || tracked.phase === 'ready') return;
  tracked.phase = tracked.phase === 'creating' || tracked.phase === 'failed' ? 'failed' : 'ready';
}
