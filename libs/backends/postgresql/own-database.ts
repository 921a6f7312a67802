import { createHash } from 'node:crypto';
import { Client, DatabaseError, escapeIdentifier } from 'pg';
import { clientConfig, type PostgresqlServer } from './server.js';

/**
 * A database of the gateway's own on the server, which nobody but its administrator may enter. Advisory locks belong
 * to a database: where tenants can connect, they could take the gateway's.
 */
export function ownDatabaseName({ user }: PostgresqlServer): string {
  return `osbgateway_${createHash('sha256').update(user).digest('hex').slice(0, 24)}`;
}

/** True when connecting failed because the gateway's database is missing or unfinished. */
export function lacksOwnDatabase(error: unknown): boolean {
  return error instanceof DatabaseError && error.severity === 'FATAL' && ['3D000', '55000'].includes(error.code ?? '');
}

/** What has to outlive a verb that breaks off. */
export const OWN_TABLES = [
  // Logins that were turned off for a while, with the time at which anybody may turn them on again.
  'CREATE TABLE IF NOT EXISTS public.suspended_login (role oid PRIMARY KEY, name name NOT NULL, until timestamptz NOT NULL)',
  // Connection limits that were raised to let the administrator in.
  `CREATE TABLE IF NOT EXISTS public.raised_limit (database oid PRIMARY KEY, name name NOT NULL,
     connection_limit int NOT NULL, raised_to int NOT NULL)`,
  // Roles without any right left, which could not be dropped yet.
  'CREATE TABLE IF NOT EXISTS public.removed_role (role oid PRIMARY KEY, name name NOT NULL)',
] as const;

/** Makes the database, or finishes it. Several gateways may do so at once. @throws what the driver throws */
export async function makeOwnDatabase(server: PostgresqlServer): Promise<void> {
  const client = new Client(clientConfig(server));
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query("SET search_path = pg_catalog; SET statement_timeout = '10s'");
    const database = escapeIdentifier(ownDatabaseName(server));
    // No connections until PUBLIC is kept out.
    await unlessMade(client.query(`CREATE DATABASE ${database} TEMPLATE template0 ALLOW_CONNECTIONS false`));
    await unlessMade(
      client.query(`REVOKE ALL ON DATABASE ${database} FROM PUBLIC;
        COMMENT ON DATABASE ${database} IS 'OSB Gateway: locks and unfinished work';
        ALTER DATABASE ${database} ALLOW_CONNECTIONS true`),
    );
  } finally {
    await client.end();
  }
}

/** There already, or being changed by another gateway. */
async function unlessMade(step: Promise<unknown>): Promise<void> {
  try {
    await step;
  } catch (error) {
    const made = error instanceof DatabaseError && ['42P04', '23505', 'XX000'].includes(error.code ?? '');
    if (!made) throw error;
  }
}
