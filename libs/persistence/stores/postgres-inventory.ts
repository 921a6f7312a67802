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
import type { EntityManager, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { AuditEventEntity } from '../entities/audit-event.entity.js';
import { OperationEntity } from '../entities/operation.entity.js';
import { kindOf } from '../entities/platform.entity.js';
import { ServiceBindingEntity } from '../entities/service-binding.entity.js';
import { ServiceInstanceEntity } from '../entities/service-instance.entity.js';
import { Orm } from '../orm.js';
import { present } from '../rows/present.js';
import { COUNTER, keysetPage, OPERATION_ID, UUID } from './keyset-page.js';
import { withLastOperations } from './last-operations.js';

// What a line shows of the tables around its own; nothing sealed is read.
const INSTANCE = ['i.incarnation', 'i.instanceId'];
const BINDING = ['b.incarnation', 'b.bindingId'];
const PLATFORM = ['p.id', 'p.name', 'p.kind', 'p.exactKind'];
const BACKEND = ['k.id', 'k.name'];

type Conditions = readonly (readonly [sql: string, value: unknown])[];

/** Lists for operators: newest first, by keyset, so that a page costs the same however deep it lies. */
@Injectable()
export class PostgresInventory extends Inventory {
  constructor(private readonly orm: Orm) {
    super();
  }

  instances(filter: InstanceFilter, page: PageRequest): Promise<Page<InstanceLine>> {
    return this.orm.run((manager) => listInstances(manager, filter, page));
  }

  bindings(filter: BindingFilter, page: PageRequest): Promise<Page<BindingLine>> {
    return this.orm.run((manager) => listBindings(manager, filter, page));
  }

  operations(filter: OperationFilter, page: PageRequest): Promise<Page<OperationLine>> {
    return this.orm.run((manager) => listOperations(manager, filter, page));
  }

  auditEvents(filter: AuditFilter, page: PageRequest): Promise<Page<AuditLine>> {
    return this.orm.run((manager) => listAuditEvents(manager, filter, page));
  }
}

async function listInstances(manager: EntityManager, filter: InstanceFilter, page: PageRequest): Promise<Page<InstanceLine>> {
  const query = manager
    .createQueryBuilder(ServiceInstanceEntity, 'i')
    .innerJoin('i.platform', 'p')
    .innerJoin('i.backend', 'k')
    .addSelect([...PLATFORM, ...BACKEND]);
  narrow(query, [
    ['p.name = :v', filter.platform],
    ['k.name = :v', filter.backend],
    ['osb_key(i.instance_id) = osb_key(:v)', filter.instanceId],
    ['i.service_id = :v', filter.serviceId],
    ['i.plan_id = :v', filter.planId],
    ['i.state = :v', filter.state],
  ]);
  const found = await keysetPage(query, { time: 'i.created_at', id: 'i.incarnation', idPattern: UUID }, page, (i) =>
    present({
      incarnation: i.incarnation,
      instanceId: i.instanceId,
      platform: i.platform.name,
      platformKind: kindOf(i.platform),
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
  );
  return withLastOperations(manager, 'instance', found);
}

async function listBindings(manager: EntityManager, filter: BindingFilter, page: PageRequest): Promise<Page<BindingLine>> {
  const query = manager
    .createQueryBuilder(ServiceBindingEntity, 'b')
    .innerJoin('b.instance', 'i')
    .innerJoin('i.platform', 'p')
    .innerJoin('i.backend', 'k')
    .addSelect([...INSTANCE, ...PLATFORM, ...BACKEND]);
  narrow(query, [
    ['p.name = :v', filter.platform],
    ['k.name = :v', filter.backend],
    ['osb_key(i.instance_id) = osb_key(:v)', filter.instanceId],
    ['osb_key(b.binding_id) = osb_key(:v)', filter.bindingId],
    ['b.state = :v', filter.state],
  ]);
  const found = await keysetPage(query, { time: 'b.created_at', id: 'b.incarnation', idPattern: UUID }, page, (b) =>
    present({
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
  );
  return withLastOperations(manager, 'binding', found);
}

function listOperations(manager: EntityManager, filter: OperationFilter, page: PageRequest): Promise<Page<OperationLine>> {
  const query = manager
    .createQueryBuilder(OperationEntity, 'o')
    .innerJoin('o.platform', 'p')
    .innerJoin('o.backend', 'k')
    .innerJoin('o.instance', 'i')
    .leftJoin('o.binding', 'b')
    .addSelect([...INSTANCE, ...BINDING, ...PLATFORM, ...BACKEND]);
  narrow(query, [
    ['p.name = :v', filter.platform],
    ['k.name = :v', filter.backend],
    ['osb_key(i.instance_id) = osb_key(:v)', filter.instanceId],
    ['o.kind = :v', filter.kind],
    ['o.state = :v', filter.state],
    ['o.initiator = :v', filter.initiator],
    ['o.id = :v', filter.id],
    ['(o.parked_at is not null) = :v', filter.parked],
  ]);
  return keysetPage(query, { time: 'o.created_at', id: 'o.id', idPattern: OPERATION_ID }, page, (o) =>
    present({
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
      parkedAt: o.parkedAt ?? undefined,
      errorCode: o.errorCode ?? undefined,
      description: o.description ?? undefined,
      lastCause: o.lastCause ?? undefined,
      requestId: o.requestId ?? undefined,
      createdAt: o.createdAt,
      finishedAt: o.finishedAt ?? undefined,
    }),
  );
}

function listAuditEvents(manager: EntityManager, filter: AuditFilter, page: PageRequest): Promise<Page<AuditLine>> {
  const query = manager.createQueryBuilder(AuditEventEntity, 'a').leftJoin('platform', 'p', 'p.id = a.platform_id');
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
  return keysetPage(query, { time: 'a.at', id: 'a.id', idPattern: COUNTER }, page, (a) =>
    present({
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
  );
}

function narrow<E extends ObjectLiteral>(query: SelectQueryBuilder<E>, conditions: Conditions): void {
  conditions.forEach(([sql, value], index) => {
    if (value !== undefined) query.andWhere(sql.replaceAll(':v', `:v${index}`), { [`v${index}`]: value });
  });
}
