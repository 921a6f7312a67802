import type { OperationKind, PlatformKind } from '#sdk';
import type { AuditOutcome } from '../audit/audit-event.js';
import type { LifeState } from '../instances/instance.js';
import type { OperationInitiator, OperationState, OperationStep } from '../operations/operation.js';

/** One page of a list, newest first. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Give it back as `after` for the next page; absent on the last one. */
  readonly next?: string;
}

export interface PageRequest {
  /** 1 to 500. */
  readonly limit: number;
  readonly after?: string;
}

export interface InstanceFilter {
  readonly platform?: string;
  readonly backend?: string;
  readonly instanceId?: string;
  readonly serviceId?: string;
  readonly planId?: string;
  readonly state?: LifeState;
}

/** The newest operation of an instance or binding, whether it runs or has ended. */
export interface LastOperation {
  readonly id: string;
  readonly kind: OperationKind;
  readonly state: OperationState;
  readonly createdAt: Date;
}

export interface InstanceLine {
  readonly incarnation: string;
  readonly instanceId: string;
  readonly platform: string;
  readonly platformKind: PlatformKind;
  readonly backend: string;
  readonly backendInstanceId: string;
  readonly serviceId: string;
  readonly planId: string;
  readonly organizationGuid: string;
  readonly spaceGuid: string;
  readonly state: LifeState;
  readonly dashboardUrl?: string;
  readonly maintenanceVersion?: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly deletedAt?: Date;
  /** Absent when it ended so long ago that it is not kept any more. */
  readonly lastOperation?: LastOperation;
}

export interface BindingFilter {
  readonly platform?: string;
  readonly backend?: string;
  readonly instanceId?: string;
  readonly bindingId?: string;
  readonly state?: LifeState;
}

export interface BindingLine {
  readonly incarnation: string;
  readonly bindingId: string;
  readonly instanceId: string;
  readonly platform: string;
  readonly backend: string;
  readonly state: LifeState;
  readonly appGuid?: string;
  readonly predecessorBindingId?: string;
  readonly expiresAt?: string;
  readonly createdAt: Date;
  readonly deletedAt?: Date;
  /** Absent when it ended so long ago that it is not kept any more. */
  readonly lastOperation?: LastOperation;
}

export interface OperationFilter {
  readonly id?: string;
  readonly platform?: string;
  readonly backend?: string;
  readonly instanceId?: string;
  readonly kind?: OperationKind;
  readonly state?: OperationState;
  readonly initiator?: OperationInitiator;
  /** Given up trying, and waiting for operators; or not. */
  readonly parked?: boolean;
}

export interface OperationLine {
  readonly id: string;
  readonly kind: OperationKind;
  readonly initiator: OperationInitiator;
  readonly state: OperationState;
  readonly step: OperationStep;
  readonly platform: string;
  readonly backend: string;
  readonly instanceId: string;
  readonly bindingId?: string;
  readonly attempts: number;
  readonly epoch: number;
  readonly leasedBy?: string;
  readonly leasedUntil?: Date;
  readonly nextAttemptAt?: Date;
  readonly ceilingAt: Date;
  readonly parkedAt?: Date;
  readonly errorCode?: string;
  readonly description?: string;
  /** What the backend answered or threw last, redacted and bounded. */
  readonly lastCause?: string;
  readonly requestId?: string;
  readonly createdAt: Date;
  readonly finishedAt?: Date;
}

export interface AuditFilter {
  readonly action?: string;
  readonly actor?: string;
  readonly platform?: string;
  /** Exact subject, for example `instance i-1`. */
  readonly subject?: string;
  readonly operationId?: string;
  readonly requestId?: string;
  readonly outcome?: AuditOutcome;
  readonly from?: Date;
  readonly to?: Date;
}

export interface AuditLine {
  readonly id: string;
  readonly at: Date;
  readonly actorKind: string;
  readonly actorName: string;
  readonly platformId?: string;
  readonly originatingIdentity?: string;
  readonly requestId?: string;
  readonly action: string;
  readonly subject: string;
  readonly operationId?: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly outcome: AuditOutcome;
  readonly description?: string;
}

/** What operators look through. Shows no parameters, contexts or credentials. */
export abstract class Inventory {
  abstract instances(filter: InstanceFilter, page: PageRequest): Promise<Page<InstanceLine>>;
  abstract bindings(filter: BindingFilter, page: PageRequest): Promise<Page<BindingLine>>;
  abstract operations(filter: OperationFilter, page: PageRequest): Promise<Page<OperationLine>>;
  abstract auditEvents(filter: AuditFilter, page: PageRequest): Promise<Page<AuditLine>>;
}
