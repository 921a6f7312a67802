/**
 * `enabled`: offered. `closed`: still listed, refuses new instances with the operator's message. `disabled`: out of the
 * catalog. Existing instances keep every verb in all three.
 */
export type BackendState = 'enabled' | 'closed' | 'disabled';

/**
 * What happens to parameters that do not match the schema of their plan: they are refused, passed on with a warning in
 * the log, or not checked at all.
 */
export type SchemaEnforcement = 'enforce' | 'warn' | 'off';

/** What an operator decides for one plan of a backend. */
export interface PlanPolicy {
  /** Instead of that of the backend. */
  readonly schemaEnforcement?: SchemaEnforcement;
  /**
   * Whether a request without `accepts_incomplete` is served by waiting for the backend (default), or not: then the backend
   * has to complete it, or it is refused with AsyncRequired.
   */
  readonly bridgeSync?: boolean;
}

/** How the gateway treats one backend. */
export interface BackendPolicy {
  /** After this a slow create, update or delete is answered 202 where the platform takes it. Default 10 s. */
  readonly promoteAfterMs?: number;
  /** How many calls may be under way in one gateway process. Default 64. */
  readonly mostCalls?: number;
  /**
   * False for a backend that breaks down when bindings of one instance are worked on side by side, instead of throwing
   * ConcurrencyError: they take turns then. Default true.
   */
  readonly parallelBindings?: boolean;
  /**
   * Whether every binding that is left is unbound before the instance is deprovisioned. False only where the backend declares
   * `deprovisionRevokesBindings`. Default true.
   */
  readonly unbindBeforeDeprovision?: boolean;
  /** First pause between two polls, and before a mutation is sent again. Default 1 s. */
  readonly firstPollMs?: number;
  /** Longest pause between two polls. Default 30 s. */
  readonly longestPollMs?: number;
  /** Longest pause before a mutation is sent again, of clean-ups above all. Default 10 min. */
  readonly longestRetryMs?: number;
  /** Whether metadata of another type than platforms expect is published as the backend sends it. Default false. */
  readonly keepInvalidMetadata?: boolean;
  /** Of all its plans. Default `enforce`. */
  readonly schemaEnforcement?: SchemaEnforcement;
}

/** A registered backend: a type with a name and settings. */
export interface Backend {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly state: BackendState;
  /** What a closed backend tells whoever wants a new instance. */
  readonly closedMessage?: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly policy: BackendPolicy;
  readonly planPolicies: Readonly<Record<string, PlanPolicy>>;
  /** Rises with every change. */
  readonly version: number;
  readonly createdAt: Date;
}

export const BACKEND_NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
