import { escapeIdentifier } from 'pg';
import type { InstanceNames } from './names.js';
import type { Session } from './session.js';

const RELATIONS_PER_STEP = 500;
const MAX_STEPS = 20;
/** A bind takes no longer for it: strangers wait for the connection. */
const MAX_MS = 2_000;
const SURE_STEPS = 2;

/** New objects of these kinds are their owner's to use, unless it takes that from itself. */
const OWN_DEFAULTS = ['SCHEMAS', 'TABLES', 'SEQUENCES', 'ROUTINES', 'TYPES'];

/** Rights inside a new database; the schema `public` is there. */
export function schemaRights(names: InstanceNames): string[] {
  const owner = escapeIdentifier(names.owner);
  const reader = escapeIdentifier(names.reader);
  const byDefault = `ALTER DEFAULT PRIVILEGES FOR ROLE ${owner}`;
  return [
    `ALTER SCHEMA public OWNER TO ${owner}`,
    `GRANT USAGE, CREATE ON SCHEMA public TO ${owner}`,
    `GRANT USAGE ON SCHEMA public TO ${reader}`,
    ...OWN_DEFAULTS.map((kind) => `${byDefault} GRANT ALL ON ${kind} TO ${owner}`),
    `${byDefault} GRANT USAGE ON SCHEMAS TO ${reader}`,
    `${byDefault} GRANT SELECT ON TABLES TO ${reader}`,
    `${byDefault} GRANT SELECT ON SEQUENCES TO ${reader}`,
  ];
}

/** Whether `public` is there as schemaRights made it, and whether all of its grants are. */
const STATE = `SELECT nspname IS NOT NULL AS present,
    COALESCE(nspowner = $1::regrole AND has_schema_privilege($1, n.oid, 'USAGE')
      AND has_schema_privilege($1, n.oid, 'CREATE') AND has_schema_privilege($2, n.oid, 'USAGE'), false)
    AND 3 = (SELECT count(*) FROM pg_default_acl, aclexplode(defaclacl)
      WHERE defaclrole = $1::regrole AND defaclnamespace = 0 AND grantee = $2::regrole
        AND (defaclobjtype, privilege_type) IN (('n', 'USAGE'), ('r', 'SELECT'), ('S', 'SELECT')))
    AND NOT EXISTS (SELECT FROM pg_default_acl,
        aclexplode(acldefault(CASE defaclobjtype WHEN 'S' THEN 's' ELSE defaclobjtype END, defaclrole)) AS own
      WHERE defaclrole = $1::regrole AND defaclnamespace = 0 AND own.grantee = defaclrole AND NOT EXISTS (
        SELECT FROM aclexplode(defaclacl) AS given WHERE (given.grantee, given.privilege_type) = (own.grantee, own.privilege_type)))
    AS complete
  FROM (SELECT) AS always LEFT JOIN pg_namespace n ON nspname = 'public'`;

/**
 * Gives back what a binding can take from its own database (DROP OWNED BY, DROP SCHEMA public CASCADE, REVOKE): the
 * schema `public`, the default privileges, and the reader's rights on what the owner has made. Changes nothing where
 * nothing is missing. At most 10,000 relations in one call.
 *
 * @returns false when more relations are left
 */
export async function restoreSchemaRights(session: Session, names: InstanceNames): Promise<boolean> {
  const roles = [names.owner, names.reader];
  const [state] = await session.rows<{ present: boolean; complete: boolean }>(STATE, roles);
  if (state?.complete !== true) {
    const create = state?.present === true ? [] : [`CREATE SCHEMA public AUTHORIZATION ${escapeIdentifier(names.owner)}`];
    await session.change(...create, ...schemaRights(names));
  }
  return grantToReader(session, names);
}

const HIDDEN_FROM_READER = `SELECT format('USAGE ON SCHEMA %I', nspname) AS right FROM pg_namespace
    WHERE nspowner = $1::regrole AND NOT has_schema_privilege($2, oid, 'USAGE')
  UNION ALL
  SELECT format('SELECT ON TABLE %I.%I', nspname, relname) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relowner = $1::regrole AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND relpersistence <> 't'
      AND NOT has_table_privilege($2, pg_class.oid, 'SELECT')
  LIMIT ${RELATIONS_PER_STEP}`;

async function grantToReader(session: Session, names: InstanceNames): Promise<boolean> {
  const untilMs = performance.now() + MAX_MS;
  for (let step = 0; step < MAX_STEPS && (step < SURE_STEPS || performance.now() < untilMs); step += 1) {
    const hidden = await session.rows<{ right: string }>(HIDDEN_FROM_READER, [names.owner, names.reader]);
    await session.change(...hidden.map(({ right }) => `GRANT ${right} TO ${escapeIdentifier(names.reader)}`));
    if (hidden.length < RELATIONS_PER_STEP) return true;
  }
  return false;
}
