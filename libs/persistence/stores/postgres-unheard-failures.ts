import { Injectable } from '@nestjs/common';
import { Sealer, UnheardFailureStore, type Incarnation, type Operation, type ResourceName } from '#core';
import { keyOf } from '../osb-key.js';
import { OperationRows, type OperationRow } from '../rows/operation-rows.js';
import { Sql } from '../sql.js';
import { FIND_UNHEARD_BIND, FIND_UNHEARD_PROVISION, HEAR_BIND, HEAR_PROVISION } from '../statements/unheard-failures.js';

/** Unheard failures in Postgres: a mark on the instance or binding, set by the statement that ends its create. */
@Injectable()
export class PostgresUnheardFailures extends UnheardFailureStore {
  private readonly operations: OperationRows;

  constructor(
    private readonly sql: Sql,
    sealer: Sealer,
  ) {
    super();
    this.operations = new OperationRows(sealer);
  }

  async find({ platformId, instanceId, bindingId }: ResourceName): Promise<Operation | undefined> {
    const keys = [platformId, keyOf(instanceId)];
    const row =
      bindingId === undefined
        ? await this.sql.row<OperationRow>(FIND_UNHEARD_PROVISION, keys)
        : await this.sql.row<OperationRow>(FIND_UNHEARD_BIND, [...keys, keyOf(bindingId)]);
    return row && this.operations.read(row);
  }

  async hear({ platformId, instanceId, bindingId }: ResourceName, life?: Incarnation): Promise<void> {
    const keys = [platformId, keyOf(instanceId), life ?? null];
    if (bindingId === undefined) await this.sql.rows(HEAR_PROVISION, keys);
    else await this.sql.rows(HEAR_BIND, [...keys, keyOf(bindingId)]);
  }
}
