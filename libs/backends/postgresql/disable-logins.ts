import { escapeIdentifier } from 'pg';
import type { FoundRole } from './inventory.js';
import type { Session } from './session.js';

/**
 * From now on nobody can log in as these roles, also not with a password a login set itself. Each is committed on its
 * own. Sessions are ended first: an open transaction of the login could hold its own row.
 */
export async function disableLogins(admin: Session, roles: readonly FoundRole[]): Promise<void> {
  for (const { oid, name } of roles) {
    await admin.change(
      lockLogin(oid),
      endSessions(oid),
      `ALTER ROLE ${escapeIdentifier(name)} NOLOGIN PASSWORD NULL`,
      // It is not turned on again with those that were suspended.
      `DELETE FROM public.suspended_login WHERE role = ${oid}`,
    );
  }
}

/** The statement that ends the sessions of a role, by its id. */
export function endSessions(oid: number): string {
  return `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usesysid = ${oid}`;
}

/** The statement that keeps others from turning a login on or off until the end of the transaction; in the gateway's own database. */
export function lockLogin(oid: number): string {
  return `SELECT pg_advisory_xact_lock(hashtextextended('login ${oid}', 0))`;
}
