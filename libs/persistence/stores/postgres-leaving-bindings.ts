import { Injectable } from '@nestjs/common';
import { LeavingBindingStore, type Incarnation, type LeftBinding, type OperationId, type UnbindUnderWay } from '#core';
import { Sql } from '../sql.js';
import { FIND_BINDS_IN_FLIGHT, FIND_LEFT_BINDINGS, FIND_OWN_UNBINDS, FIND_REMOVED_BINDINGS } from '../statements/leaving-bindings.js';

/** The bindings of an instance that is deprovisioned, in Postgres. */
@Injectable()
export class PostgresLeavingBindings extends LeavingBindingStore {
  constructor(private readonly sql: Sql) {
    super();
  }

  async left(instance: Incarnation, most: number): Promise<LeftBinding[]> {
    const rows = await this.sql.rows<{ binding_id: string; incarnation: Incarnation }>(FIND_LEFT_BINDINGS, [instance, most]);
    return rows.map(({ binding_id: bindingId, incarnation }) => ({ bindingId, incarnation }));
  }

  async inFlight(instance: Incarnation, most: number): Promise<OperationId[]> {
    return (await this.sql.rows<{ id: OperationId }>(FIND_BINDS_IN_FLIGHT, [instance, most])).map(({ id }) => id);
  }

  async underWay(instance: Incarnation, most: number): Promise<UnbindUnderWay[]> {
    const rows = await this.sql.rows<{ id: OperationId; binding_id: string; age_ms: number; is_at_work: boolean }>(FIND_OWN_UNBINDS, [instance, most]);
    return rows.map(({ id, binding_id: bindingId, age_ms: ageMs, is_at_work: isAtWork }) => ({ id, bindingId, ageMs, isAtWork }));
  }

  async removedFor(deprovision: OperationId, most: number): Promise<string[]> {
    const rows = await this.sql.rows<{ binding_id: string }>(FIND_REMOVED_BINDINGS, [deprovision, most]);
    return rows.map(({ binding_id: bindingId }) => bindingId);
  }
}
