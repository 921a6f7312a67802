import type { ServiceBinding, ServiceInstance } from './objects.js';

export interface ServiceClass {
  readonly externalId: string;
  externalName: string;
  description: string;
  bindable: boolean;
  planUpdatable: boolean;
  bindingRetrievable: boolean;
  removedFromBrokerCatalog: boolean;
}

export interface ServicePlan {
  readonly externalId: string;
  readonly classId: string;
  externalName: string;
  description: string;
  free: boolean;
  bindable?: boolean | undefined;
  removedFromBrokerCatalog: boolean;
}

export interface Secret {
  /** The name of the binding it was made for. */
  readonly owner?: string;
  readonly data: Readonly<Record<string, string>>;
}

export interface BrokerReady {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** What the API server keeps; it outlives every controller. */
export class Store {
  brokerReady: BrokerReady = { status: 'False', reason: '', message: '' };
  readonly classes = new Map<string, ServiceClass>();
  readonly plans = new Map<string, ServicePlan>();
  readonly instances = new Map<string, ServiceInstance>();
  readonly bindings = new Map<string, ServiceBinding>();
  readonly secrets = new Map<string, Secret>();

  instance(name: string): ServiceInstance {
    return found(this.instances, name);
  }

  binding(name: string): ServiceBinding {
    return found(this.bindings, name);
  }

  class(externalId: string): ServiceClass {
    return found(this.classes, externalId);
  }

  plan(externalId: string): ServicePlan {
    return found(this.plans, externalId);
  }

  /** Of all there ever were, also those that have left the catalog. */
  planNamed(className: string, planName: string): ServicePlan {
    const plan = [...this.plans.values()].find((each) => each.externalName === planName && this.class(each.classId).externalName === className);
    if (!plan) throw new Error(`ClusterServicePlan "${planName}" of "${className}" not found`);
    return plan;
  }

  bindingsOf({ name }: ServiceInstance): ServiceBinding[] {
    return [...this.bindings.values()].filter(({ instanceName }) => instanceName === name);
  }
}

function found<T>(objects: ReadonlyMap<string, T>, key: string): T {
  const object = objects.get(key);
  if (object === undefined) throw new Error(`"${key}" not found`);
  return object;
}
