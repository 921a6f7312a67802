import { escapeIdentifier } from 'pg';
import type { FoundRole } from './inventory.js';
import { REFERS_TO_ROLES } from './referring-objects.js';
import type { Session } from './session.js';

/** Entries changed in one transaction: each that becomes empty is dropped, which locks it. */
const ENTRIES_PER_STEP = 200;
/** Each entry can be for many roles. */
const STATEMENTS_PER_STEP = 1_000;

/** What new objects of a role are granted to another one. */
export interface DefaultPrivilege {
  readonly definer: string;
  /** Quoted; nothing where it holds in all schemas. */
  readonly schema: string | null;
  readonly kind: string;
  /** Nothing for PUBLIC. */
  readonly grantee: string | null;
}

/**
 * The next default privileges for these roles in the database of the session, and those the roles have given in single
 * schemas. What they gave in all schemas are a few entries, which go with DROP OWNED.
 */
export function findDefaultPrivileges(session: Session, roles: readonly FoundRole[]): Promise<DefaultPrivilege[]> {
  return session.rows<DefaultPrivilege>(
    `SELECT DISTINCT pg_get_userbyid(defaclrole) AS definer, quote_ident(nspname) AS schema,
            CASE defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES' WHEN 'f' THEN 'ROUTINES' WHEN 'T' THEN 'TYPES'
              WHEN 'n' THEN 'SCHEMAS' ELSE 'LARGE OBJECTS' END AS kind,
            CASE WHEN grantee <> 0 THEN pg_get_userbyid(grantee) END AS grantee
       FROM (SELECT objid FROM pg_shdepend
              WHERE ${REFERS_TO_ROLES} AND classid = 'pg_default_acl'::regclass
              LIMIT ${ENTRIES_PER_STEP}) AS found
       JOIN pg_default_acl ON pg_default_acl.oid = objid LEFT JOIN pg_namespace ON pg_namespace.oid = defaclnamespace
      CROSS JOIN LATERAL aclexplode(defaclacl) AS acl
      WHERE grantee = ANY ($1::oid[]) OR (defaclrole = ANY ($1::oid[]) AND defaclnamespace <> 0)
      LIMIT ${STATEMENTS_PER_STEP}`,
    [roles.map(({ oid }) => oid)],
  );
}

export function withoutDefault({ definer, schema, kind, grantee }: DefaultPrivilege): string[] {
  const place = schema === null ? '' : `IN SCHEMA ${schema} `;
  const from = grantee === null ? 'PUBLIC' : escapeIdentifier(grantee);
  return [`ALTER DEFAULT PRIVILEGES FOR ROLE ${escapeIdentifier(definer)} ${place}REVOKE ALL ON ${kind} FROM ${from}`];
}
