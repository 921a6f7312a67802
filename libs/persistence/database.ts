import { DataSource, type MigrationInterface } from 'typeorm';
import { entities } from './entities/entities.js';
import { newConnection, type ServerTimeouts } from './new-connection.js';

export interface DatabaseOptions {
  /** postgres://user:password@host:port/database */
  readonly url: string;
  /** Migration classes, oldest first. */
  readonly migrations: readonly (new () => MigrationInterface)[];
  /** Connections of this process; migrating needs two. */
  readonly poolSize?: number;
  readonly onPoolError?: (error: Error) => void;
}

/** No statement of the gateway takes a second: a server that is silent for so long is away. Migrations take their time. */
const QUERY_TIMEOUT_MS = 10_000;

/**
 * What the gateway stops waiting for, the server has given up before: nothing is done after its request was answered.
 * A commit is not given up by these, and may be done late: see the `confirmed` column of operations (ADR 22).
 */
const SERVER_TIMEOUTS: ServerTimeouts = {
  statement_timeout: QUERY_TIMEOUT_MS - 2_000,
  lock_timeout: QUERY_TIMEOUT_MS - 5_000,
  idle_in_transaction_session_timeout: QUERY_TIMEOUT_MS,
};

/** The connection to the gateway's own database. Does not migrate by itself; see `bringUpToDate`. */
export function createDatabase({ url, migrations, poolSize = 20, onPoolError }: DatabaseOptions): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    entities,
    migrations: [...migrations],
    migrationsTableName: 'schema_migration',
    migrationsTransactionMode: 'each',
    synchronize: false,
    installExtensions: false,
    uuidExtension: 'pgcrypto',
    poolSize,
    connectTimeoutMS: 5_000,
    applicationName: 'osb-gateway',
    extra: { query_timeout: QUERY_TIMEOUT_MS, keepAlive: true, onConnect: newConnection(SERVER_TIMEOUTS) },
    ...(onPoolError ? { poolErrorHandler: onPoolError } : {}),
  });
}

/** The same database for statements that may take long. */
export function patient({ options }: DataSource): DataSource {
  return new DataSource({ ...options, poolSize: 2, extra: { onConnect: newConnection() } } as typeof options);
}
