import { setTimeout as pause } from 'node:timers/promises';
import { Client, DatabaseError } from 'pg';
import type { Credentials } from './login.js';

/** How a tenant logs in: `options` are settings of the session, which win over those of its role. */
export type LoginWithOptions = Credentials & { readonly options?: string };

const PAUSE_MS = 300;
/** As long as a server may have no room, for a tenant that tries again. */
const LIMIT_MS = 60_000;

/**
 * Runs the statements as a tenant that tries again while the server is out of connections or memory, or ended the
 * connection.
 *
 * @throws what the server refused for good
 */
export async function useDatabase(credentials: LoginWithOptions, ...statements: readonly string[]): Promise<void> {
  const untilMs = Date.now() + LIMIT_MS;
  for (;;) {
    try {
      await runOnce(credentials, statements);
      return;
    } catch (error) {
      if (!isTransient(error) || Date.now() > untilMs) throw error;
      await pause(PAUSE_MS);
    }
  }
}

async function runOnce(credentials: LoginWithOptions, statements: readonly string[]): Promise<void> {
  const { host, port, database, username, password, options } = credentials;
  const client = new Client({ host, port, database, user: username, password, options, connectionTimeoutMillis: 20_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    for (const sql of statements) await client.query(sql);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function isTransient(error: unknown): boolean {
  return !(error instanceof DatabaseError) || /^(53\d{3}|57P0[1-3])$/.test(error.code ?? '');
}
