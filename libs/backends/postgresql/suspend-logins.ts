import { escapeIdentifier, escapeLiteral } from 'pg';
import type { BackendLog } from '#sdk';
import { endSessions } from './disable-logins.js';
import type { Session } from './session.js';
import { LOGIN_PATTERN } from './tenant-roles.js';

/** After this time any gateway may turn a login on again: longer than the longest verb. */
const LONGEST = '2 minutes';

interface Login {
  readonly oid: number;
  readonly name: string;
}

/**
 * Turns logins off for a while: those of the instance that has this database, and those of other tenants with a session
 * in it. Recorded in the same transaction, so that none stays off after a crash.
 *
 * @returns the ids of the logins, for {@link resumeLogins}
 */
export async function suspendLogins(admin: Session, database: string, log: BackendLog): Promise<number[]> {
  const logins = await admin.rows<Login>(
    `SELECT oid, rolname AS name FROM pg_roles
      WHERE rolname ~ '${LOGIN_PATTERN}' AND rolcanlogin AND (starts_with(rolname, $1 || '_')
        OR EXISTS (SELECT FROM pg_stat_activity WHERE usesysid = pg_roles.oid AND datname = $1))`,
    [database],
  );
  for (const { oid, name } of logins) {
    await admin.change(
      endSessions(oid),
      `INSERT INTO public.suspended_login VALUES (${oid}, ${escapeLiteral(name)}, now() + interval '${LONGEST}')
         ON CONFLICT (role) DO UPDATE SET until = excluded.until`,
      `ALTER ROLE ${escapeIdentifier(name)} NOLOGIN`,
      endSessions(oid),
    );
  }
  log.warn('logins that refer again and again to a role that is being dropped are suspended until it is', {
    database,
    logins: logins.length,
  });
  return logins.map(({ oid }) => oid);
}

/** Turns these suspended logins on again, and all whose time is over. */
export async function resumeLogins(admin: Session, oids: readonly number[] = []): Promise<void> {
  const suspended = await admin.rows<Login & { exists: boolean }>(
    `SELECT role AS oid, name, EXISTS (SELECT FROM pg_roles WHERE oid = role AND rolname = name) AS exists
       FROM public.suspended_login WHERE until < now() OR role = ANY ($1::oid[])`,
    [oids],
  );
  for (const { oid, name, exists } of suspended) {
    const resume = exists ? [`ALTER ROLE ${escapeIdentifier(name)} LOGIN`] : [];
    await admin.change(...resume, `DELETE FROM public.suspended_login WHERE role = ${oid}`);
  }
}
