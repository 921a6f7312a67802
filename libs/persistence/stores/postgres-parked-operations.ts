import { Injectable } from '@nestjs/common';
import { ParkedOperationStore, Sealer, type AuditEvent, type OperationId, type Task } from '#core';
import { auditValues } from '../rows/audit-values.js';
import { TaskRows, type TaskRow } from '../rows/task-rows.js';
import { Sql } from '../sql.js';
import { FIND_TASK } from '../statements/find-task.js';
import { INSERT_AUDIT_EVENT } from '../statements/insert-operation.js';
import { COUNT_PARKED, TAKE_PARKED, UNPARK } from '../statements/parked-operations.js';

/** Parked operations in Postgres. */
@Injectable()
export class PostgresParkedOperations extends ParkedOperationStore {
  private readonly rows: TaskRows;

  constructor(
    private readonly sql: Sql,
    sealer: Sealer,
  ) {
    super();
    this.rows = new TaskRows(sealer);
  }

  retry(id: OperationId, ceilingMs: number, audit: AuditEvent): Promise<boolean> {
    return this.sql.transaction(async (client) => {
      const unparked = await this.sql.row(UNPARK, [id, ceilingMs], client);
      if (unparked) await this.sql.rows(INSERT_AUDIT_EVENT, auditValues({ ...audit, operationId: id }), client);
      return unparked !== undefined;
    });
  }

  take(id: OperationId, owner: string, leaseMs: number): Promise<Task | undefined> {
    return this.sql.transaction(async (client) => {
      if (!(await this.sql.row(TAKE_PARKED, [id, owner, leaseMs], client))) return undefined;
      const row = await this.sql.row<TaskRow>(FIND_TASK, [id], client);
      return row && this.rows.read(row);
    });
  }

  async counts(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.sql.rows<{ backend_id: string; count: number }>(COUNT_PARKED, []);
    return new Map(rows.map(({ backend_id: id, count }) => [id, count]));
  }
}
