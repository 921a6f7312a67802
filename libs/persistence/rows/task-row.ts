import type { Binding, Instance, LifeState, Operation, OperationFailure, Sealer, Task } from '#core';
import type { BindingResult, PlatformKind } from '#sdk';
import { SealedColumns } from '../sealed-columns.js';

type Nullable<T> = { readonly [K in keyof T]: T[K] | null };

/** What the statements select, by the names of `statements/columns.ts`. Ids are read back as what they were written as. */
export interface InstanceRow {
  readonly i_incarnation: Instance['incarnation'];
  readonly i_platform_id: string;
  readonly i_instance_id: string;
  readonly i_backend_id: string;
  readonly i_backend_instance_id: string;
  readonly i_service_id: string;
  readonly i_plan_id: string;
  readonly i_organization_guid: string;
  readonly i_space_guid: string;
  readonly i_state: LifeState;
  readonly i_parameters: Buffer | null;
  readonly i_context: Buffer | null;
  readonly i_backend_state: Buffer | null;
  readonly i_dashboard_url: string | null;
  readonly i_metadata: Instance['metadata'] | null;
  readonly i_maintenance_version: string | null;
}

export interface BindingRow {
  readonly b_incarnation: Binding['incarnation'];
  readonly b_instance_incarnation: Binding['instanceIncarnation'];
  readonly b_binding_id: string;
  readonly b_backend_binding_id: string;
  readonly b_state: LifeState;
  readonly b_app_guid: string | null;
  readonly b_predecessor_binding_id: string | null;
  readonly b_parameters: Buffer | null;
  readonly b_bind_resource: Buffer | null;
  readonly b_context: Buffer | null;
  readonly b_result: Buffer | null;
  readonly b_backend_state: Buffer | null;
}

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
}

export type TaskRow = OperationRow &
  InstanceRow &
  Nullable<BindingRow> & {
    readonly p_name: string;
    readonly p_kind: PlatformKind;
    readonly overdue: boolean;
    readonly may_be_under_way: boolean;
    readonly unquiet_for_ms: number;
  };

/** What an operation has to send beyond its instance or binding. */
export type SealedRequest = Pick<Operation, 'update' | 'maintenanceInfo'>;

/** Turns rows into the domain's objects, opening what is sealed in them. */
export class TaskRows {
  private readonly instances: SealedColumns;
  private readonly bindings: SealedColumns;
  private readonly operations: SealedColumns;

  constructor(sealer: Sealer) {
    this.instances = new SealedColumns(sealer, 'service_instance');
    this.bindings = new SealedColumns(sealer, 'service_binding');
    this.operations = new SealedColumns(sealer, 'operation');
  }

  task(row: TaskRow, leasedAtMs = performance.now()): Task {
    return present({
      operation: this.operation(row),
      platform: { id: row.o_platform_id, name: row.p_name, kind: row.p_kind },
      instance: this.instance(row),
      binding: row.b_incarnation === null ? undefined : this.binding(row as BindingRow),
      overdue: row.overdue,
      mayBeUnderWay: row.may_be_under_way,
      unquietForMs: Math.max(0, row.unquiet_for_ms),
      leasedAtMs,
    });
  }

  instance(row: InstanceRow): Instance {
    const key = row.i_incarnation;
    return present({
      incarnation: key,
      platformId: row.i_platform_id,
      instanceId: row.i_instance_id,
      backendId: row.i_backend_id,
      backendInstanceId: row.i_backend_instance_id,
      serviceId: row.i_service_id,
      planId: row.i_plan_id,
      organizationGuid: row.i_organization_guid,
      spaceGuid: row.i_space_guid,
      state: row.i_state,
      parameters: this.instances.open('parameters', key, row.i_parameters),
      context: this.instances.open('context', key, row.i_context),
      backendState: slot(this.instances.open('backend_state', key, row.i_backend_state)),
      dashboardUrl: row.i_dashboard_url ?? undefined,
      metadata: row.i_metadata ?? undefined,
      maintenanceVersion: row.i_maintenance_version ?? undefined,
    });
  }

  binding(row: BindingRow): Binding {
    const key = row.b_incarnation;
    const result = this.bindings.open('result', key, row.b_result);
    return present({
      incarnation: key,
      instanceIncarnation: row.b_instance_incarnation,
      bindingId: row.b_binding_id,
      backendBindingId: row.b_backend_binding_id,
      state: row.b_state,
      appGuid: row.b_app_guid ?? undefined,
      predecessorBindingId: row.b_predecessor_binding_id ?? undefined,
      parameters: this.bindings.open('parameters', key, row.b_parameters),
      bindResource: this.bindings.open('bind_resource', key, row.b_bind_resource),
      context: this.bindings.open('context', key, row.b_context),
      result: result === undefined ? undefined : readResult(result),
      backendState: slot(this.bindings.open('backend_state', key, row.b_backend_state)),
    });
  }

  operation(row: OperationRow): Operation {
    const request = this.operations.open('request', row.o_id, row.o_request);
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
      pollToken: this.operations.open('poll_token', row.o_id, row.o_poll_token),
      failure: failureOf(row),
      originatingIdentity: row.o_originating_identity ?? undefined,
      requestIdentity: row.o_request_identity ?? undefined,
      requestId: row.o_request_id ?? undefined,
      attempts: row.o_attempts,
      epoch: Number(row.o_epoch),
    });
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

const slot = (text: string | undefined): Record<string, string> =>
  text === undefined ? {} : (JSON.parse(text) as Record<string, string>);

/** Credentials are kept as raw text inside the document, so that their bytes survive. */
export function writeResult({ credentials, ...rest }: BindingResult): string {
  return JSON.stringify(credentials === undefined ? rest : { ...rest, credentials: credentials.raw });
}

function readResult(text: string): BindingResult {
  const { credentials, ...rest } = JSON.parse(text) as Omit<BindingResult, 'credentials'> & { credentials?: string };
  if (credentials === undefined) return rest;
  return { ...rest, credentials: { raw: credentials, value: JSON.parse(credentials) as unknown } };
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** The object without the members that have no value. */
export function present<T extends object>(value: T): Present<T> {
  for (const key of Object.keys(value) as (keyof T)[]) if (value[key] === undefined) delete value[key];
  return value;
}
