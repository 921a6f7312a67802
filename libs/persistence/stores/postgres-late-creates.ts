import { Injectable } from '@nestjs/common';
import { LateCreateStore, newUuid, Sealer, Timings, type Binding, type LateCreate, type LateOutcome, type Task } from '#core';
import { keyOf } from '../osb-key.js';
import { auditValues } from '../rows/audit-values.js';
import { TaskRows } from '../rows/task-rows.js';
import { Sql, type Queryable } from '../sql.js';
import { FIND_BINDING } from '../statements/find-binding.js';
import { INSERT_BINDING } from '../statements/insert-binding.js';
import { ADOPT_LATE_CREATE, INSERT_CLEAN_UP } from '../statements/insert-operation.js';
import { FIND_LATE, UNQUIET_BINDING, UNQUIET_INSTANCE } from '../statements/late-creates.js';
import { LOCK_INCARNATION } from '../statements/lock-instance.js';

interface Standing {
  readonly state: string;
  readonly epoch: number;
  readonly instance_deleted: boolean;
  /** Absent for an operation on an instance. */
  readonly binding_deleted: boolean;
  readonly being_deleted: boolean;
}

/** Late creates in Postgres. The unique indexes say what belongs to something living. */
@Injectable()
export class PostgresLateCreates extends LateCreateStore {
  private readonly rows: TaskRows;

  constructor(
    private readonly sql: Sql,
    private readonly timings: Timings,
    sealer: Sealer,
  ) {
    super();
    this.rows = new TaskRows(sealer);
  }

  owe(late: LateCreate): Promise<LateOutcome> {
    const { operation, instance, binding } = late.task;
    return this.sql.transaction(async (client) => {
      await this.sql.row(LOCK_INCARNATION, [instance.incarnation], client);
      const now = await this.sql.row<Standing>(FIND_LATE, [operation.id], client);
      if (!now || (now.state === 'running' && now.epoch === operation.epoch)) return 'nothing owed';
      if (binding && now.instance_deleted) return 'nothing owed';
      const isDeleted = binding ? now.binding_deleted : now.instance_deleted;
      if (isDeleted) return this.adopt(late, client);
      await this.unquiet(late.task, client);
      return now.being_deleted ? 'look again' : 'nothing owed';
    });
  }

  private async adopt(late: LateCreate, client: Queryable): Promise<LateOutcome> {
    const adopted = late.binding ? await this.adoptBinding(late, late.binding, client) : await this.adoptInstance(late, client);
    if (!adopted) return 'nothing owed';
    await this.unquiet({ ...late.task, instance: late.instance, ...(late.binding && { binding: late.binding }) }, client);
    return 'removing';
  }

  /** Under the platform's id, or a new one where that lives again; not where the backend's id does. */
  private async adoptInstance({ instance, cleanUp }: LateCreate, client: Queryable): Promise<boolean> {
    for (const instanceId of [instance.instanceId, newUuid()]) {
      const values = [...this.cleanUpValues(cleanUp), ...this.rows.instances.values({ ...instance, instanceId })];
      const row = await this.sql.row<{ reserved: boolean }>(ADOPT_LATE_CREATE, values, client);
      if (row?.reserved) return true;
    }
    return false;
  }

  private async adoptBinding({ instance, cleanUp }: LateCreate, binding: Binding, client: Queryable): Promise<boolean> {
    const key = keyOf(binding.bindingId);
    if (await this.sql.row(FIND_BINDING, [instance.incarnation, key], client)) return false;
    await this.sql.rows(INSERT_BINDING, this.rows.bindings.values(binding), client);
    await this.sql.rows(INSERT_CLEAN_UP, this.cleanUpValues(cleanUp), client);
    return true;
  }

  private cleanUpValues(cleanUp: LateCreate['cleanUp']): unknown[] {
    return [...this.rows.operations.values(cleanUp), ...auditValues(cleanUp.audit)];
  }

  private async unquiet({ operation, instance, binding }: Task, client: Queryable): Promise<void> {
    const [statement, id] = binding ? ([UNQUIET_BINDING, binding.incarnation] as const) : ([UNQUIET_INSTANCE, instance.incarnation] as const);
    await this.sql.rows(statement, [id, operation.callMs ?? this.timings.callMs], client);
  }
}
