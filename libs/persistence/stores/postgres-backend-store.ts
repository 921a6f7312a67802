import { Injectable } from '@nestjs/common';
import { BackendStore, Sealer, type AuditEvent, type Backend, type BackendChange } from '#core';
import { IsNull, type EntityManager } from 'typeorm';
import { CatalogRevisionEntity } from '../entities/catalog-revision.entity.js';
import { BackendEntity } from '../entities/backend.entity.js';
import { ServiceInstanceEntity } from '../entities/service-instance.entity.js';
import { Orm } from '../orm.js';
import { SealedColumns } from '../sealed-columns.js';
import { violates } from '../violations.js';
import { appendAudit } from './postgres-audit-trail.js';

/** Registered backends in Postgres; settings sealed. */
@Injectable()
export class PostgresBackendStore extends BackendStore {
  private readonly columns: SealedColumns;

  constructor(
    private readonly orm: Orm,
    sealer: Sealer,
  ) {
    super();
    this.columns = new SealedColumns(sealer, 'backend');
  }

  async all(): Promise<Backend[]> {
    const found = await this.orm.run((manager) => manager.find(BackendEntity, { order: { createdAt: 'ASC', id: 'ASC' } }));
    return found.map((entity) => this.toBackend(entity));
  }

  async insert(backend: Backend, audit: AuditEvent): Promise<'inserted' | 'name taken'> {
    const { id, name, type, state, closedMessage, policy, planPolicies } = backend;
    const row = { id, name, type, state, policy, planPolicies, closedMessage: closedMessage ?? null, settings: this.seal(backend) };
    try {
      await this.orm.transaction(async (manager) => {
        await manager.insert(BackendEntity, row);
        await auditAndPublish(manager, audit);
      });
      return 'inserted';
    } catch (error) {
      if (violates(error, 'backend_name_uq')) return 'name taken';
      throw error;
    }
  }

  async change(id: string, change: BackendChange, audit: AuditEvent, ifVersion?: number): Promise<Backend | 'another version' | undefined> {
    return this.orm.transaction(async (manager) => {
      // Not the lock of a removal: instances go on referring to the backend meanwhile.
      const entity = await manager.findOne(BackendEntity, { where: { id }, lock: { mode: 'for_no_key_update' } });
      if (!entity) return undefined;
      if (ifVersion !== undefined && entity.version !== ifVersion) return 'another version';
      const { settings, ...plain } = change;
      Object.assign(entity, plain, settings ? { settings: this.seal({ id, settings }) } : {});
      if (change.state === 'enabled') entity.closedMessage = null;
      entity.version += 1;
      entity.updatedAt = new Date();
      await manager.save(entity);
      await auditAndPublish(manager, audit);
      return this.toBackend(entity);
    });
  }

  async remove(id: string, audit: AuditEvent): Promise<'removed' | { readonly instances: number }> {
    return this.orm.transaction(async (manager) => {
      const entity = await manager.findOne(BackendEntity, { where: { id }, lock: { mode: 'pessimistic_write' } });
      if (!entity) return 'removed' as const;
      const instances = await countLive(manager, id);
      if (instances > 0) return { instances };
      await manager.delete(ServiceInstanceEntity, { backendId: id });
      await manager.delete(BackendEntity, { id });
      await auditAndPublish(manager, audit);
      return 'removed' as const;
    });
  }

  async countInstances(id: string): Promise<number> {
    return this.orm.run((manager) => countLive(manager, id));
  }

  private seal({ id, settings }: Pick<Backend, 'id' | 'settings'>): Buffer {
    return this.columns.seal('settings', id, JSON.stringify(settings)) as Buffer;
  }

  private toBackend({ id, name, type, state, closedMessage, settings, policy, planPolicies, version, createdAt }: BackendEntity): Backend {
    return {
      id,
      name,
      type,
      state,
      policy,
      planPolicies,
      version,
      createdAt,
      settings: JSON.parse(this.columns.open('settings', id, settings) as string) as Backend['settings'],
      ...(closedMessage === null ? {} : { closedMessage }),
    };
  }
}

function countLive(manager: EntityManager, backendId: string): Promise<number> {
  return manager.countBy(ServiceInstanceEntity, { backendId, deletedAt: IsNull() });
}

/** A change of backends is always audited and always moves the catalog. */
async function auditAndPublish(manager: EntityManager, audit: AuditEvent): Promise<void> {
  await appendAudit(manager, audit);
  await raiseRevision(manager);
}

/** Tells other replicas that what is published may have changed. */
export async function raiseRevision(manager: EntityManager): Promise<void> {
  await manager.increment(CatalogRevisionEntity, { id: 1 }, 'revision', 1);
}
