import { Injectable } from '@nestjs/common';
import { BackendStore, Sealer, type AuditEvent, type Backend, type BackendChange } from '#core';
import { DataSource, IsNull, type EntityManager } from 'typeorm';
import { CatalogRevisionEntity } from '../entities/catalog-revision.entity.js';
import { BackendEntity } from '../entities/backend.entity.js';
import { ServiceInstanceEntity } from '../entities/service-instance.entity.js';
import { SealedColumns } from '../sealed-columns.js';
import { violates } from '../sql.js';
import { appendAudit } from './postgres-audit-trail.js';

/** Registered backends in Postgres; settings sealed. */
@Injectable()
export class PostgresBackendStore extends BackendStore {
  private readonly columns: SealedColumns;

  constructor(
    private readonly database: DataSource,
    sealer: Sealer,
  ) {
    super();
    this.columns = new SealedColumns(sealer, 'backend');
  }

  async all(): Promise<Backend[]> {
    const found = await this.database.getRepository(BackendEntity).find({ order: { createdAt: 'ASC', id: 'ASC' } });
    return found.map((entity) => this.toBackend(entity));
  }

  async insert(backend: Backend, audit: AuditEvent): Promise<'inserted' | 'name taken'> {
    const { id, name, type, state, closedMessage, policy, planPolicies } = backend;
    const row = { id, name, type, state, policy, planPolicies, closedMessage: closedMessage ?? null, settings: this.seal(backend) };
    try {
      await this.audited(audit, (manager) => manager.insert(BackendEntity, row));
      return 'inserted';
    } catch (error) {
      if (violates(error, 'backend_name_uq')) return 'name taken';
      throw error;
    }
  }

  async change(id: string, change: BackendChange, audit: AuditEvent): Promise<Backend | undefined> {
    const changed = await this.audited(audit, async (manager) => {
      const entity = await manager.findOne(BackendEntity, { where: { id }, lock: { mode: 'pessimistic_write' } });
      if (!entity) return undefined;
      const { settings, ...plain } = change;
      Object.assign(entity, plain, settings ? { settings: this.seal({ id, settings }) } : {});
      if (change.state === 'enabled') entity.closedMessage = null;
      entity.version += 1;
      entity.updatedAt = new Date();
      return manager.save(entity);
    });
    return changed && this.toBackend(changed);
  }

  async remove(id: string, audit: AuditEvent): Promise<'removed' | { readonly instances: number }> {
    return this.database.transaction(async (manager) => {
      await manager.findOne(BackendEntity, { where: { id }, lock: { mode: 'pessimistic_write' } });
      const instances = await manager.countBy(ServiceInstanceEntity, { backendId: id, deletedAt: IsNull() });
      if (instances > 0) return { instances };
      await manager.delete(ServiceInstanceEntity, { backendId: id });
      await manager.delete(BackendEntity, { id });
      await appendAudit(manager, audit);
      await raiseRevision(manager);
      return 'removed' as const;
    });
  }

  async countInstances(id: string): Promise<number> {
    return this.database.getRepository(ServiceInstanceEntity).countBy({ backendId: id, deletedAt: IsNull() });
  }

  /** A change of backends is always audited and always moves the catalog. */
  private audited<T>(audit: AuditEvent, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.database.transaction(async (manager) => {
      const result = await work(manager);
      await appendAudit(manager, audit);
      await raiseRevision(manager);
      return result;
    });
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

/** Tells other replicas that what is published may have changed. */
export async function raiseRevision(manager: EntityManager): Promise<void> {
  await manager.increment(CatalogRevisionEntity, { id: 1 }, 'revision', 1);
}
