import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import {
  LifecycleStore,
  Sealer,
  type AuditEvent,
  type Binding,
  type BindingView,
  type FoundOperation,
  type Incarnation,
  type Instance,
  type InstanceChange,
  type InstanceView,
  type LifeState,
  type LifecycleTransaction,
  type Operation,
  type OperationId,
  type OperationQuery,
  type Pause,
  type Reservation,
  type Settlement,
  type Task,
  type Written,
  Timings,
} from '#core';
import { TaskRows, writeResult, type BindingRow, type InstanceRow, type OperationRow, type TaskRow } from '../rows/task-row.js';
import { SealedColumns } from '../sealed-columns.js';
import { Sql, type Queryable } from '../sql.js';
import { storableJson } from '../storable-json.js';
import { CLAIM_DUE } from '../statements/claim-due.js';
import { EXTEND_LEASES } from '../statements/extend-leases.js';
import { FIND_BINDING } from '../statements/find-binding.js';
import { FIND_INSTANCE } from '../statements/find-instance.js';
import { FIND_BINDING_OPERATION, FIND_INSTANCE_OPERATION } from '../statements/find-operation.js';
import { FIND_TASK } from '../statements/find-task.js';
import { INSERT_BINDING } from '../statements/insert-binding.js';
import { INSERT_CLEAN_UP, INSERT_OPERATION, RESERVE_PROVISION } from '../statements/insert-operation.js';
import { LOCK_INSTANCE } from '../statements/lock-instance.js';
import { PARK } from '../statements/park.js';
import { PURGE_BINDINGS, PURGE_INSTANCES, PURGE_OPERATIONS } from '../statements/purge.js';
import { RECORD_ACCEPTED } from '../statements/record-accepted.js';
import { RECORD_PAUSE } from '../statements/record-pause.js';
import { FIND_FORGOTTEN, LOCK_INCARNATION, RELEASE_QUEUED } from '../statements/release-queued.js';
import { SAVE_BINDING_STATE, SAVE_INSTANCE_STATE } from '../statements/save-backend-state.js';
import { SETTLE_OPERATION } from '../statements/settle-operation.js';

/** The lifecycle in Postgres. The hot path is hand-written: one statement, one round trip, one transaction. */
@Injectable()
export class PostgresLifecycleStore extends LifecycleStore {
  private readonly rows: TaskRows;
  private readonly instances: SealedColumns;
  private readonly bindings: SealedColumns;
  private readonly operations: SealedColumns;

  constructor(
    private readonly sql: Sql,
    private readonly timings: Timings,
    sealer: Sealer,
  ) {
    super();
    this.rows = new TaskRows(sealer);
    this.instances = new SealedColumns(sealer, 'service_instance');
    this.bindings = new SealedColumns(sealer, 'service_binding');
    this.operations = new SealedColumns(sealer, 'operation');
  }

  async findInstance(platformId: string, instanceId: string, on?: Queryable): Promise<InstanceView | undefined> {
    const found = await this.sql.rows<InstanceRow & Partial<OperationRow>>(FIND_INSTANCE, [platformId, keyOf(instanceId)], on);
    const [first] = found;
    if (!first) return undefined;
    const pending = found.filter((row): row is InstanceRow & OperationRow => row.o_id !== null);
    return { instance: this.rows.instance(first), pending: pending.map((row) => this.rows.operation(row)) };
  }

  async findBinding(platformId: string, instanceId: string, bindingId: string): Promise<BindingView | undefined> {
    const view = await this.findInstance(platformId, instanceId);
    if (!view) return undefined;
    const binding = await this.bindingOf(view.instance, bindingId);
    return binding ? { ...view, binding } : view;
  }

  async reserveProvision(instance: Instance, reservation: Reservation): Promise<'reserved' | 'instance exists' | 'backend id taken'> {
    const values = [...this.operationValues(reservation), ...auditValues(reservation.audit), ...this.instanceValues(instance)];
    const row = await this.sql.row<{ reserved: boolean }>(RESERVE_PROVISION, values);
    if (row?.reserved) return 'reserved';
    const existing = await this.findInstance(instance.platformId, instance.instanceId);
    return existing ? 'instance exists' : 'backend id taken';
  }

  transaction<T>(story: (transaction: LifecycleTransaction) => Promise<T>): Promise<T> {
    return this.sql.transaction((client) => story(this.within(client)));
  }

  private within(client: PoolClient): LifecycleTransaction {
    return {
      lockInstance: async (platformId, instanceId) => {
        const locked = await this.sql.row(LOCK_INSTANCE, [platformId, keyOf(instanceId)], client);
        return locked ? this.findInstance(platformId, instanceId, client) : undefined;
      },
      findBinding: (instance, bindingId) => this.bindingOf(instance, bindingId, client),
      insertBinding: async (binding) => {
        await this.sql.rows(INSERT_BINDING, this.bindingValues(binding), client);
      },
      insertOperation: (reservation) => this.insertOperation(reservation, client),
      settle: async (settlement) => ((await this.settleOn(settlement, client)) ? 'written' : 'lost'),
    };
  }

  async recordAccepted(
    operation: Operation,
    accepted: { pollToken?: string; pauseMs: number; instance?: InstanceChange; audit: AuditEvent },
  ): Promise<Written> {
    const token = this.operations.seal('poll_token', operation.id, accepted.pollToken);
    const { dashboardUrl, metadata } = accepted.instance ?? {};
    const values = [operation.id, operation.epoch, token, accepted.pauseMs, dashboardUrl ?? null, storableJson(metadata)];
    return written(await this.sql.row(RECORD_ACCEPTED, [...values, ...auditValues(accepted.audit)]));
  }

  async recordPause(operation: Operation, { pauseMs, call }: Pause): Promise<Written> {
    return written(await this.sql.row(RECORD_PAUSE, [operation.id, operation.epoch, pauseMs, call, this.timings.callMs]));
  }

  async park(operation: Operation): Promise<Written> {
    return written(await this.sql.row(PARK, [operation.id, operation.epoch]));
  }

  async settle(settlement: Settlement): Promise<Written> {
    const settled = settlement.cleanUp
      ? await this.sql.transaction((client) => this.settleOn(settlement, client))
      : await this.settleOn(settlement);
    if (!settled) return 'lost';
    if (settled.queued) await this.releaseQueued(settlement.operation.instanceIncarnation);
    return 'written';
  }

  private async settleOn(settlement: Settlement, on?: Queryable): Promise<{ queued: boolean } | undefined> {
    const { cleanUp } = settlement;
    const settled = await this.sql.row<{ queued: boolean }>(SETTLE_OPERATION, this.settlementValues(settlement), on);
    if (!settled || !cleanUp) return settled;
    await this.sql.rows(INSERT_CLEAN_UP, [...this.operationValues(cleanUp), ...auditValues(cleanUp.audit)], on);
    return { queued: true };
  }

  private async insertOperation(reservation: Reservation, on?: Queryable): Promise<void> {
    await this.sql.rows(INSERT_OPERATION, [...this.operationValues(reservation), ...auditValues(reservation.audit)], on);
  }

  private async releaseQueued(incarnation: Incarnation): Promise<void> {
    await this.sql.transaction(async (client) => {
      await this.sql.row(LOCK_INCARNATION, [incarnation], client);
      await this.sql.rows(RELEASE_QUEUED, [incarnation, this.timings.callMs], client);
    });
  }

  async releaseForgotten(): Promise<void> {
    for (const { incarnation } of await this.sql.rows<{ incarnation: Incarnation }>(FIND_FORGOTTEN, [])) {
      await this.releaseQueued(incarnation);
    }
  }

  async saveBackendState(operation: Operation, target: 'instance' | 'binding', state: Readonly<Record<string, string>>): Promise<Written> {
    const text = JSON.stringify(state);
    const sealed =
      target === 'instance'
        ? this.instances.seal('backend_state', operation.instanceIncarnation, text)
        : this.bindings.seal('backend_state', operation.bindingIncarnation as string, text);
    const statement = target === 'instance' ? SAVE_INSTANCE_STATE : SAVE_BINDING_STATE;
    return written(await this.sql.row(statement, [operation.id, operation.epoch, sealed]));
  }

  async findTask(id: OperationId): Promise<Task | undefined> {
    const row = await this.sql.row<TaskRow>(FIND_TASK, [id]);
    return row && this.rows.task(row);
  }

  async findOperation(query: OperationQuery): Promise<FoundOperation | undefined> {
    const { platformId, instanceId, bindingId, operationId } = query;
    const values = [platformId, keyOf(instanceId), operationId ?? null];
    const row =
      bindingId === undefined
        ? await this.sql.row<FoundRow>(FIND_INSTANCE_OPERATION, values)
        : await this.sql.row<FoundRow>(FIND_BINDING_OPERATION, [...values, keyOf(bindingId)]);
    if (!row) return undefined;
    return row.o_id === null
      ? { state: row.life_state }
      : { state: row.life_state, operation: this.rows.operation(row as OperationRow) };
  }

  async claimDue(owner: string, leaseMs: number, most: number): Promise<Task[]> {
    const askedAtMs = performance.now();
    const claimed = await this.sql.rows<TaskRow>(CLAIM_DUE, [owner, leaseMs, most, this.timings.callMs]);
    return claimed.map((row) => this.rows.task(row, askedAtMs));
  }

  async extendLeases(owner: string, leaseMs: number, ids: readonly OperationId[]): Promise<OperationId[]> {
    const ours = await this.sql.rows<{ id: OperationId }>(EXTEND_LEASES, [owner, leaseMs, ids]);
    return ours.map(({ id }) => id);
  }

  async purge(retentionMs: number): Promise<void> {
    for (const statement of [PURGE_INSTANCES, PURGE_BINDINGS, PURGE_OPERATIONS]) await this.sql.rows(statement, [retentionMs]);
  }

  private async bindingOf(instance: Instance, bindingId: string, on?: Queryable): Promise<Binding | undefined> {
    const row = await this.sql.row<BindingRow>(FIND_BINDING, [instance.incarnation, keyOf(bindingId)], on);
    return row && this.rows.binding(row);
  }

  private operationValues({ operation, lease, ceilingMs }: Reservation): unknown[] {
    const { update, maintenanceInfo } = operation;
    const request = update || maintenanceInfo ? JSON.stringify({ update, maintenanceInfo }) : undefined;
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
      this.operations.seal('request', operation.id, request),
      operation.originatingIdentity ?? null,
      operation.requestIdentity ?? null,
      operation.requestId ?? null,
      lease?.owner ?? null,
      lease?.leaseMs ?? null,
      lease?.callMs ?? null,
      ceilingMs,
    ];
  }

  private instanceValues(instance: Instance): unknown[] {
    const key = instance.incarnation;
    return [
      key,
      instance.platformId,
      instance.instanceId,
      instance.backendId,
      instance.backendInstanceId,
      instance.serviceId,
      instance.planId,
      instance.organizationGuid,
      instance.spaceGuid,
      instance.state,
      this.instances.seal('parameters', key, instance.parameters),
      this.instances.seal('context', key, instance.context),
      instance.maintenanceVersion ?? null,
    ];
  }

  private bindingValues(binding: Binding): unknown[] {
    const key = binding.incarnation;
    return [
      key,
      binding.instanceIncarnation,
      binding.bindingId,
      binding.backendBindingId,
      binding.state,
      binding.appGuid ?? null,
      binding.predecessorBindingId ?? null,
      this.bindings.seal('parameters', key, binding.parameters),
      this.bindings.seal('bind_resource', key, binding.bindResource),
      this.bindings.seal('context', key, binding.context),
    ];
  }

  private settlementValues({ operation, state, failure, description, instance, binding, audit, by, cleanUp, isQuiet }: Settlement): unknown[] {
    const key = operation.instanceIncarnation;
    const result = binding?.result && writeResult(binding.result);
    return [
      operation.id,
      by === 'holder' ? operation.epoch : null,
      state,
      failure?.code ?? null,
      failure?.word ?? null,
      failure?.description ?? description ?? null,
      failure?.instanceUsable ?? null,
      failure?.updateRepeatable ?? null,
      instance !== undefined,
      instance?.state ?? null,
      instance?.planId ?? null,
      this.instances.seal('parameters', key, instance?.parameters),
      this.instances.seal('context', key, instance?.context),
      instance?.dashboardUrl ?? null,
      storableJson(instance?.metadata),
      instance?.maintenanceVersion ?? null,
      binding !== undefined,
      binding?.state ?? null,
      result === undefined ? null : this.bindings.seal('result', operation.bindingIncarnation as string, result),
      binding?.result?.metadata?.expires_at ?? null,
      binding?.result?.metadata?.renew_before ?? null,
      ...auditValues(audit),
      cleanUp?.afterCall ? this.timings.callMs : null,
      isQuiet === true,
    ];
  }
}

type FoundRow = { [K in keyof OperationRow]: OperationRow[K] | null } & { readonly life_state: LifeState };

/** The digest by which an id is found; see `osb_key` in the schema. */
const keyOf = (id: string): Buffer => createHash('sha256').update(id, 'utf8').digest();

const written = (row: unknown): Written => (row === undefined ? 'lost' : 'written');

/** In the order of the audit columns of every statement. */
export function auditValues(event: AuditEvent): unknown[] {
  return [
    event.actor.kind,
    event.actor.name,
    event.platformId ?? null,
    event.originatingIdentity ?? null,
    event.requestId ?? null,
    event.action,
    event.subject,
    event.operationId ?? null,
    storableJson(event.before),
    storableJson(event.after),
    event.outcome,
    event.description ?? null,
  ];
}
