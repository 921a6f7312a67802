import { Injectable } from '@nestjs/common';
import { AuditTrail, readableEvent, type AuditEvent } from '#core';
import type { EntityManager } from 'typeorm';
import { AuditEventEntity } from '../entities/audit-event.entity.js';
import { Orm } from '../orm.js';

/** The audit trail in Postgres. Rows are only ever added. */
@Injectable()
export class PostgresAuditTrail extends AuditTrail {
  constructor(private readonly orm: Orm) {
    super();
  }

  append(event: AuditEvent): Promise<void> {
    return this.orm.run((manager) => appendAudit(manager, event));
  }
}

/** Adds an event within the transaction of what it tells about. */
export async function appendAudit(manager: EntityManager, event: AuditEvent): Promise<void> {
  const { actor, ...rest } = readableEvent(event);
  const row = { ...rest, actorKind: actor.kind, actorName: actor.name };
  await manager.createQueryBuilder().insert().into(AuditEventEntity).values(row as never).updateEntity(false).execute();
}
