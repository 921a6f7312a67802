import type { Binding, Operation, OperationFailure, OperationId, Reservation, Sealer } from '#core';
import { SealedColumns } from '../sealed-columns.js';
import { present } from './present.js';

/** An operation as `OPERATION_COLUMNS` selects it. */
export interface OperationRow {
  readonly o_id: Operation['id'];
  readonly o_kind: Operation['kind'];
  readonly o_initiator: Operation['initiator'];
  readonly o_state: Operation['state'];
  readonly o_step: Operation['step'];
  readonly o_exclusive: boolean;
  readonly o_platform_id: string;
  readonly o_backend_id: string;
  readonly o_instance_incarnation: Operation['instanceIncarnation'];
  readonly o_binding_incarnation: Binding['incarnation'] | null;
  readonly o_request: Buffer | null;
  readonly o_poll_token: Buffer | null;
  readonly o_error_code: OperationFailure['code'] | null;
  readonly o_error_word: string | null;
  readonly o_description: string | null;
  readonly o_instance_usable: boolean | null;
  readonly o_update_repeatable: boolean | null;
  readonly o_originating_identity: string | null;
  readonly o_request_identity: string | null;
  readonly o_request_id: string | null;
  readonly o_attempts: number;
  readonly o_epoch: string;
  readonly o_confirmed: boolean;
  readonly o_call_ms: number | null;
  readonly o_conflicted: boolean;
  readonly o_call_open: boolean;
  readonly o_keeps_deprovision_waiting: boolean;
}

/** What an operation has to send beyond its instance or binding. */
type SealedRequest = Pick<Operation, 'update' | 'maintenanceInfo' | 'apiInfoLocation' | 'isSyncOnly'>;

/** Operations to rows and back; what they send and their poll token are sealed with their id as the row. */
export class OperationRows {
  private readonly columns: SealedColumns;

  constructor(sealer: Sealer) {
    this.columns = new SealedColumns(sealer, 'operation');
  }

  read(row: OperationRow): Operation {
    const request = this.columns.open('request', row.o_id, row.o_request);
    return present({
      id: row.o_id,
      kind: row.o_kind,
      initiator: row.o_initiator,
      state: row.o_state,
      step: row.o_step,
      exclusive: row.o_exclusive,
      platformId: row.o_platform_id,
      backendId: row.o_backend_id,
      instanceIncarnation: row.o_instance_incarnation,
      bindingIncarnation: row.o_binding_incarnation ?? undefined,
      ...(request === undefined ? {} : (JSON.parse(request) as SealedRequest)),
      pollToken: this.columns.open('poll_token', row.o_id, row.o_poll_token),
      failure: failureOf(row),
      description: row.o_error_code === null ? (row.o_description ?? undefined) : undefined,
      originatingIdentity: row.o_originating_identity ?? undefined,
      requestIdentity: row.o_request_identity ?? undefined,
      requestId: row.o_request_id ?? undefined,
      attempts: row.o_attempts,
      epoch: Number(row.o_epoch),
      isUnconfirmed: row.o_confirmed ? undefined : (true as const),
      callMs: row.o_call_ms ?? undefined,
      isConflicted: row.o_conflicted ? (true as const) : undefined,
      isCallOpen: row.o_call_open ? (true as const) : undefined,
      keepsDeprovisionWaiting: row.o_keeps_deprovision_waiting ? (true as const) : undefined,
    });
  }

  /** In the order of `INSERT_OPERATION`. */
  values({ operation, lease, ceilingMs }: Reservation): unknown[] {
    const { update, maintenanceInfo, apiInfoLocation, isSyncOnly } = operation;
    const sent = JSON.stringify({ update, maintenanceInfo, apiInfoLocation, isSyncOnly } satisfies { [K in keyof SealedRequest]: unknown });
    const request = sent === '{}' ? undefined : sent;
    return [
      operation.id,
      operation.kind,
      operation.initiator,
      operation.state,
      operation.step,
      operation.exclusive,
      operation.platformId,
      operation.backendId,
      operation.instanceIncarnation,
      operation.bindingIncarnation ?? null,
      this.columns.seal('request', operation.id, request),
      operation.originatingIdentity ?? null,
      operation.requestIdentity ?? null,
      operation.requestId ?? null,
      lease?.owner ?? null,
      lease?.leaseMs ?? null,
      lease?.callMs ?? null,
      ceilingMs,
      operation.callMs ?? null,
    ];
  }

  sealPollToken(id: OperationId, token: string | undefined): Buffer | null {
    return this.columns.seal('poll_token', id, token);
  }
}

function failureOf(row: OperationRow): OperationFailure | undefined {
  if (row.o_error_code === null) return undefined;
  return present({
    code: row.o_error_code,
    word: row.o_error_word ?? row.o_error_code,
    description: row.o_description ?? '',
    instanceUsable: row.o_instance_usable ?? undefined,
    updateRepeatable: row.o_update_repeatable ?? undefined,
  });
}
