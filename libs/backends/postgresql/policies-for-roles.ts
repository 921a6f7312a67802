import { escapeIdentifier } from 'pg';
import { hiddenFrom, usageFor, withRights } from './hidden-schemas.js';
import type { FoundRole } from './inventory.js';
import { REFERS_TO_ROLES } from './referring-objects.js';
import type { Session } from './session.js';

/** Policies changed in one transaction: each locks its table. */
const POLICIES_PER_STEP = 100;

/** A row security policy that names one of the roles. */
interface Policy {
  readonly name: string;
  readonly table: string;
  readonly owner: string;
  /** Whom else it is for. */
  readonly others: string[];
  /** The schema of the table, where its owner cannot use it. */
  readonly hidden: string[];
}

/** The next policies for these roles in the database of the session. */
export function findPolicies(session: Session, roles: readonly FoundRole[]): Promise<Policy[]> {
  return session.rows<Policy>(
    `SELECT DISTINCT polname AS name, polrelid::regclass::text AS "table", pg_get_userbyid(relowner) AS owner,
            ARRAY(SELECT DISTINCT rolname::text FROM unnest(polroles) AS other (oid) JOIN pg_roles USING (oid)
              WHERE oid <> ALL ($1::oid[]) ORDER BY 1) AS others,
            ${hiddenFrom('relowner', 'relnamespace')} AS hidden
       FROM (SELECT DISTINCT objid FROM pg_shdepend
              WHERE ${REFERS_TO_ROLES} AND classid = 'pg_policy'::regclass
              LIMIT ${POLICIES_PER_STEP}) AS found
       JOIN pg_policy ON pg_policy.oid = objid JOIN pg_class ON pg_class.oid = polrelid`,
    [roles.map(({ oid }) => oid)],
  );
}

/** A policy for nobody else goes, like with DROP OWNED. */
export function withoutRoles({ name, table, owner, others, hidden }: Policy): string[] {
  const policy = `POLICY ${escapeIdentifier(name)} ON ${table}`;
  const to = others.map((each) => escapeIdentifier(each)).join(', ');
  return withRights(usageFor(owner, hidden), [
    `SET LOCAL ROLE ${escapeIdentifier(owner)}`,
    to === '' ? `DROP ${policy}` : `ALTER ${policy} TO ${to}`,
    'RESET ROLE',
  ]);
}
