import type { JsonBody } from '../../support/http-client.js';

/** What Cloud Controller calls what went wrong with a request. */
export type ErrorName =
  | 'ResponseMalformed' | 'BadResponse' | 'RequestRejected' | 'AuthenticationFailed' | 'ApiTimeout' | 'Conflict' | 'ConcurrencyError'
  | 'AsyncRequired' | 'AppRequired' | 'MaintenanceInfoConflict' | 'HttpClientTimeout' | 'HttpRequestError' | 'ApiUnreachable'
  | 'OperationInProgress' | 'InvalidSyslogDrainUrl' | 'InvalidVolumeMounts' | 'BindingNotRetrievable';

/** What `cf service` shows: `create in progress`, `delete failed`, with the words of the broker below it. */
export interface LastOperation {
  readonly type: 'create' | 'update' | 'delete';
  readonly state: 'initial' | 'in progress' | 'succeeded' | 'failed';
  readonly description: string;
  readonly error?: ErrorName;
  /** What the broker wants to be asked with. */
  readonly brokerOperation?: string;
  /** Of the platform's time. */
  readonly sinceSeconds: number;
  /** The worker that does it. */
  readonly worker: number;
}

/** A plan as the platform keeps it: matched by the id the broker gave, never by the name. */
export interface PlanRow {
  readonly uniqueId: string;
  readonly offeringId: string;
  readonly name: string;
  readonly free: boolean;
  readonly bindable: boolean;
  readonly updateable: boolean;
  readonly maintenanceInfo?: JsonBody;
  readonly maximumPollingSeconds?: number;
  /** False when it has vanished from the catalog while instances were left. */
  readonly active: boolean;
  /** Whether users may see it: an operator's word, lost when the row is. */
  isPublic: boolean;
}

export interface OfferingRow {
  readonly uniqueId: string;
  readonly name: string;
  readonly requires: readonly string[];
  readonly instancesRetrievable: boolean;
  readonly bindingsRetrievable: boolean;
  readonly allowContextUpdates: boolean;
  readonly active: boolean;
}

export interface InstanceRow {
  readonly guid: string;
  name: string;
  planId: string;
  maintenanceVersion?: string | undefined;
  dashboardUrl?: string | undefined;
  lastOperation: LastOperation;
}

/** A binding of an app or a route, or a key. */
export interface BindingRow {
  readonly guid: string;
  readonly kind: 'app' | 'key' | 'route';
  /** The app's guid, the key's name or the route. */
  readonly of: string;
  readonly instanceGuid: string;
  credentials?: JsonBody;
  syslogDrainUrl?: string | undefined;
  routeServiceUrl?: string | undefined;
  volumeMounts?: JsonBody;
  lastOperation: LastOperation;
}

/** An orphan mitigation, while it goes on and after. */
export interface OrphanJob {
  readonly guid: string;
  attempts: number;
  /** `dropped` after the last attempt: nobody will ever delete it. */
  ended?: 'removed' | 'dropped';
}

/** Everything Cloud Controller remembers of one broker. */
export class Database {
  brokerState: 'UNKNOWN' | 'SYNCHRONIZING' | 'SYNCHRONIZATION_FAILED' | 'AVAILABLE' = 'UNKNOWN';
  readonly offerings = new Map<string, OfferingRow>();
  readonly plans = new Map<string, PlanRow>();
  readonly instances = new Map<string, InstanceRow>();
  readonly bindings = new Map<string, BindingRow>();
  readonly orphanJobs: OrphanJob[] = [];

  instance(name: string): InstanceRow {
    const row = this.findInstance(name);
    if (!row) throw new Error(`Service instance '${name}' not found.`);
    return row;
  }

  findInstance(name: string): InstanceRow | undefined {
    return [...this.instances.values()].find((row) => row.name === name);
  }

  bindingsOf({ guid }: InstanceRow): BindingRow[] {
    return [...this.bindings.values()].filter(({ instanceGuid }) => instanceGuid === guid);
  }

  plan(planId: string): PlanRow {
    const row = this.plans.get(planId);
    if (!row) throw new Error(`no plan ${planId}`);
    return row;
  }

  offeringOf(plan: PlanRow): OfferingRow {
    const row = this.offerings.get(plan.offeringId);
    if (!row) throw new Error(`no offering ${plan.offeringId}`);
    return row;
  }

  planNamed(offering: string, plan: string): PlanRow {
    const found = [...this.plans.values()].find((row) => row.name === plan && this.offeringOf(row).name === offering);
    if (!found?.active) throw new Error(`Service plan '${plan}' of '${offering}' not found.`);
    return found;
  }

  /** As `cf service` shows it. */
  static shown({ lastOperation: { type, state } }: { readonly lastOperation: LastOperation }): string {
    return `${type} ${state}`;
  }
}
