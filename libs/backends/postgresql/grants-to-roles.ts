import { escapeIdentifier } from 'pg';
import { hiddenFrom, usageFor, withRights } from './hidden-schemas.js';
import type { FoundRole } from './inventory.js';
import { REFERS_TO_ROLES } from './referring-objects.js';
import type { Session } from './session.js';

/** Grants read and revoked in one transaction. */
const GRANTS_PER_STEP = 200;

/** A privilege on an object of this database. */
interface Grant {
  readonly privilege: string;
  readonly kind: string;
  readonly object: string;
  readonly grantor: string;
  readonly grantee: string;
  /** Schemas of the object, and of the types in its name, that the grantor cannot use. */
  readonly hidden: string[];
}

/** The next grants to these roles in the database of the session; default privileges are none. */
export function findGrants(session: Session, roles: readonly FoundRole[]): Promise<Grant[]> {
  return session.rows<Grant>(
    `SELECT privilege || coalesce(' (' || quote_ident(col) || ')', '') AS privilege, kind, object,
            pg_get_userbyid(grantor) AS grantor, pg_get_userbyid(grantee) AS grantee,
            ${hiddenFrom('grantor', SCHEMAS)} AS hidden
       FROM (${REFERRING}) AS referring CROSS JOIN LATERAL (${PRIVILEGES})
              AS acl (kind, object, col, grantor, grantee, privilege)
      WHERE grantee = ANY ($1::oid[]) LIMIT ${GRANTS_PER_STEP}`,
    [roles.map(({ oid }) => oid)],
  );
}

/** DROP OWNED leaves what the holder of a grant option granted. Its grantor can take it away, each privilege by its name. */
export function revocation({ privilege, kind, object, grantor, grantee, hidden }: Grant): string[] {
  return withRights(usageFor(grantor, hidden), [
    `SET LOCAL ROLE ${escapeIdentifier(grantor)}`,
    `REVOKE ${privilege} ON ${kind} ${object} FROM ${escapeIdentifier(grantee)} CASCADE`,
    'RESET ROLE',
  ]);
}

/** The instances whose roles granted these roles something, by the names of their databases. */
export async function findGrantingInstances(session: Session, roles: readonly FoundRole[]): Promise<string[]> {
  const found = await session.rows<{ instance: string }>(
    `SELECT DISTINCT left(pg_get_userbyid(grantor), 30) AS instance FROM (
       SELECT grantor FROM (${REFERRING}) AS referring CROSS JOIN LATERAL (${PRIVILEGES})
              AS acl (kind, object, col, grantor, grantee, privilege) WHERE grantee = ANY ($1::oid[])
       UNION SELECT defaclrole FROM pg_default_acl, aclexplode(defaclacl) WHERE grantee = ANY ($1::oid[])
       UNION SELECT relowner FROM pg_policy JOIN pg_class ON pg_class.oid = polrelid WHERE polroles && $1::oid[]
     ) AS granting`,
    [roles.map(({ oid }) => oid)],
  );
  return found.map(({ instance }) => instance);
}

const REFERRING = `SELECT classid, objid FROM pg_shdepend
  WHERE ${REFERS_TO_ROLES} AND deptype = 'a'`;

/** The schemas one has to be able to use to name an object. */
const SCHEMAS = `SELECT relnamespace FROM pg_class WHERE classid = 'pg_class'::regclass AND oid = objid
  UNION ALL SELECT typnamespace FROM pg_type WHERE classid = 'pg_type'::regclass AND oid = objid
  UNION ALL SELECT unnest(array_append(ARRAY(SELECT typnamespace FROM pg_type WHERE oid = ANY (proargtypes::oid[])), pronamespace))
    FROM pg_proc WHERE classid = 'pg_proc'::regclass AND oid = objid`;

/** The access control entries of one object, of every kind that has them, with its name for REVOKE. */
const PRIVILEGES = [
  `SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, objid::regclass::text, NULL, acl.grantor, acl.grantee, acl.privilege_type
     FROM pg_class, aclexplode(relacl) AS acl WHERE classid = 'pg_class'::regclass AND oid = objid`,
  `SELECT 'TABLE', objid::regclass::text, attname, acl.grantor, acl.grantee, acl.privilege_type
     FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid, aclexplode(attacl) AS acl
    WHERE classid = 'pg_class'::regclass AND attrelid = objid`,
  ...(
    [
      ['SCHEMA', 'pg_namespace', 'regnamespace', 'nsp'],
      ['ROUTINE', 'pg_proc', 'regprocedure', 'pro'],
      ['TYPE', 'pg_type', 'regtype', 'typ'],
    ] as const
  ).map(
    ([kind, catalog, type, prefix]) => `SELECT '${kind}', objid::${type}::text, NULL, acl.grantor, acl.grantee, acl.privilege_type
     FROM ${catalog}, aclexplode(${prefix}acl) AS acl WHERE classid = '${catalog}'::regclass AND oid = objid`,
  ),
  ...(
    [
      ['LANGUAGE', 'pg_language', 'lan'],
      ['FOREIGN DATA WRAPPER', 'pg_foreign_data_wrapper', 'fdw'],
      ['FOREIGN SERVER', 'pg_foreign_server', 'srv'],
    ] as const
  ).map(
    ([kind, catalog, prefix]) => `SELECT '${kind}', quote_ident(${prefix}name), NULL, acl.grantor, acl.grantee, acl.privilege_type
     FROM ${catalog}, aclexplode(${prefix}acl) AS acl WHERE classid = '${catalog}'::regclass AND oid = objid`,
  ),
  `SELECT 'LARGE OBJECT', objid::text, NULL, acl.grantor, acl.grantee, acl.privilege_type
     FROM pg_largeobject_metadata, aclexplode(lomacl) AS acl WHERE classid = 'pg_largeobject'::regclass AND oid = objid`,
].join(' UNION ALL ');
