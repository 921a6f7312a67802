import { Injectable } from '@nestjs/common';
import type { OperationKind, PlatformRef } from '#sdk';
import type { Binding } from '../bindings/binding.js';
import type { ServicePlan } from '../catalog/offering.js';
import { newOperationId, type OperationId } from '../ids/ids.js';
import type { Instance } from '../instances/instance.js';
import { BackendCalls } from '../backends/backend-calls.js';
import { optional } from '../optional.js';
import { GatewayIdentity } from './gateway-identity.js';
import type { Reservation, Task } from './lifecycle-store.js';
import { newTask } from './new-task.js';
import type { Operation, OperationState, Origin, UpdateIntent } from './operation.js';
import { auditOf } from './settlements.js';
import { Timings } from './timings.js';

/** What a new operation is about. */
export interface Intent {
  readonly kind: OperationKind;
  /** The platform by default. */
  readonly initiator?: Operation['initiator'];
  readonly platform: PlatformRef;
  readonly instance: Instance;
  readonly binding?: Binding;
  readonly origin: Origin;
  readonly update?: UpdateIntent;
  readonly maintenanceInfo?: string;
  /** Whether it keeps other mutations off the instance; false only for binds that may run side by side. */
  readonly exclusive: boolean;
  /** The backend is asked without `accepts_incomplete`, if it heeds that. */
  readonly isSyncOnly?: boolean;
  readonly state: Extract<OperationState, 'running' | 'queued'>;
  readonly plan?: Pick<ServicePlan, 'maximumPollingDurationSeconds'>;
}

/** Makes the row that says what the gateway is about to do. */
@Injectable()
export class Reservations {
  constructor(
    private readonly timings: Timings,
    private readonly identity: GatewayIdentity,
    private readonly calls: BackendCalls,
  ) {}

  make(intent: Intent): { reservation: Reservation; task: Task } {
    const operation = { ...operationOf(intent), ...optional('callMs', this.calls.longerCallMs(intent.instance.backendId)) };
    const { platform, instance, binding } = intent;
    const task = newTask({ operation, platform, instance, ...optional('binding', binding) });
    const { leaseMs, callMs } = this.timings;
    const lease = { owner: this.identity.name, leaseMs, callMs: operation.callMs ?? callMs };
    return {
      task,
      reservation: {
        operation,
        ceilingMs: this.ceilingMs(intent),
        audit: auditOf(task, 'started'),
        ...optional('lease', intent.state === 'running' ? lease : undefined),
      },
    };
  }

  /** A tenth below what is published, so that the gateway says `failed` before the platform gives up (OC G68). */
  private ceilingMs({ plan }: Intent): number {
    const publishedSeconds = plan?.maximumPollingDurationSeconds;
    return publishedSeconds === undefined ? this.timings.ceilingMs : publishedSeconds * 900;
  }
}

function operationOf(intent: Intent): Operation & { readonly id: OperationId } {
  const { kind, instance, binding, origin } = intent;
  const isSyncOnly = intent.isSyncOnly ? ({ isSyncOnly: true } as const) : {};
  return {
    id: newOperationId(),
    kind,
    initiator: intent.initiator ?? 'platform',
    state: intent.state,
    step: 'send',
    exclusive: intent.exclusive,
    platformId: intent.platform.id,
    backendId: instance.backendId,
    instanceIncarnation: instance.incarnation,
    attempts: 0,
    epoch: 1,
    ...origin,
    ...optional('bindingIncarnation', binding?.incarnation),
    ...optional('update', intent.update),
    ...optional('maintenanceInfo', intent.maintenanceInfo),
    ...isSyncOnly,
  };
}
