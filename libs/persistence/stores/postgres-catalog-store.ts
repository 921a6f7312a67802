import { Injectable } from '@nestjs/common';
import { CatalogStore, DamagedCatalog, Sealer, ownersByClaims, type Claim, type IdentifierOwners, type StoredCatalog } from '#core';
import type { EntityManager } from 'typeorm';
import { BackendCatalogEntity } from '../entities/backend-catalog.entity.js';
import { CatalogRevisionEntity } from '../entities/catalog-revision.entity.js';
import { Orm } from '../orm.js';
import { SealedColumns } from '../sealed-columns.js';
import { Sql } from '../sql.js';
import { CATALOGS } from '../statements/catalogs.js';
import { CLAIM_IDENTIFIERS, CLAIMED_IDENTIFIERS } from '../statements/claim-identifiers.js';
import { storableText } from '../storable-text.js';
import { violatesForeignKey } from '../violations.js';
import { raiseRevision } from './postgres-backend-store.js';

/** Last good catalogs and who owns which identifier, in Postgres. */
@Injectable()
export class PostgresCatalogStore extends CatalogStore {
  private readonly columns: SealedColumns;

  constructor(
    private readonly orm: Orm,
    private readonly sql: Sql,
    sealer: Sealer,
  ) {
    super();
    this.columns = new SealedColumns(sealer, 'backend_catalog');
  }

  async all(): Promise<StoredCatalog[]> {
    return (await this.sql.rows<CatalogRow>(CATALOGS, [])).map(toStored);
  }

  async body(backendId: string): Promise<string | undefined> {
    const found = await this.orm.run((manager) => manager.findOneBy(BackendCatalogEntity, { backendId }));
    return this.open(backendId, found?.body ?? null);
  }

  async saveGood(backendId: string, body: string): Promise<void> {
    await this.ofKnownBackend(async (manager) => {
      const known = await manager.findOne(BackendCatalogEntity, { where: { backendId }, lock: { mode: 'pessimistic_write' } });
      const isNew = !known?.body || !this.holds(backendId, known.body, body);
      const sealed = isNew ? { body: this.columns.seal('body', backendId, body) } : {};
      const now = new Date();
      const row = { backendId, ...sealed, fetchedAt: now, attemptedAt: now, failure: null };
      await manager.upsert(BackendCatalogEntity, row, ['backendId']);
      if (isNew || known.failure !== null) await raiseRevision(manager);
    });
  }

  async saveFailure(backendId: string, failure: string): Promise<void> {
    const row = { backendId, attemptedAt: new Date(), failure: storableText(failure) };
    await this.ofKnownBackend((manager) => manager.upsert(BackendCatalogEntity, row, ['backendId']));
  }

  async owners(): Promise<IdentifierOwners> {
    const claims: Claim[] = [];
    let page: ClaimRow[] = [];
    do {
      page = await this.sql.rows<ClaimRow>(CLAIMED_IDENTIFIERS, [page.at(-1)?.id ?? NIL_UUID, PAGE_SIZE]);
      for (const { id: _, ...claim } of page) claims.push(claim);
    } while (page.length === PAGE_SIZE);
    return ownersByClaims(claims);
  }

  async claim(claims: readonly Claim[]): Promise<void> {
    const columns = (['kind', 'value', 'backendId', 'serviceId'] as const).map((column) => claims.map((claim) => claim[column]));
    await this.sql.rows(CLAIM_IDENTIFIERS, columns);
  }

  async revision(): Promise<bigint> {
    const row = await this.orm.run((manager) => manager.findOneByOrFail(CatalogRevisionEntity, { id: 1 }));
    return BigInt(row.revision);
  }

  async raiseRevision(): Promise<void> {
    await this.orm.run(raiseRevision);
  }

  private open(backendId: string, sealed: Buffer | null): string | undefined {
    try {
      return this.columns.open('body', backendId, sealed);
    } catch (error) {
      throw new DamagedCatalog('it cannot be opened', { cause: error });
    }
  }

  private holds(backendId: string, sealed: Buffer, body: string): boolean {
    try {
      return this.open(backendId, sealed) === body;
    } catch {
      return false;
    }
  }

  /** A backend may be removed while its catalog is read: then there is nothing to keep. */
  private async ofKnownBackend(work: (manager: EntityManager) => Promise<unknown>): Promise<void> {
    try {
      await this.orm.transaction(work);
    } catch (error) {
      if (!violatesForeignKey(error, 'backend_catalog_backend_id_fk')) throw error;
    }
  }
}

/** Rows of one query, so that reading them keeps nobody waiting. */
const PAGE_SIZE = 2_000;
const NIL_UUID = '00000000-0000-0000-0000-000000000000';

type ClaimRow = Claim & { readonly id: string };

interface CatalogRow {
  readonly backendId: string;
  readonly digest: string | null;
  readonly fetchedAt: Date | null;
  readonly attemptedAt: Date | null;
  readonly failure: string | null;
}

function toStored({ backendId, digest, fetchedAt, attemptedAt, failure }: CatalogRow): StoredCatalog {
  return {
    backendId,
    ...(digest === null ? {} : { digest }),
    ...(fetchedAt === null ? {} : { fetchedAt }),
    ...(attemptedAt === null ? {} : { attemptedAt }),
    ...(failure === null ? {} : { failure }),
  };
}
