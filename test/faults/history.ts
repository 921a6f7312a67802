import type { OperationKind } from '#sdk';

/** All times are milliseconds since 1970, of clocks that agree. */
export type TimeMs = number;

/** One request of a platform. It was surely over when `returnedAtMs` is there; else it may have gone on for ever. */
export interface ClientEntry {
  readonly platform: string;
  readonly client: string;
  readonly kind: OperationKind | 'poll' | 'fetch';
  readonly instanceId: string;
  readonly bindingId?: string;
  /** The plan a provision or update asked for. */
  readonly planId?: string;
  readonly gateway: string;
  readonly invokedAtMs: TimeMs;
  returnedAtMs?: TimeMs;
  status?: number;
  /** Asked for by a poll, or told by a 202. */
  operation?: string;
  /** What a poll was told. */
  state?: string;
  /** Credentials as JSON text. */
  credentials?: string;
  /** Why there is no status. */
  lost?: 'refused' | 'reset' | 'timeout';
}

/** One mutating request as the backend received it. */
export interface BackendCall {
  readonly verb: OperationKind;
  readonly instanceId: string;
  readonly bindingId?: string;
  readonly serviceId?: string;
  readonly atMs: TimeMs;
  /** When the backend was through with it; absent while it is under way. */
  readonly endedAtMs?: TimeMs;
  readonly status?: number;
}

/** What exists at a backend. */
export interface BackendResource {
  readonly instanceId: string;
  readonly bindingId?: string;
  readonly planId?: string;
  readonly status: string;
  /** Of a binding, as JSON text. */
  readonly credentials?: string;
}

/** What came into being or went at a backend. */
export interface BackendEvent {
  readonly kind: 'created' | 'deleted';
  readonly instanceId: string;
  readonly bindingId?: string;
  readonly atMs: TimeMs;
}

/** The ground truth of one backend. */
export interface BackendLedger {
  readonly name: string;
  readonly serviceIds: readonly string[];
  readonly calls: readonly BackendCall[];
  readonly resources: readonly BackendResource[];
  readonly events: readonly BackendEvent[];
}

export interface InstanceRow {
  readonly incarnation: string;
  readonly platform: string;
  readonly instanceId: string;
  readonly backend: string;
  readonly backendInstanceId: string;
  readonly serviceId: string;
  readonly planId: string;
  readonly state: string;
}

export interface BindingRow {
  readonly incarnation: string;
  readonly instanceIncarnation: string;
  readonly bindingId: string;
  readonly backendBindingId: string;
  readonly state: string;
}

export interface OperationRow {
  readonly id: string;
  readonly kind: OperationKind;
  readonly initiator: string;
  readonly state: string;
  readonly instanceIncarnation: string;
  readonly bindingIncarnation?: string;
  readonly parked: boolean;
  /** Whether it is due or will be, or somebody holds it. */
  readonly hasFuture: boolean;
}

/** One committed change of a row, in the order of their commits as far as one row goes. */
export interface Transition {
  readonly table: 'operation' | 'service_instance' | 'service_binding';
  readonly id: string;
  readonly state: string;
  /** Of operations. */
  readonly epoch?: number;
  readonly owner?: string | null;
}

export interface AuditRow {
  readonly atMs: TimeMs;
  readonly action: string;
  readonly subject: string;
  readonly operationId?: string;
  readonly outcome: string;
}

export interface DatabaseState {
  readonly instances: readonly InstanceRow[];
  readonly bindings: readonly BindingRow[];
  readonly operations: readonly OperationRow[];
  readonly transitions: readonly Transition[];
  readonly audit: readonly AuditRow[];
}

/** Everything that is known of a round, or of many. */
export interface History {
  readonly client: readonly ClientEntry[];
  readonly backends: readonly BackendLedger[];
  readonly database: DatabaseState;
}
