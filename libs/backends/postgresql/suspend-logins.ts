import { escapeIdentifier, escapeLiteral } from 'pg';
import type { BackendLog } from '#sdk';
import { endSessions, lockLogin } from './disable-logins.js';
import type { Session } from './session.js';
import { instanceOf, LOGIN_PATTERN } from './tenant-roles.js';

/** After this time any gateway may turn a login on again: longer than the longest verb. */
const LONGEST = '2 minutes';

interface Login {
  readonly oid: number;
  readonly name: string;
}

/**
 * Turns the logins of these instances off for a while. Recorded in the same transaction, so that none stays off after a
 * crash. One that an unbind has turned off meanwhile is left alone.
 *
 * @param instances the names of their databases
 * @returns the ids of the logins, for {@link resumeLogins}
 */
export async function suspendLogins(admin: Session, instances: readonly string[], log: BackendLog): Promise<number[]> {
  const logins = await admin.rows<Login>(
    `SELECT oid, rolname AS name FROM pg_roles
      WHERE rolname ~ '${LOGIN_PATTERN}' AND rolcanlogin AND left(rolname, 30) = ANY ($1::text[])`,
    [instances],
  );
  for (const { oid, name } of logins) {
    await admin.change(
      lockLogin(oid),
      endSessions(oid),
      `INSERT INTO public.suspended_login SELECT oid, rolname, now() + interval '${LONGEST}' FROM pg_roles
         WHERE oid = ${oid} AND rolcanlogin ON CONFLICT (role) DO UPDATE SET until = excluded.until`,
      `ALTER ROLE ${escapeIdentifier(name)} NOLOGIN`,
      endSessions(oid),
    );
  }
  log.warn('logins that refer again and again to a role that is being dropped are suspended until it is', {
    databases: [...new Set(logins.map(({ name }) => instanceOf(name)))],
    logins: logins.length,
  });
  return logins.map(({ oid }) => oid);
}

/** Turns these suspended logins on again, and all whose time is over, unless an unbind has turned them off for good. */
export async function resumeLogins(admin: Session, oids: readonly number[] = []): Promise<void> {
  const suspended = await admin.rows<Login & { exists: boolean }>(
    `SELECT role AS oid, name, EXISTS (SELECT FROM pg_roles WHERE oid = role AND rolname = name) AS exists
       FROM public.suspended_login WHERE until < now() OR role = ANY ($1::oid[])`,
    [oids],
  );
  for (const { oid, name, exists } of suspended) {
    const resume = exists ? `IF FOUND THEN ALTER ROLE ${escapeIdentifier(name)} LOGIN; END IF;` : '';
    const statements = `BEGIN DELETE FROM public.suspended_login WHERE role = ${oid}; ${resume} END`;
    await admin.change(lockLogin(oid), `DO ${escapeLiteral(statements)}`);
  }
}
