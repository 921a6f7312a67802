import { Injectable } from '@nestjs/common';
import {
  Inventory,
  type AuditFilter,
  type AuditLine,
  type BindingFilter,
  type BindingLine,
  type InstanceFilter,
  type InstanceLine,
  type OperationFilter,
  type OperationLine,
  type Page,
  type PageRequest,
} from '#core';
import { BrokerError } from '#sdk';
import { DataSource, type ObjectLiteral, type SelectQueryBuilder } from 'typeorm';
import { AuditEventEntity } from '../entities/audit-event.entity.js';
import { OperationEntity } from '../entities/operation.entity.js';
import { ServiceBindingEntity } from '../entities/service-binding.entity.js';
import { ServiceInstanceEntity } from '../entities/service-instance.entity.js';
import { present } from '../rows/task-row.js';

type Conditions = readonly (readonly [sql: string, value: unknown])[];

/** Lists for operators: newest first, by keyset, so that a page costs the same however deep it lies. */
@Injectable()
export class PostgresInventory extends Inventory {
  constructor(private readonly database: DataSource) {
    super();
  }

  async instances(filter: InstanceFilter, page: PageRequest): Promise<Page<InstanceLine>> {
    const query = this.database
      .createQueryBuilder(ServiceInstanceEntity, 'i')
      .innerJoinAndSelect('i.platform', 'p')
      .innerJoinAndSelect('i.backend', 'k');
    narrow(query, [
      ['p.name = :v', filter.platform],
      ['k.name = :v', filter.backend],
      ['osb_key(i.instance_id) = osb_key(:v)', filter.instanceId],
      ['i.service_id = :v', filter.serviceId],
      ['i.plan_id = :v', filter.planId],
      ['i.state = :v', filter.state],
    ]);
    return pageOf(query, 'i.createdAt', 'i.incarnation', UUID, page, (i) => ({
      key: [i.createdAt.toISOString(), i.incarnation],
      line: present({
        incarnation: i.incarnation,
        instanceId: i.instanceId,
        platform: i.platform.name,
        platformKind: i.platform.kind,
        backend: i.backend.name,
        backendInstanceId: i.backendInstanceId,
        serviceId: i.serviceId,
        planId: i.planId,
        organizationGuid: i.organizationGuid,
        spaceGuid: i.spaceGuid,
        state: i.state,
        dashboardUrl: i.dashboardUrl ?? undefined,
        maintenanceVersion: i.maintenanceVersion ?? undefined,
        createdAt: i.createdAt,
        updatedAt: i.updatedAt,
        deletedAt: i.deletedAt ?? undefined,
      }),
    }));
  }

  async bindings(filter: BindingFilter, page: PageRequest): Promise<Page<BindingLine>> {
    const query = this.database
      .createQueryBuilder(ServiceBindingEntity, 'b')
      .innerJoinAndSelect('b.instance', 'i')
      .innerJoinAndSelect('i.platform', 'p')
      .innerJoinAndSelect('i.backend', 'k');
    narrow(query, [
      ['p.name = :v', filter.platform],
      ['k.name = :v', filter.backend],
      ['osb_key(i.instance_id) = osb_key(:v)', filter.instanceId],
      ['osb_key(b.binding_id) = osb_key(:v)', filter.bindingId],
      ['b.state = :v', filter.state],
    ]);
    return pageOf(query, 'b.createdAt', 'b.incarnation', UUID, page, (b) => ({
      key: [b.createdAt.toISOString(), b.incarnation],
      line: present({
        incarnation: b.incarnation,
        bindingId: b.bindingId,
        instanceId: b.instance.instanceId,
        platform: b.instance.platform.name,
        backend: b.instance.backend.name,
        state: b.state,
        appGuid: b.appGuid ?? undefined,
        predecessorBindingId: b.predecessorBindingId ?? undefined,
        expiresAt: b.expiresAt ?? undefined,
        createdAt: b.createdAt,
        deletedAt: b.deletedAt ?? undefined,
      }),
    }));
  }

  async operations(filter: OperationFilter, page: PageRequest): Promise<Page<OperationLine>> {
    const query = this.database
      .createQueryBuilder(OperationEntity, 'o')
      .innerJoinAndSelect('o.platform', 'p')
      .innerJoinAndSelect('o.backend', 'k')
      .innerJoinAndSelect('o.instance', 'i')
      .leftJoinAndSelect('o.binding', 'b');
    narrow(query, [
      ['p.name = :v', filter.platform],
      ['k.name = :v', filter.backend],
      ['osb_key(i.instance_id) = osb_key(:v)', filter.instanceId],
      ['o.kind = :v', filter.kind],
      ['o.state = :v', filter.state],
      ['o.initiator = :v', filter.initiator],
    ]);
    return pageOf(query, 'o.createdAt', 'o.id', OPERATION_ID, page, (o) => ({
      key: [o.createdAt.toISOString(), o.id],
      line: present({
        id: o.id,
        kind: o.kind,
        initiator: o.initiator,
        state: o.state,
        step: o.step,
        platform: o.platform.name,
        backend: o.backend.name,
        instanceId: o.instance.instanceId,
        bindingId: o.binding?.bindingId,
        attempts: o.attempts,
        epoch: Number(o.epoch),
        leasedBy: o.leasedBy ?? undefined,
        leasedUntil: o.leasedUntil ?? undefined,
        nextAttemptAt: o.nextAttemptAt ?? undefined,
        ceilingAt: o.ceilingAt,
        errorCode: o.errorCode ?? undefined,
        description: o.description ?? undefined,
        requestId: o.requestId ?? undefined,
        createdAt: o.createdAt,
        finishedAt: o.finishedAt ?? undefined,
      }),
    }));
  }

  async auditEvents(filter: AuditFilter, page: PageRequest): Promise<Page<AuditLine>> {
    const query = this.database.createQueryBuilder(AuditEventEntity, 'a').leftJoin('platform', 'p', 'p.id = a.platform_id');
    narrow(query, [
      ['a.action = :v', filter.action],
      ['a.actor_name = :v', filter.actor],
      ['p.name = :v', filter.platform],
      ['a.subject = :v', filter.subject],
      ['a.operation_id = :v', filter.operationId],
      ['a.request_id = :v', filter.requestId],
      ['a.outcome = :v', filter.outcome],
      ['a.at >= :v', filter.from],
      ['a.at < :v', filter.to],
    ]);
    return pageOf(query, 'a.at', 'a.id', COUNTER, page, (a) => ({
      key: [a.at.toISOString(), a.id],
      line: present({
        id: a.id,
        at: a.at,
        actorKind: a.actorKind,
        actorName: a.actorName,
        platformId: a.platformId ?? undefined,
        originatingIdentity: a.originatingIdentity ?? undefined,
        requestId: a.requestId ?? undefined,
        action: a.action,
        subject: a.subject,
        operationId: a.operationId ?? undefined,
        before: a.before ?? undefined,
        after: a.after ?? undefined,
        outcome: a.outcome,
        description: a.description ?? undefined,
      }),
    }));
  }
}

function narrow<E extends ObjectLiteral>(query: SelectQueryBuilder<E>, conditions: Conditions): void {
  conditions.forEach(([sql, value], index) => {
    if (value !== undefined) query.andWhere(sql.replaceAll(':v', `:v${index}`), { [`v${index}`]: value });
  });
}

async function pageOf<E extends ObjectLiteral, L>(
  query: SelectQueryBuilder<E>,
  time: string,
  id: string,
  idPattern: RegExp,
  { limit, after }: PageRequest,
  read: (entity: E) => { key: [string, string]; line: L },
): Promise<Page<L>> {
  if (after !== undefined) {
    const [at, last] = cursorOf(after, idPattern);
    // A Date has milliseconds, Postgres microseconds: rows of the cursor's own millisecond are told apart by id.
    query.andWhere(`(date_trunc('milliseconds', ${column(time)}), ${column(id)}) < (:cursorAt, :cursorId)`, {
      cursorAt: at,
      cursorId: last,
    });
  }
  query.orderBy(`date_trunc('milliseconds', ${column(time)})`, 'DESC').addOrderBy(id, 'DESC').limit(limit + 1);
  const found = (await query.getMany()).map(read);
  const items = found.slice(0, limit);
  const next = found.length > limit ? items.at(-1)?.key : undefined;
  return { items: items.map(({ line }) => line), ...(next ? { next: Buffer.from(JSON.stringify(next)).toString('base64url') } : {}) };
}

/** `i.createdAt` in the words of SQL. */
const column = (property: string): string => property.replace('createdAt', 'created_at');

/** What ids look like in the cursor of a list, so that none of another list reaches the database. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const OPERATION_ID = /^[0-9a-v]{24}$/;
const COUNTER = /^\d{1,18}$/;

function cursorOf(text: string, idPattern: RegExp): [string, string] {
  try {
    const [at, id] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
    if (typeof at === 'string' && typeof id === 'string' && idPattern.test(id) && new Date(at).toISOString() === at) return [at, id];
  } catch {
    // Falls through to the one answer for every cursor that is not ours.
  }
  throw new BrokerError('BadRequest', 'after is not a cursor of this list; use the value of "next" of the page before');
}
