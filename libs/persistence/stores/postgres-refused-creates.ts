import { Injectable } from '@nestjs/common';
import { RefusedCreateStore, type OperationId, type ResourceName } from '#core';
import { keyOf } from '../osb-key.js';
import { Sql } from '../sql.js';
import { FIND_REFUSED_CREATE, RECORD_REFUSED_CREATE } from '../statements/refused-creates.js';
import { storableText } from '../storable-text.js';

/** Refused creates in Postgres: one row for each name. */
@Injectable()
export class PostgresRefusedCreates extends RefusedCreateStore {
  constructor(private readonly sql: Sql) {
    super();
  }

  async record(id: OperationId, { platformId, instanceId, bindingId = '' }: ResourceName, description: string): Promise<OperationId> {
    const values = [id, platformId, instanceId, bindingId, storableText(description)];
    const row = await this.sql.row<{ operation_id: OperationId }>(RECORD_REFUSED_CREATE, values);
    return row?.operation_id ?? id;
  }

  async find(id: OperationId, { platformId, instanceId, bindingId = '' }: ResourceName): Promise<string | undefined> {
    const values = [id, platformId, keyOf(instanceId), keyOf(bindingId)];
    return (await this.sql.row<{ description: string }>(FIND_REFUSED_CREATE, values))?.description;
  }
}
