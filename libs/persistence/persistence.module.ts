import { Module, type DynamicModule, type ModuleMetadata } from '@nestjs/common';
import { AuditTrail, BackendStore, CatalogStore, CredentialDirectory, Inventory, LateCreateStore, LeavingBindingStore, LifecycleStore, OperationNews, ParkedOperationStore, PlatformStore, RefusedCreateStore, UnheardFailureStore } from '#core';
import { DataSource } from 'typeorm';
import { Notifications } from './notifications.js';
import { Orm } from './orm.js';
import { PostgresNews } from './postgres-news.js';
import { Sql } from './sql.js';
import { PostgresAuditTrail } from './stores/postgres-audit-trail.js';
import { PostgresBackendStore } from './stores/postgres-backend-store.js';
import { PostgresCatalogStore } from './stores/postgres-catalog-store.js';
import { PostgresInventory } from './stores/postgres-inventory.js';
import { PostgresLateCreates } from './stores/postgres-late-creates.js';
import { PostgresLeavingBindings } from './stores/postgres-leaving-bindings.js';
import { PostgresLifecycleStore } from './stores/postgres-lifecycle-store.js';
import { PostgresParkedOperations } from './stores/postgres-parked-operations.js';
import { PostgresPlatformStore } from './stores/postgres-platform-store.js';
import { PostgresRefusedCreates } from './stores/postgres-refused-creates.js';
import { PostgresUnheardFailures } from './stores/postgres-unheard-failures.js';

/** The ports of core, kept in Postgres. The app brings the DataSource, the sealer and the timings. */
@Module({})
export class PersistenceModule {
  static forRoot(needs: Pick<ModuleMetadata, 'providers'>): DynamicModule {
    const stores = [
      { provide: AuditTrail, useClass: PostgresAuditTrail },
      { provide: BackendStore, useClass: PostgresBackendStore },
      { provide: CatalogStore, useClass: PostgresCatalogStore },
      { provide: Inventory, useClass: PostgresInventory },
      { provide: LateCreateStore, useClass: PostgresLateCreates },
      { provide: LeavingBindingStore, useClass: PostgresLeavingBindings },
      { provide: LifecycleStore, useClass: PostgresLifecycleStore },
      { provide: OperationNews, useClass: PostgresNews },
      { provide: ParkedOperationStore, useClass: PostgresParkedOperations },
      { provide: PlatformStore, useClass: PostgresPlatformStore },
      { provide: RefusedCreateStore, useClass: PostgresRefusedCreates },
      { provide: UnheardFailureStore, useClass: PostgresUnheardFailures },
      { provide: CredentialDirectory, useExisting: PlatformStore },
    ];
    const sql = { provide: Sql, inject: [DataSource], useFactory: (database: DataSource) => new Sql(database) };
    const providers = [...(needs.providers ?? []), sql, Orm, Notifications, ...stores];
    return { module: PersistenceModule, global: true, providers, exports: providers };
  }
}
