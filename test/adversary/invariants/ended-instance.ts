import type { Inspection } from '../inspection.js';
import type { Violations } from '../violations.js';

/** Holds after the answer to a deprovision: no database, no session in it, and no role that can do anything. */
export async function checkEndedInstance(database: string, inspection: Inspection, violations: Violations): Promise<void> {
  const [found] = await inspection.rows('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
  if (found) violations.add('the database is gone', `${database} is still there`);
  const roles = await inspection.rows<{ rolname: string; rolcanlogin: boolean; traces: number }>(
    `SELECT rolname, rolcanlogin, (SELECT count(*)::int FROM pg_shdepend
        WHERE refclassid = 'pg_authid'::regclass AND refobjid = pg_roles.oid) AS traces
       FROM pg_roles WHERE starts_with(rolname, $1)`,
    [database],
  );
  for (const { rolname, rolcanlogin, traces } of roles) {
    if (rolcanlogin) violations.add('an unbound login is refused', `${rolname} can log in after the deprovision`);
    if (traces > 0) violations.add('an unbound login owns nothing', `${rolname} has ${traces} traces after the deprovision`);
  }
}
