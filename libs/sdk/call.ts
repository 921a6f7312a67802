import type { RawJson } from './raw-json.js';

/** The platform that asked. */
export interface PlatformRef {
  readonly id: string;
  readonly name: string;
  readonly kind: PlatformKind;
}

/** `kubernetes`: service-catalog. `other` is shown what every platform can read. */
export type PlatformKind = 'cloudfoundry' | 'korifi' | 'kubernetes' | 'crossplane' | 'other';

/**
 * A small key/value slot the gateway keeps sealed for a backend, one per instance and one per binding. For names and
 * ids the backend made up; not for data. At most 16 KiB per slot.
 */
export interface StateSlot {
  get(key: string): string | undefined;
  /** Resolves once the value is committed, so it can be relied on before acting on it. */
  put(key: string, value: string): Promise<void>;
}

/** What comes with every call to a backend. */
export interface Call {
  /**
   * The gateway's operation: an idempotency key. A call repeated with the same id must end in one resource, not two.
   * Absent on reads.
   */
  readonly operationId?: string;
  /** Fires at the deadline. A backend that has not answered by then has an unknown outcome. */
  readonly signal: AbortSignal;
  readonly deadline: Date;
  readonly platform: PlatformRef;
  /** Header `X-Broker-API-Originating-Identity` as sent; only on calls a platform's request caused. */
  readonly originatingIdentity?: string;
  /** Header `X-Broker-API-Request-Identity` of the request that caused this call, or one made by the gateway. */
  readonly requestIdentity?: string;
  /** Header `X-Api-Info-Location` of a Cloud Foundry's request, as sent: where its API describes itself. */
  readonly apiInfoLocation?: string;
  /**
   * False: the platform takes no 202, and its operator wants no waiting. Complete the call, or throw `AsyncRequired` having
   * changed nothing. Absent: `accepted` is an answer. Only for backends that declare `heedsAcceptsIncomplete`.
   */
  readonly acceptsIncomplete?: boolean;
  /** The instance's slot. */
  readonly state: StateSlot;
}

export interface BindingCall extends Call {
  /** The binding's slot. */
  readonly bindingState: StateSlot;
}

/** An instance as its backend knows it. */
export interface InstanceRef {
  /** The backend's instance id: the platform's id unless that was taken. 1 to 1,024 characters, any but NUL. */
  readonly instanceId: string;
  readonly serviceId: string;
  readonly planId: string;
}

export interface BindingRef extends InstanceRef {
  readonly bindingId: string;
}

export interface ProvisionRequest extends InstanceRef {
  readonly organizationGuid: string;
  readonly spaceGuid: string;
  readonly parameters?: RawJson;
  readonly context?: RawJson;
  readonly maintenanceInfo?: RawJson;
}

export interface UpdateRequest extends InstanceRef {
  /** The plan after the update; equal to `previousPlanId` when the plan stays. */
  readonly planId: string;
  readonly previousPlanId: string;
  readonly parameters?: RawJson;
  readonly context?: RawJson;
  readonly maintenanceInfo?: RawJson;
  readonly previousValues?: RawJson;
}

export interface BindRequest extends BindingRef {
  readonly appGuid?: string;
  readonly bindResource?: RawJson;
  readonly parameters?: RawJson;
  readonly context?: RawJson;
  /** The binding a rotation follows. Where the platform named no parameters, `parameters` are those of that binding. */
  readonly predecessorBindingId?: string;
}

export type OperationKind = 'provision' | 'update' | 'deprovision' | 'bind' | 'unbind';

export interface PollRequest {
  readonly kind: OperationKind;
  /** The plan the platform would name: during a plan change the one before it. */
  readonly planId: string;
  readonly pollToken?: string;
  /** What was asked, for work that goes on by being polled. Absent for deletes. */
  readonly asked?: ProvisionRequest | UpdateRequest | BindRequest;
}
