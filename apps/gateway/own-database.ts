import type { EmbeddedPostgres } from '#persistence';
import type { PostgresqlServer } from '#backends/postgresql';
import type { Environment } from '#config';
import type { Journal } from '#core';
import { Client } from 'pg';
import type { DataDir } from './data-dir.js';
import { KeptPostgres } from './kept-postgres.js';

/** The database that keeps the gateway's record, and the server it is on. */
export interface OwnDatabase {
  readonly url: string;
  readonly server: PostgresqlServer;
  /** Ends the embedded server, where there is one. */
  stop(): Promise<void>;
}

const NAME = 'osb_gateway';

/** The database `DATABASE_URL` names, or one on an embedded server that is started, or attached to, for it. */
export async function openOwnDatabase(environment: Environment, dataDir: DataDir, journal: Journal): Promise<OwnDatabase> {
  const { databaseUrl } = environment;
  if (databaseUrl !== undefined) return { url: databaseUrl, server: serverOf(databaseUrl), stop: async () => undefined };
  const { kept, server: embedded } = await KeptPostgres.start(dataDir.postgresDir, journal);
  await createIfMissing(embedded);
  const { host, port, user, password } = embedded.connection;
  return { url: embedded.url(NAME), server: { host, port, user, password, dedicated: true }, stop: () => kept.stop() };
}

async function createIfMissing(embedded: EmbeddedPostgres): Promise<void> {
  const client = new Client({ connectionString: embedded.url('postgres') });
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [NAME]);
    if (rowCount === 0) await client.query(`create database ${NAME} template template0`);
  } finally {
    await client.end();
  }
}

function serverOf(databaseUrl: string): PostgresqlServer {
  const { hostname, port, username, password } = new URL(databaseUrl);
  return {
    host: decodeURIComponent(hostname),
    port: Number(port || 5432),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
  };
}
