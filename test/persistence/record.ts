import 'reflect-metadata';
import type { Abstract, INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BackendStore, CatalogStore, Inventory, LifecycleStore, newUuid, PlatformStore, Sealer, Timings, type AuditEvent } from '#core';
import { migrations } from '#migrations';
import { createDatabase, DataSource, PersistenceModule } from '#persistence';
import { AesGcmSealer, parseSealingKeys } from '#security';
import type { QueryResultRow } from 'pg';
import { GATEWAY_TEMPLATE } from '../support/gateway-template.js';
import { createDatabase as createTestDatabase, query, type TestDatabase } from '../support/postgres.js';

const KEYS = `test:${Buffer.alloc(32, 7).toString('base64')}`;
export const CALL_MS = 5_000;

/** The stores as a gateway has them, on a database of their own, with one platform and one backend. */
export class TestRecord {
  readonly platform = { id: newUuid(), name: 'cf', kind: 'cloudfoundry' as const };
  readonly backendId = newUuid();

  private constructor(
    readonly database: TestDatabase,
    private app: INestApplicationContext,
    public source: DataSource,
  ) {}

  /** @param way for the stores to another address that leads to the database */
  static async open(way: (url: string) => string | Promise<string> = (url) => url): Promise<TestRecord> {
    const database = await createTestDatabase(GATEWAY_TEMPLATE);
    const record = new TestRecord(database, ...(await stores(await way(database.url))));
    await record.get(PlatformStore).insert(record.platform, { username: 'cf', digest: 'digest' }, anEvent());
    await record.addBackend(record.backendId, 'demo');
    return record;
  }

  get lifecycle(): LifecycleStore {
    return this.get(LifecycleStore);
  }

  get inventory(): Inventory {
    return this.get(Inventory);
  }

  get<T>(token: Abstract<T>): T {
    return this.app.get<T>(token);
  }

  async addBackend(id: string, name: string): Promise<void> {
    const rest = { state: 'enabled', settings: { password: 'secret' }, policy: {}, planPolicies: {}, version: 1 } as const;
    await this.get(BackendStore).insert({ id, name, type: 'demo', createdAt: new Date(), ...rest }, anEvent());
  }

  get catalogs(): CatalogStore {
    return this.get(CatalogStore);
  }

  query<R extends QueryResultRow>(sql: string, values: unknown[] = []): Promise<R[]> {
    return query<R>(this.database.url, sql, values);
  }

  /** How many statements wait for another one's transaction to end. */
  async waitingForLocks(): Promise<number> {
    const waiting = await this.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return waiting.length;
  }

  /** Moves the clock of the database, for whoever connects from now on: the stores connect anew. */
  async moveClock(interval: string): Promise<void> {
    await this.query(`alter database ${this.database.name} set osb.clock_offset = '${interval}'`);
    await this.disconnect();
    [this.app, this.source] = await stores(this.database.url);
  }

  async close(): Promise<void> {
    await this.disconnect();
    await this.database.drop();
  }

  private async disconnect(): Promise<void> {
    await this.app.close();
    await this.source.destroy();
  }
}

/** The stores of one more gateway on the same database. */
export async function stores(url: string): Promise<[INestApplicationContext, DataSource]> {
  const source = createDatabase({ url, migrations, onPoolError: () => undefined });
  await source.initialize();
  const providers = [
    { provide: DataSource, useValue: source },
    { provide: Sealer, useValue: new AesGcmSealer(parseSealingKeys(KEYS)) },
    { provide: Timings, useValue: new Timings({ callMs: CALL_MS }) },
  ];
  const app = await NestFactory.createApplicationContext(PersistenceModule.forRoot({ providers }), { logger: false });
  return [app, source];
}

export function anEvent(changes: Partial<AuditEvent> = {}): AuditEvent {
  return { actor: { kind: 'admin', name: 'test' }, action: 'test', subject: 'test', outcome: 'succeeded', ...changes };
}
