import { escapeIdentifier } from 'pg';
import type { FoundRole } from './inventory.js';
import type { Session } from './session.js';

/** Objects changed in one transaction. */
const OBJECTS_PER_STEP = 100;
/** Most locks that changing the owner of objects takes in one transaction: the smallest lock table has a thousand. */
export const MAX_LOCKS = 300;

/** An object of this database, as pg_identify_object names it. */
export interface OwnedObject {
  readonly type: string;
  readonly identity: string;
}

/** The database's objects that the roles own, but those which only REASSIGN OWNED and DROP OWNED can deal with. */
const OWNED = `SELECT type, identity, objid,
    1 + CASE classid WHEN 'pg_class'::regclass THEN (SELECT count(*) FROM pg_index WHERE indrelid = objid) ELSE 0 END AS locks
  FROM pg_shdepend CROSS JOIN LATERAL pg_identify_object(classid, objid, 0)
 WHERE refclassid = 'pg_authid'::regclass AND refobjid = ANY ($1::oid[]) AND deptype = 'o'
   AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND type NOT IN ('default acl', 'extension', 'user mapping')
   AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = pg_shdepend.objid
     AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i') AND type = 'sequence')`;

/** The next objects these roles own in the database of the session: schemas first, those with few indexes before others. */
export function findOwned(session: Session, roles: readonly FoundRole[]): Promise<OwnedObject[]> {
  return session.rows<OwnedObject>(
    `SELECT type, identity FROM (
       SELECT *, sum(locks) OVER (ORDER BY locks, type <> 'schema', objid) AS total FROM (${OWNED} LIMIT ${OBJECTS_PER_STEP}) AS page
     ) AS counted WHERE total <= ${MAX_LOCKS} ORDER BY total`,
    [roles.map(({ oid }) => oid)],
  );
}

/** Gives the object to its new owner, or drops it with what depends on it. */
export function settlement({ type, identity }: OwnedObject, heir?: string): string[] {
  const kind = KINDS[type] ?? type.toUpperCase();
  if (heir !== undefined) return [`ALTER ${kind} ${identity} OWNER TO ${escapeIdentifier(heir)}`];
  if (type === 'large object') return [`SELECT lo_unlink(${identity})`];
  return [`DROP ${kind} IF EXISTS ${identity} CASCADE`];
}

/** Types that SQL calls otherwise than pg_identify_object. */
const KINDS: Readonly<Record<string, string>> = {
  'composite type': 'TYPE',
  'foreign-data wrapper': 'FOREIGN DATA WRAPPER',
  'statistics object': 'STATISTICS',
};

/** The locks that dealing with all that is left at once would take, about. */
export async function locksOfRest(session: Session, roles: readonly FoundRole[]): Promise<number> {
  const [rest] = await session.rows<{ locks: number }>(
    `SELECT (SELECT coalesce(sum(locks), 0) FROM (${OWNED}) AS owned)::int
          + (SELECT count(*) FROM pg_shdepend
              WHERE refclassid = 'pg_authid'::regclass AND refobjid = ANY ($1::oid[]) AND classid = 'pg_policy'::regclass
                AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database()))::int AS locks`,
    [roles.map(({ oid }) => oid)],
  );
  return rest?.locks ?? 0;
}
