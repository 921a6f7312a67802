import { Injectable } from '@nestjs/common';
import { CatalogStore, Sealer, ownersByClaims, type Claim, type IdentifierOwners, type StoredCatalog } from '#core';
import { DataSource } from 'typeorm';
import { BackendCatalogEntity } from '../entities/backend-catalog.entity.js';
import { CatalogRevisionEntity } from '../entities/catalog-revision.entity.js';
import { CatalogIdentifierEntity } from '../entities/catalog-identifier.entity.js';
import { SealedColumns } from '../sealed-columns.js';
import { raiseRevision } from './postgres-backend-store.js';

/** Last good catalogs and who owns which identifier, in Postgres. */
@Injectable()
export class PostgresCatalogStore extends CatalogStore {
  private readonly columns: SealedColumns;

  constructor(
    private readonly database: DataSource,
    sealer: Sealer,
  ) {
    super();
    this.columns = new SealedColumns(sealer, 'backend_catalog');
  }

  async all(): Promise<StoredCatalog[]> {
    const found = await this.database.getRepository(BackendCatalogEntity).find();
    return found.map((entity) => this.toStored(entity));
  }

  async saveGood(backendId: string, body: string): Promise<void> {
    await this.database.transaction(async (manager) => {
      const known = await manager.findOne(BackendCatalogEntity, { where: { backendId }, lock: { mode: 'pessimistic_write' } });
      const isNew = !known?.body || this.columns.open('body', backendId, known.body) !== body;
      const sealed = isNew ? { body: this.columns.seal('body', backendId, body) } : {};
      const now = new Date();
      const row = { backendId, ...sealed, fetchedAt: now, attemptedAt: now, failure: null };
      await manager.upsert(BackendCatalogEntity, row, ['backendId']);
      if (isNew || known.failure !== null) await raiseRevision(manager);
    });
  }

  async saveFailure(backendId: string, failure: string): Promise<void> {
    const row = { backendId, attemptedAt: new Date(), failure };
    await this.database.getRepository(BackendCatalogEntity).upsert(row, ['backendId']);
  }

  async owners(): Promise<IdentifierOwners> {
    return ownersByClaims(await this.database.getRepository(CatalogIdentifierEntity).find());
  }

  async claim(claims: readonly Claim[]): Promise<void> {
    const rows = claims.map(({ kind, value, backendId, serviceId }) => ({ kind, value, backendId, serviceId }));
    await this.database
      .createQueryBuilder()
      .insert()
      .into(CatalogIdentifierEntity)
      .values(rows)
      .orIgnore()
      .updateEntity(false)
      .execute();
  }

  async revision(): Promise<bigint> {
    const row = await this.database.getRepository(CatalogRevisionEntity).findOneByOrFail({ id: 1 });
    return BigInt(row.revision);
  }

  async raiseRevision(): Promise<void> {
    await raiseRevision(this.database.manager);
  }

  private toStored({ backendId, body, fetchedAt, attemptedAt, failure }: BackendCatalogEntity): StoredCatalog {
    return {
      backendId,
      ...(body === null ? {} : { body: this.columns.open('body', backendId, body) as string }),
      ...(fetchedAt === null ? {} : { fetchedAt }),
      ...(attemptedAt === null ? {} : { attemptedAt }),
      ...(failure === null ? {} : { failure }),
    };
  }
}
