import type { PlanOf } from './broker-client.js';

/** As the provider wants it: its own spelling, not the specification's. */
export interface KubernetesContext {
  readonly platform: 'kubernetes';
  readonly namespace: string;
  readonly instanceAnnotations?: Readonly<Record<string, string>>;
  readonly clusterId: string;
  readonly instanceName: string;
}

export type Details = Readonly<Record<string, string>>;

/** What `kubectl get` and `kubectl describe` show of every managed resource. READY stays empty: see {@link Managed.mark}. */
export interface Synced {
  readonly isTrue: boolean;
  readonly message: string;
}

/** A managed resource of Crossplane. */
export abstract class Managed {
  /** Only what is desired brings it back when it changes, and no status. */
  readonly status = {};
  synced: Synced | undefined;
  /** The last operation: `deleting` is the provider's own word. */
  state: string = '';
  operation = '';
  description = '';
  /** The annotation `crossplane.io/external-name`, its name unless it has another. */
  externalName: string;
  /** When a create began, and when the last one went well: annotations both. */
  isCreatePending = false;
  createSucceededSeconds = -Infinity;
  isDeleted = false;
  /** The broker has been seen to have it. */
  isSeen = false;
  /** How often a DELETE was answered with its end. */
  ends = 0;

  constructor(readonly name: string) {
    this.externalName = name;
  }

  /** Each condition takes the place of all there were, so that the last one is the only one: whether it is in sync. */
  mark(isTrue: boolean, message = ''): void {
    this.synced = { isTrue, message };
  }

  get isInProgress(): boolean {
    return this.state === 'in progress';
  }
}

/** Where an instance belongs; any user may choose any. */
export interface Home {
  readonly organization_guid: string;
  readonly space_guid: string;
}

/** The ids are its user's to choose. */
export class ServiceInstance extends Managed {
  readonly kind = 'instance';
  /** What the broker was last told. */
  toldContext: KubernetesContext | undefined;
  dashboardUrl: string | undefined;

  constructor(
    name: string,
    readonly instanceId: string,
    readonly home: Home,
    public plan: PlanOf,
    /** A text of JSON; an empty one is read as an empty object. */
    public parameters: string,
    public context: KubernetesContext,
  ) {
    super(name);
  }
}

export class ServiceBinding extends Managed {
  readonly kind = 'binding';
  /** What the broker was told, or says it was. */
  toldParameters = '{}';
  metadata: { readonly expires_at?: string; readonly renew_before?: string } | undefined;

  constructor(
    name: string,
    readonly instanceId: string,
    readonly plan: PlanOf,
    /** A text of JSON, which may not be empty. */
    public parameters: string,
    readonly context: KubernetesContext,
    readonly appGuid: string,
  ) {
    super(name);
  }
}

/** What Kubernetes keeps; it outlives every controller. */
export class Cluster {
  readonly instances = new Map<string, ServiceInstance>();
  readonly bindings = new Map<string, ServiceBinding>();
  /** Each named after its binding; values are JSON. */
  readonly secrets = new Map<string, Record<string, string>>();

  instance(name: string): ServiceInstance {
    return found(this.instances, name);
  }

  binding(name: string): ServiceBinding {
    return found(this.bindings, name);
  }

  has(object: ServiceInstance | ServiceBinding): boolean {
    return (object.kind === 'instance' ? this.instances : this.bindings).get(object.name) === object;
  }

  remove(object: ServiceInstance | ServiceBinding): void {
    (object.kind === 'instance' ? this.instances : this.bindings).delete(object.name);
    if (object.kind === 'binding') this.secrets.delete(object.name);
  }
}

function found<T>(objects: ReadonlyMap<string, T>, name: string): T {
  const object = objects.get(name);
  if (object === undefined) throw new Error(`Error from server (NotFound): "${name}" not found`);
  return object;
}
