import { Client } from 'pg';
import { clientConfig, type PostgresqlServer } from '../server.js';

const TIMEOUT_MS = 10_000;
/** A tenant may hold a lock on its own role: others have their turn meanwhile. */
const LOCK_TIMEOUT_MS = 1_000;

/** Runs `work` on a connection of the administrator's that ends with it. @throws what the driver throws */
export async function administer<T>(server: PostgresqlServer, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({
    ...clientConfig(server),
    application_name: 'osb-gateway guard limits',
    query_timeout: TIMEOUT_MS,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query(
      `SET search_path = pg_catalog; SET statement_timeout = ${TIMEOUT_MS}; SET lock_timeout = ${LOCK_TIMEOUT_MS}`,
    );
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
