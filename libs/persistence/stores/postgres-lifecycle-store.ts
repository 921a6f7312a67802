import { Injectable } from '@nestjs/common';
import type { PoolClient } from 'pg';
import {
  LifecycleStore,
  Sealer,
  type AuditEvent,
  type Binding,
  type FoundBinding,
  type FoundOperation,
  type Incarnation,
  type Instance,
  type InstanceChange,
  type InstanceView,
  type LifeState,
  type LifecycleTransaction,
  type MostPerBackend,
  type Operation,
  type OperationId,
  type OperationQuery,
  type OperationState,
  type Pause,
  type Reservation,
  type Settlement,
  type Task,
  type Written,
  Timings,
} from '#core';
import { BrokerError } from '#sdk';
import { GroupedWrites } from '../grouped-writes.js';
import { DUE, ENDED, Notifications } from '../notifications.js';
import { keyOf } from '../osb-key.js';
import { auditValues } from '../rows/audit-values.js';
import { reservationValues } from '../rows/reservation-values.js';
import type { BindingRow } from '../rows/binding-rows.js';
import type { InstanceRow } from '../rows/instance-rows.js';
import type { OperationRow } from '../rows/operation-rows.js';
import { TaskRows, type TaskRow } from '../rows/task-rows.js';
import { Sql, type Queryable } from '../sql.js';
import { storableJson } from '../storable-json.js';
import { storableText } from '../storable-text.js';
import { CLAIM_DUE } from '../statements/claim-due.js';
import { CONFIRM, EXTEND_LEASES } from '../statements/extend-leases.js';
import { FIND_BINDING, FIND_RESERVED_BINDING } from '../statements/find-binding.js';
import { FIND_BINDING_VIEW } from '../statements/find-binding-view.js';
import { FIND_INSTANCE } from '../statements/find-instance.js';
import { FIND_BINDING_OPERATION, FIND_INSTANCE_OPERATION } from '../statements/find-operation.js';
import { FIND_COMMITTED, FIND_LEFT } from '../statements/find-standing.js';
import { FIND_TASK } from '../statements/find-task.js';
import { GIVE_UP_LEASES } from '../statements/give-up-leases.js';
import { INSERT_BINDING } from '../statements/insert-binding.js';
import { INSERT_OPERATION, RESERVE_PROVISION } from '../statements/insert-operation.js';
import { LOCK_INSTANCE } from '../statements/lock-instance.js';
import { FIND_OVERLAP } from '../statements/overlap.js';
import { CALL_ENDED, OVERTOOK } from '../statements/overtaken-creates.js';
import { PARK } from '../statements/park.js';
import { JOIN, LOCK_PARKED, UNPARK } from '../statements/parked-operations.js';
import { PURGE_BINDINGS, PURGE_INSTANCES, PURGE_OPERATIONS, PURGE_REFUSED_CREATES, PURGED_AT_ONCE } from '../statements/purge.js';
import { RECORD_ACCEPTED } from '../statements/record-accepted.js';
import { RECORD_LOOKS } from '../statements/record-looks.js';
import { RECORD_PAUSE } from '../statements/record-pause.js';
import { SAVE_BINDING_STATE, SAVE_INSTANCE_STATE } from '../statements/save-backend-state.js';
import { FIND_UNHEARD_PROVISION } from '../statements/unheard-failures.js';
import { violatesForeignKey } from '../violations.js';
import { PostgresSettlements } from './postgres-settlements.js';

/** The lifecycle in Postgres. The hot path is hand-written: one statement, one round trip, one transaction. */
@Injectable()
export class PostgresLifecycleStore extends LifecycleStore {
  private readonly rows: TaskRows;
  private readonly settlements: PostgresSettlements;
  private readonly looks = new GroupedWrites((looks: readonly Look[]) => this.recordLooks(looks));

  constructor(
    private readonly sql: Sql,
    private readonly timings: Timings,
    private readonly notifications: Notifications,
    sealer: Sealer,
  ) {
    super();
    this.rows = new TaskRows(sealer);
    this.settlements = new PostgresSettlements(sql, this.rows, timings, notifications);
  }

  async findInstance(platformId: string, instanceId: string, on?: Queryable): Promise<InstanceView | undefined> {
    return this.viewOf(await this.sql.rows<InstanceViewRow>(FIND_INSTANCE, [platformId, keyOf(instanceId)], on));
  }

  async findBinding(platformId: string, instanceId: string, bindingId: string): Promise<FoundBinding | undefined> {
    const keys = [platformId, keyOf(instanceId), keyOf(bindingId)];
    const found = await this.sql.rows<BindingViewRow>(FIND_BINDING_VIEW, keys);
    const view = this.viewOf(found);
    if (!view) return undefined;
    const row = found.find((each): each is BindingViewRow & BindingRow => each.b_incarnation !== null);
    const failureUnheard = found.some((each) => each.failure_unheard);
    return { ...view, failureUnheard, ...(row && { binding: this.rows.bindings.read(row) }) };
  }

  async reserveProvision(
    instance: Instance,
    reservation: Reservation,
  ): Promise<'reserved' | 'instance exists' | 'failure unheard' | 'backend id taken'> {
    // What stood in the way may be deleted between the looks: then the id is free, and not taken by somebody else.
    for (let look = 1; look <= 2; look += 1) {
      if (await this.isReserved(instance, reservation)) return 'reserved';
      if (await this.findInstance(instance.platformId, instance.instanceId)) return 'instance exists';
      if (await this.sql.row(FIND_UNHEARD_PROVISION, [instance.platformId, keyOf(instance.instanceId)])) return 'failure unheard';
    }
    return 'backend id taken';
  }

  private async isReserved(instance: Instance, reservation: Reservation): Promise<boolean> {
    const values = [...reservationValues(reservation, this.rows), ...this.rows.instances.values(instance)];
    const asked = this.sql.row<{ reserved: boolean }>(RESERVE_PROVISION, values).catch(backendIsGone);
    const row = await this.sql.unlessDone(asked, () => this.areCommitted([reservation.operation.id]), () => ({ reserved: true }));
    return row?.reserved === true;
  }

  async transaction<T>(story: (transaction: LifecycleTransaction) => Promise<T>): Promise<T> {
    const inserted: OperationId[] = [];
    const ended: OperationId[] = [];
    const told = await this.sql.transaction((client) => story(this.within(client, inserted, ended)), () => this.areCommitted(inserted));
    for (const id of ended) this.notifications.send(ENDED, id);
    return told;
  }

  /** What a transaction inserted tells afterwards whether it was committed. */
  private async areCommitted(ids: readonly OperationId[]): Promise<boolean> {
    return (await this.sql.rows(FIND_COMMITTED, [ids])).length === ids.length;
  }

  private within(client: PoolClient, inserted: OperationId[], ended: OperationId[]): LifecycleTransaction {
    return {
      lockInstance: async (platformId, instanceId) => {
        const locked = await this.sql.row(LOCK_INSTANCE, [platformId, keyOf(instanceId)], client);
        return locked ? this.findInstance(platformId, instanceId, client) : undefined;
      },
      findBinding: (instance, bindingId) => this.bindingOf(instance, bindingId, client),
      isReserved: async ({ incarnation }, bindingId) => (await this.sql.row(FIND_RESERVED_BINDING, [incarnation, keyOf(bindingId)], client)) !== undefined,
      insertBinding: async (binding) => {
        await this.sql.rows(INSERT_BINDING, this.rows.bindings.values(binding), client);
      },
      insertOperation: async (reservation) => {
        const row = await this.sql.row<{ unquiet_for_ms: number }>(INSERT_OPERATION, reservationValues(reservation, this.rows), client);
        inserted.push(reservation.operation.id);
        return { unquietForMs: row?.unquiet_for_ms ?? 0 };
      },
      overtook: async (id, goneCountsInMs) => void (await this.sql.rows(OVERTOOK, [id, goneCountsInMs], client)),
      unpark: async (id) => void (await this.sql.row(UNPARK, [id, this.timings.cleanUpMs], client)),
      join: async (id, requestId) => void (await this.sql.row(JOIN, [id, requestId ?? null], client)),
      lockParked: async (id) => ((await this.sql.row(LOCK_PARKED, [id], client)) ? this.findTask(id, client) : undefined),
      settle: async (settlement) => {
        const settled = await this.settlements.settleOn(client, settlement);
        if (settled?.isAwaited) ended.push(settlement.operation.id);
        return settled ? 'written' : 'lost';
      },
    };
  }

  async recordAccepted(
    operation: Operation,
    accepted: { pollToken?: string; pauseMs: number; instance?: InstanceChange; audit: AuditEvent },
  ): Promise<Written> {
    const token = this.rows.operations.sealPollToken(operation.id, accepted.pollToken);
    const { dashboardUrl, metadata } = accepted.instance ?? {};
    const values = [operation.id, operation.epoch, token, accepted.pauseMs, storableText(dashboardUrl), storableJson(metadata)];
    const row = await this.sql.row<{ queued: boolean }>(RECORD_ACCEPTED, [...values, ...auditValues(accepted.audit)]);
    return this.leave(operation, await this.released(operation, row));
  }

  async recordPause(operation: Operation, { pauseMs, call, sendsAgain = false, isNotFound, description, lastCause, mayActForMs = operation.callMs ?? this.timings.callMs }: Pause): Promise<Written> {
    if (call === 'untouched') return this.leave(operation, await this.looks.add({ operation, pauseMs, isNotFound, description, lastCause }));
    const values = [operation.id, operation.epoch, pauseMs, call, mayActForMs, sendsAgain, storableText(lastCause), this.timings.callMs];
    return this.leave(operation, await this.released(operation, await this.sql.row<{ queued: boolean }>(RECORD_PAUSE, values)));
  }

  /** A delete that waited for this call need not wait for the next look of the runner. */
  private async released<T extends { queued: boolean }>({ instanceIncarnation }: Operation, left: T | undefined): Promise<T | undefined> {
    if (left?.queued) await this.settlements.releaseQueued(instanceIncarnation).catch(() => undefined);
    return left;
  }

  async callEnded({ id }: Operation, isAccepted: boolean): Promise<void> {
    const freed = await this.sql.row(CALL_ENDED, [id, this.timings.callMs, isAccepted]);
    if (freed) this.notifications.send(DUE);
  }

  private async recordLooks(looks: readonly Look[]): Promise<(OperationId | undefined)[]> {
    const columns = [
      looks.map(({ operation }) => operation.id),
      looks.map(({ operation }) => operation.epoch),
      looks.map(({ pauseMs }) => pauseMs),
      looks.map(({ description }) => storableText(description)),
      looks.map(({ lastCause }) => storableText(lastCause)),
      looks.map(({ isNotFound }) => isNotFound ?? null),
    ];
    const recorded = new Set((await this.sql.rows<{ id: OperationId }>(RECORD_LOOKS, columns)).map(({ id }) => id));
    return looks.map(({ operation: { id } }) => (recorded.has(id) ? id : undefined));
  }

  async park(operation: Operation, call: Pause['call'], lastCause?: string): Promise<Written> {
    return this.leave(operation, await this.sql.row(PARK, [operation.id, operation.epoch, storableText(lastCause), call]));
  }

  private async leave(operation: Operation, row: unknown): Promise<Written> {
    return row !== undefined || (await this.wasLeft(operation, 'running')) ? 'written' : 'lost';
  }

  /** Whether its holder wrote this before: the answer to that was lost, and it was told again. */
  private async wasLeft({ id, epoch }: Operation, state: OperationState): Promise<boolean> {
    const left = await this.sql.row<{ state: OperationState }>(FIND_LEFT, [id, epoch]);
    return left?.state === state;
  }

  async settle(settlement: Settlement): Promise<Written> {
    if (await this.settlements.settle(settlement)) return 'written';
    return (await this.wasLeft(settlement.operation, settlement.state)) ? 'written' : 'lost';
  }

  releaseForgotten(): Promise<void> {
    return this.settlements.releaseForgotten();
  }

  async saveBackendState(operation: Operation, target: 'instance' | 'binding', state: Readonly<Record<string, string>>): Promise<Written> {
    const { id, epoch, instanceIncarnation, bindingIncarnation } = operation;
    const [statement, sealed] =
      target === 'instance'
        ? [SAVE_INSTANCE_STATE, this.rows.instances.sealSlot(instanceIncarnation, state)]
        : [SAVE_BINDING_STATE, this.rows.bindings.sealSlot(bindingIncarnation as Incarnation, state)];
    return written(await this.sql.row(statement, [id, epoch, sealed]));
  }

  async confirm(id: OperationId): Promise<void> {
    await this.sql.rows(CONFIRM, [id]);
  }

  async findTask(id: OperationId, on?: Queryable): Promise<Task | undefined> {
    const row = await this.sql.row<TaskRow>(FIND_TASK, [id, this.timings.callMs], on);
    return row && this.rows.read(row);
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
      : { state: row.life_state, operation: this.rows.operations.read(row as OperationRow) };
  }

  async mustWait(id: OperationId, isSerial: boolean): Promise<boolean> {
    return (await this.sql.row(FIND_OVERLAP, [id, isSerial])) !== undefined;
  }

  async claimDue(owner: string, leaseMs: number, { named, others, serial = [] }: MostPerBackend): Promise<Task[]> {
    const askedAtMs = performance.now();
    const values = [owner, leaseMs, others, this.timings.callMs, [...named.keys()], [...named.values()], serial];
    const claimed = await this.sql.rows<TaskRow>(CLAIM_DUE, values);
    return claimed.map((row) => this.rows.read(row, askedAtMs));
  }

  async extendLeases(owner: string, leaseMs: number, ids: readonly OperationId[]): Promise<OperationId[]> {
    const ours = await this.sql.rows<{ id: OperationId }>(EXTEND_LEASES, [owner, leaseMs, ids]);
    return ours.map(({ id }) => id);
  }

  async giveUpLeases(owner: string, ids: readonly OperationId[]): Promise<OperationId[]> {
    const givenUp = await this.sql.rows<{ id: OperationId }>(GIVE_UP_LEASES, [owner, ids, this.timings.callMs]);
    return givenUp.map(({ id }) => id);
  }

  async purge(retentionMs: number): Promise<void> {
    for (const statement of [PURGE_INSTANCES, PURGE_BINDINGS, PURGE_OPERATIONS, PURGE_REFUSED_CREATES]) {
      const some = (): Promise<{ purged: number } | undefined> => this.sql.row(statement, [retentionMs]);
      while ((await some())?.purged === PURGED_AT_ONCE);
    }
  }

  private viewOf(found: readonly InstanceViewRow[]): InstanceView | undefined {
    const [first] = found;
    if (!first) return undefined;
    const pending = found.filter((row): row is InstanceRow & OperationRow => row.o_id !== null);
    return { instance: this.rows.instances.read(first), pending: pending.map((row) => this.rows.operations.read(row)) };
  }

  private async bindingOf(instance: Instance, bindingId: string, on?: Queryable): Promise<Binding | undefined> {
    const row = await this.sql.row<BindingRow>(FIND_BINDING, [instance.incarnation, keyOf(bindingId)], on);
    return row && this.rows.bindings.read(row);
  }
}

interface Look extends Pick<Pause, 'pauseMs'> {
  readonly operation: Operation;
  readonly isNotFound: boolean | undefined;
  readonly description: string | undefined;
  readonly lastCause: string | undefined;
}

type InstanceViewRow = InstanceRow & Partial<OperationRow>;

type BindingViewRow = InstanceViewRow & Partial<BindingRow> & { readonly failure_unheard: boolean };

type FoundRow = { [K in keyof OperationRow]: OperationRow[K] | null } & { readonly life_state: LifeState };

function backendIsGone(error: unknown): never {
  if (!violatesForeignKey(error, 'service_instance_backend_id_fk')) throw error;
  throw new BrokerError('ConcurrencyError', 'the service was taken out of the catalog at this very moment; see GET /v2/catalog');
}

const written = (row: unknown): Written => (row === undefined ? 'lost' : 'written');
