import { Injectable } from '@nestjs/common';
import { ParkedOperationStore, type AuditEvent, type OperationId } from '#core';
import { auditValues } from '../rows/audit-values.js';
import { Sql } from '../sql.js';
import { INSERT_AUDIT_EVENT } from '../statements/insert-operation.js';
import { COUNT_PARKED, UNPARK } from '../statements/parked-operations.js';

/** Parked operations in Postgres. */
@Injectable()
export class PostgresParkedOperations extends ParkedOperationStore {
  constructor(private readonly sql: Sql) {
    super();
  }

  retry(id: OperationId, ceilingMs: number, audit: AuditEvent): Promise<boolean> {
    return this.sql.transaction(async (client) => {
      const unparked = await this.sql.row(UNPARK, [id, ceilingMs], client);
      if (unparked) await this.sql.rows(INSERT_AUDIT_EVENT, auditValues({ ...audit, operationId: id }), client);
      return unparked !== undefined;
    });
  }

  async counts(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.sql.rows<{ backend_id: string; count: number }>(COUNT_PARKED, []);
    return new Map(rows.map(({ backend_id: id, count }) => [id, count]));
  }
}
