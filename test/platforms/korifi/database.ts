import { randomUUID } from 'node:crypto';
import type { Parameters } from './broker-client.js';

/** Offerings and plans are never removed, whatever the catalog says later. */
export interface OfferingRow {
  readonly id: string;
  name: string;
  bindable: boolean;
  planUpdateable: boolean;
  documentationUrl?: string | undefined;
}

export interface PlanRow {
  readonly id: string;
  readonly offeringId: string;
  name: string;
  free: boolean;
  bindable: boolean;
  maintenanceVersion?: string | undefined;
  /** `admin`: nobody but administrators. */
  visibility: 'admin' | 'public';
}

/** Why something is not ready: the last reason there was, and what it said. */
export interface Condition {
  isTrue: boolean;
  reason: string;
  message: string;
}

export interface LastOperation {
  readonly type: 'create' | 'delete';
  state: 'initial' | 'in progress' | 'succeeded' | 'failed';
  description: string;
}

export class ServiceInstance {
  readonly kind = 'instance';
  readonly guid = randomUUID();
  isDeleted = false;
  /** Deleted without a word to the broker. */
  isPurged = false;
  readonly status: { ready?: Condition; provisioningFailed?: string; deprovisioningFailed?: string; lastOperation?: LastOperation; maintenanceVersion?: string | undefined } = {};

  constructor(
    readonly name: string,
    readonly planId: string,
    readonly parameters: Parameters | undefined,
  ) {}
}

export class ServiceBinding {
  readonly kind = 'binding';
  readonly guid = randomUUID();
  isDeleted = false;
  readonly status: { ready?: Condition; bindingFailed?: string; unbindingFailed?: string; envSecret?: string; mountSecret?: string } = {};

  constructor(
    readonly instanceGuid: string,
    readonly type: 'app' | 'key',
    /** The guid of the app or the name of the key. */
    readonly of: string,
    readonly parameters: Parameters | undefined,
  ) {}
}

/** Everything Korifi keeps as Kubernetes objects; it outlives every controller. */
export class Database {
  /** Nothing that was made of its catalog belongs to it: all that stays when it is deleted. */
  hasBroker = true;
  readonly offerings = new Map<string, OfferingRow>();
  readonly plans = new Map<string, PlanRow>();
  readonly instances = new Map<string, ServiceInstance>();
  readonly bindings = new Map<string, ServiceBinding>();
  readonly secrets = new Map<string, Readonly<Record<string, string>>>();

  instance(name: string): ServiceInstance {
    const row = [...this.instances.values()].find((each) => each.name === name);
    if (!row) throw new Error(`Service instance '${name}' not found.`);
    return row;
  }

  bindingsOf({ guid }: ServiceInstance): ServiceBinding[] {
    return [...this.bindings.values()].filter(({ instanceGuid }) => instanceGuid === guid);
  }

  binding(instanceName: string, of: string): ServiceBinding {
    const row = this.bindingsOf(this.instance(instanceName)).find((each) => each.of === of);
    if (!row) throw new Error(`${of} is not bound to ${instanceName}`);
    return row;
  }

  plan(planId: string): PlanRow {
    const row = this.plans.get(planId);
    if (!row) throw new Error(`failed to get service plan "${planId}"`);
    return row;
  }

  planNamed(offering: string, plan: string): PlanRow {
    const row = [...this.plans.values()].find((each) => each.name === plan && this.offerings.get(each.offeringId)?.name === offering);
    if (!row) throw new Error(`Service plan '${plan}' of '${offering}' not found.`);
    return row;
  }
}

/** As `cf service` shows it. */
export function shown({ status: { lastOperation } }: ServiceInstance): string {
  return lastOperation ? `${lastOperation.type} ${lastOperation.state}` : '';
}

/** As `cf service` and `cf service-key` show it. */
export function shownBinding({ isDeleted, status }: ServiceBinding): string {
  const type = isDeleted ? 'delete' : 'create';
  if (isDeleted ? status.unbindingFailed !== undefined : status.bindingFailed !== undefined) return `${type} failed`;
  return !isDeleted && status.ready?.isTrue ? 'create succeeded' : `${type} in progress`;
}
