/** A plain JSON object as it stands in the published catalog, in the words of the wire. */
export type WireObject = Readonly<Record<string, unknown>>;

/** A JSON schema as published; its rules were checked before. */
export type ParameterSchema = Readonly<Record<string, unknown>>;

/** OSB 2.17, Maintenance Info Object. */
export interface MaintenanceInfo {
  /** A semantic version 2.0. */
  readonly version: string;
  readonly description?: string;
}

/** The schemas of one plan that are enforced, by the request whose `parameters` they describe. */
export interface PlanSchemas {
  readonly provision?: ParameterSchema;
  readonly update?: ParameterSchema;
  readonly bind?: ParameterSchema;
}

/** A plan that passed every rule. What a backend left out is filled in: defaults and the offering's values. */
export interface ServicePlan {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly free: boolean;
  readonly bindable: boolean;
  readonly planUpdateable: boolean;
  readonly bindingRotatable: boolean;
  readonly maximumPollingDurationSeconds?: number;
  readonly maintenanceInfo?: MaintenanceInfo;
  readonly schemas: PlanSchemas;
  /** The plan as published: unknown fields kept, null members dropped, effective flags written out. */
  readonly wire: WireObject;
  /** The same without the schemas over which Cloud Controller refuses a whole catalog. */
  readonly cloudFoundryWire: WireObject;
}

/** A service offering that passed every rule, with at least one plan. */
export interface ServiceOffering {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly bindable: boolean;
  /** What the gateway answers, whatever the backend can do. */
  readonly instancesRetrievable: boolean;
  readonly bindingsRetrievable: boolean;
  /** What the backend said of itself. */
  readonly backendFlags: { readonly instancesRetrievable: boolean; readonly bindingsRetrievable: boolean };
  readonly allowContextUpdates: boolean;
  readonly requires: readonly string[];
  readonly dashboardClientId?: string;
  readonly plans: readonly ServicePlan[];
  /** The offering as published, without its plans. */
  readonly wire: WireObject;
}

/** An offering or plan, and something about it that an operator should know. */
export interface CatalogFinding {
  readonly serviceId?: string;
  readonly serviceName?: string;
  readonly planId?: string;
  readonly planName?: string;
  /** One sentence: the field and the rule. No values of fields that may be secret. */
  readonly reason: string;
}

/** An offering (no plan named) or a plan that is not published, and why. */
export interface LeftOut extends CatalogFinding {
  /** The backend that has the identifier, where that is the reason. */
  readonly heldBy?: string;
}
