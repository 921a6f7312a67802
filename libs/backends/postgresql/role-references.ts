import { escapeIdentifier } from 'pg';
import type { FoundRole } from './inventory.js';
import type { Session } from './session.js';

/** Who inherits what a role made in its instance's database. */
export interface Heir {
  readonly database: string;
  readonly owner: string;
}

/** A database that refers to some roles: by objects they own, or only by what they may do. */
export interface ReferringDatabase {
  readonly database: string;
  readonly connectable: boolean;
  readonly owns: boolean;
}

/** All databases that refer to these roles, but `except`. */
export function findReferences(
  admin: Session,
  roles: readonly FoundRole[],
  except?: string,
): Promise<ReferringDatabase[]> {
  return admin.rows<ReferringDatabase>(
    `SELECT datname AS database, datallowconn AND datconnlimit <> -2 AS connectable, bool_or(deptype = 'o') AS owns
       FROM pg_shdepend JOIN pg_database ON pg_database.oid = dbid
      WHERE refclassid = 'pg_authid'::regclass AND refobjid = ANY ($1::oid[]) AND datname IS DISTINCT FROM $2
      GROUP BY 1, 2 ORDER BY 1`,
    [roles.map(({ oid }) => oid), except ?? null],
  );
}

/**
 * Removes all that refers to these roles in the database of the session. What they own passes to the heir, else it is
 * dropped.
 */
export async function removeReferences(session: Session, roles: readonly FoundRole[], heir?: Heir): Promise<void> {
  const grants = await grantOptions(session, roles);
  await session.change(
    ...grants.map(
      ({ kind, object, grantee }) =>
        `REVOKE GRANT OPTION FOR ALL PRIVILEGES ON ${kind} ${object} FROM ${escapeIdentifier(grantee)} CASCADE`,
    ),
    ...(heir === undefined
      ? [`DROP OWNED BY ${list(roles)} CASCADE`]
      : [`REASSIGN OWNED BY ${list(roles)} TO ${escapeIdentifier(heir.owner)}`, `DROP OWNED BY ${list(roles)}`]),
  );
}

export const list = (roles: readonly FoundRole[]): string => roles.map(({ name }) => escapeIdentifier(name)).join(', ');

interface GrantOption {
  readonly kind: string;
  readonly object: string;
  readonly grantee: string;
}

/**
 * DROP OWNED takes away only what the owner of an object granted. What somebody with a grant option granted ends with
 * that option: these are the options on objects on which one of the roles may do something.
 */
function grantOptions(session: Session, roles: readonly FoundRole[]): Promise<GrantOption[]> {
  return session.rows<GrantOption>(
    `WITH referring AS (
       SELECT DISTINCT classid, objid FROM pg_shdepend
        WHERE refclassid = 'pg_authid'::regclass AND refobjid = ANY ($1::oid[]) AND deptype = 'a'
          AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database()))
     SELECT DISTINCT kind, object, pg_get_userbyid(grantee) AS grantee
       FROM referring CROSS JOIN LATERAL (${PRIVILEGES})
              AS privilege (kind, object, owner, grantor, grantee, is_grantable)
      WHERE is_grantable AND grantor = owner AND grantee NOT IN (owner, 0)`,
    [roles.map(({ oid }) => oid)],
  );
}

/** The access control entries of one object, of every kind that has them, with its name for REVOKE. */
const PRIVILEGES = [
  `SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, objid::regclass::text, relowner, acl.grantor, acl.grantee, acl.is_grantable
     FROM pg_class, aclexplode(relacl) AS acl WHERE classid = 'pg_class'::regclass AND oid = objid`,
  `SELECT 'TABLE', objid::regclass::text, relowner, acl.grantor, acl.grantee, acl.is_grantable
     FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid, aclexplode(attacl) AS acl
    WHERE classid = 'pg_class'::regclass AND attrelid = objid`,
  ...(
    [
      ['SCHEMA', 'pg_namespace', 'regnamespace', 'nsp'],
      ['ROUTINE', 'pg_proc', 'regprocedure', 'pro'],
      ['TYPE', 'pg_type', 'regtype', 'typ'],
    ] as const
  ).map(
    ([kind, catalog, type, prefix]) => `SELECT '${kind}', objid::${type}::text, ${prefix}owner, acl.grantor, acl.grantee, acl.is_grantable
     FROM ${catalog}, aclexplode(${prefix}acl) AS acl WHERE classid = '${catalog}'::regclass AND oid = objid`,
  ),
  ...(
    [
      ['LANGUAGE', 'pg_language', 'lan'],
      ['FOREIGN DATA WRAPPER', 'pg_foreign_data_wrapper', 'fdw'],
      ['FOREIGN SERVER', 'pg_foreign_server', 'srv'],
    ] as const
  ).map(
    ([kind, catalog, prefix]) => `SELECT '${kind}', quote_ident(${prefix}name), ${prefix}owner, acl.grantor, acl.grantee, acl.is_grantable
     FROM ${catalog}, aclexplode(${prefix}acl) AS acl WHERE classid = '${catalog}'::regclass AND oid = objid`,
  ),
  `SELECT 'LARGE OBJECT', objid::text, lomowner, acl.grantor, acl.grantee, acl.is_grantable
     FROM pg_largeobject_metadata, aclexplode(lomacl) AS acl WHERE classid = 'pg_largeobject'::regclass AND oid = objid`,
].join(' UNION ALL ');
