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
  const grants = await grantsOfOthers(session, roles);
  await session.change(
    ...grants.flatMap(({ grantor, privilege, kind, object, grantee }) => [
      `SET LOCAL ROLE ${escapeIdentifier(grantor)}`,
      `REVOKE ${privilege} ON ${kind} ${object} FROM ${escapeIdentifier(grantee)} CASCADE`,
      'RESET ROLE',
    ]),
    ...(heir === undefined
      ? [`DROP OWNED BY ${list(roles)} CASCADE`]
      : [`REASSIGN OWNED BY ${list(roles)} TO ${escapeIdentifier(heir.owner)}`, `DROP OWNED BY ${list(roles)}`]),
  );
}

export const list = (roles: readonly FoundRole[]): string => roles.map(({ name }) => escapeIdentifier(name)).join(', ');

interface Grant {
  readonly privilege: string;
  readonly kind: string;
  readonly object: string;
  readonly grantor: string;
  readonly grantee: string;
}

/**
 * What somebody else than the owner of an object, with a grant option, granted to one of the roles. DROP OWNED leaves
 * that, and so does a cascading REVOKE where the grantor is a member of the owner. Only the grantor can take it away,
 * each privilege by its name.
 */
function grantsOfOthers(session: Session, roles: readonly FoundRole[]): Promise<Grant[]> {
  return session.rows<Grant>(
    `WITH referring AS (
       SELECT DISTINCT classid, objid FROM pg_shdepend
        WHERE refclassid = 'pg_authid'::regclass AND refobjid = ANY ($1::oid[]) AND deptype = 'a'
          AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database()))
     SELECT privilege || coalesce(' (' || quote_ident(col) || ')', '') AS privilege, kind, object,
            pg_get_userbyid(grantor) AS grantor, pg_get_userbyid(grantee) AS grantee
       FROM referring CROSS JOIN LATERAL (${PRIVILEGES})
              AS acl (kind, object, col, owner, grantor, grantee, privilege)
      WHERE grantor <> owner AND grantee = ANY ($1::oid[])`,
    [roles.map(({ oid }) => oid)],
  );
}

/** The access control entries of one object, of every kind that has them, with its name for REVOKE. */
const PRIVILEGES = [
  `SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, objid::regclass::text, NULL, relowner, acl.grantor, acl.grantee, acl.privilege_type
     FROM pg_class, aclexplode(relacl) AS acl WHERE classid = 'pg_class'::regclass AND oid = objid`,
  `SELECT 'TABLE', objid::regclass::text, attname, relowner, acl.grantor, acl.grantee, acl.privilege_type
     FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid, aclexplode(attacl) AS acl
    WHERE classid = 'pg_class'::regclass AND attrelid = objid`,
  ...(
    [
      ['SCHEMA', 'pg_namespace', 'regnamespace', 'nsp'],
      ['ROUTINE', 'pg_proc', 'regprocedure', 'pro'],
      ['TYPE', 'pg_type', 'regtype', 'typ'],
    ] as const
  ).map(
    ([kind, catalog, type, prefix]) => `SELECT '${kind}', objid::${type}::text, NULL, ${prefix}owner, acl.grantor, acl.grantee, acl.privilege_type
     FROM ${catalog}, aclexplode(${prefix}acl) AS acl WHERE classid = '${catalog}'::regclass AND oid = objid`,
  ),
  ...(
    [
      ['LANGUAGE', 'pg_language', 'lan'],
      ['FOREIGN DATA WRAPPER', 'pg_foreign_data_wrapper', 'fdw'],
      ['FOREIGN SERVER', 'pg_foreign_server', 'srv'],
    ] as const
  ).map(
    ([kind, catalog, prefix]) => `SELECT '${kind}', quote_ident(${prefix}name), NULL, ${prefix}owner, acl.grantor, acl.grantee, acl.privilege_type
     FROM ${catalog}, aclexplode(${prefix}acl) AS acl WHERE classid = '${catalog}'::regclass AND oid = objid`,
  ),
  `SELECT 'LARGE OBJECT', objid::text, NULL, lomowner, acl.grantor, acl.grantee, acl.privilege_type
     FROM pg_largeobject_metadata, aclexplode(lomacl) AS acl WHERE classid = 'pg_largeobject'::regclass AND oid = objid`,
].join(' UNION ALL ');
