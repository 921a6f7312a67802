import { within, type Journal } from '#core';
import type { EmbeddedPostgres, ServerSettings } from '#persistence';
import { Client } from 'pg';
import type { DataDir } from './data-dir.js';
import { KeptPostgres } from './kept-postgres.js';
import type { OwnServers } from './own-servers.js';

const RECORD_DATABASE = 'osb_gateway';
/** The gateway starts without the server for tenants where that takes longer: nobody but tenants waits for it then. */
const LONGEST_TENANTS_START_MS = 30_000;
/** More than the largest plan has, and some that only the gateway gets: release 0.1 made databases beside the record. */
const CONNECTIONS: ServerSettings = { max_connections: '200', superuser_reserved_connections: '20' };
/** What one tenant cannot take from the others (ADR 0019). */
export const TENANT_SETTINGS: ServerSettings = {
  ...CONNECTIONS,
  max_locks_per_transaction: '128',
  // 64 MiB on disk.
  max_notify_queue_pages: '8192',
  authentication_timeout: '10s',
  wal_level: 'replica',
  max_wal_senders: '0',
  max_replication_slots: '0',
};

/**
 * One server for the record and one for tenants, in folders of their own. The first must start. The second is tried for
 * as long as it takes: what tenants do to it keeps the gateway from nothing.
 *
 * @throws EmbeddedPostgresError
 */
export async function startEmbeddedServers({ postgresDir, tenantsDir }: DataDir, journal: Journal): Promise<OwnServers> {
  const tenants = new TenantServer(tenantsDir, journal);
  try {
    const { kept, server } = await KeptPostgres.start({ dataDir: postgresDir, settings: CONNECTIONS }, journal);
    await createIfMissing(server).catch(async (error: unknown) => {
      await kept.stop();
      throw error;
    });
    return {
      recordUrl: server.url(RECORD_DATABASE),
      started: async () => void (await within(LONGEST_TENANTS_START_MS, tenants.firstAttempt)),
      settings: () => ({ ...tenants.settings(), recordServer: { url: server.url('postgres'), dedicated: true } }),
      onChange: (listener) => tenants.onChange(listener),
      stop: async () => void (await Promise.all([kept.stop(), tenants.stop()])),
    };
  } catch (error) {
    await tenants.stop();
    throw error;
  }
}

/** The embedded server for tenants, which may come later than the gateway and on another port than before. */
class TenantServer {
  private server: EmbeddedPostgres | undefined;
  private listener = (): void => undefined;
  private readonly kept: KeptPostgres;

  constructor(
    private readonly dataDir: string,
    journal: Journal,
  ) {
    this.kept = KeptPostgres.begin({ dataDir, settings: TENANT_SETTINGS }, journal, (server) => this.ready(server));
  }

  get firstAttempt(): Promise<void> {
    return this.kept.firstAttempt;
  }

  settings(): Pick<ReturnType<OwnServers['settings']>, 'embeddedServer'> {
    if (this.server === undefined) return {};
    const { host, port, user: username, password } = this.server.connection;
    return { embeddedServer: { host, port, username, password, dataDirectory: this.dataDir } };
  }

  onChange(listener: () => void): void {
    this.listener = listener;
  }

  stop(): Promise<void> {
    return this.kept.stop();
  }

  private ready(server: EmbeddedPostgres): void {
    const before = this.server?.connection.port;
    this.server = server;
    if (before !== server.connection.port) this.listener();
  }
}

async function createIfMissing(embedded: EmbeddedPostgres): Promise<void> {
  const client = new Client({ connectionString: embedded.url('postgres') });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [RECORD_DATABASE]);
    if (rowCount === 0) await client.query(`create database ${RECORD_DATABASE} template template0`);
  } finally {
    await client.end();
  }
}
