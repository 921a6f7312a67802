import type { Session } from './session.js';

/** How long Postgres waits for one session to end. */
const TERMINATION_MS = 5_000;

/** Ends the sessions of these logins, in any database. */
export async function endSessionsOf(admin: Session, roles: readonly string[]): Promise<void> {
  await admin.rows(
    'SELECT pg_terminate_backend(pid, $2) FROM pg_stat_activity WHERE usename = ANY ($1::name[])',
    [roles, TERMINATION_MS],
  );
}

/** Ends all sessions in a database. Autovacuum is left to the server: only a superuser may end it. */
export async function endSessionsIn(admin: Session, database: string): Promise<void> {
  await admin.rows(
    `SELECT pg_terminate_backend(pid, $2) FROM pg_stat_activity
      WHERE datname = $1 AND backend_type <> 'autovacuum worker'`,
    [database, TERMINATION_MS],
  );
}
