import { escapeIdentifier } from 'pg';
import type { Work } from './connections.js';
import { endSessionsOf } from './end-sessions.js';
import type { Session } from './session.js';

/** Who inherits what a role made in its instance's database. */
export interface Heir {
  readonly database: string;
  readonly owner: string;
}

/**
 * Removes login roles with their sessions. What they own in the heir's database passes to the heir; what they own or
 * may do anywhere else ends. Can be repeated from any point.
 */
export async function dropLoginRoles(work: Work, roles: readonly string[], heir?: Heir): Promise<void> {
  if (roles.length === 0) return;
  const { admin, inside } = work;
  await admin.change(...roles.map((role) => `ALTER ROLE ${escapeIdentifier(role)} NOLOGIN`));
  await endSessionsOf(admin, roles);
  for (const database of await databasesWithTraces(admin, roles)) {
    const statements = disown(roles, database === heir?.database ? heir : undefined);
    await inside(database, (session) => session.change(...statements));
  }
  await dropRoles(admin, roles);
}

/** Removes roles that are referred to in no other database, with what they may do in shared objects. */
export async function dropRoles(admin: Session, roles: readonly string[]): Promise<void> {
  if (roles.length === 0) return;
  await admin.change(...disown(roles), `DROP ROLE ${list(roles)}`);
}

function disown(roles: readonly string[], heir?: Heir): string[] {
  const reassign = heir === undefined ? [] : [`REASSIGN OWNED BY ${list(roles)} TO ${escapeIdentifier(heir.owner)}`];
  return [...reassign, `DROP OWNED BY ${list(roles)}`];
}

async function databasesWithTraces(admin: Session, roles: readonly string[]): Promise<string[]> {
  const found = await admin.rows<{ datname: string }>(
    `SELECT DISTINCT datname FROM pg_shdepend JOIN pg_database ON pg_database.oid = dbid
      WHERE refclassid = 'pg_authid'::regclass
        AND refobjid IN (SELECT oid FROM pg_roles WHERE rolname = ANY ($1::name[]))`,
    [roles],
  );
  return found.map((database) => database.datname);
}

const list = (roles: readonly string[]): string => roles.map((role) => escapeIdentifier(role)).join(', ');
