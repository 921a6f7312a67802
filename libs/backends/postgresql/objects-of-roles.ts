import { escapeIdentifier } from 'pg';
import { withRights, type LackingRight } from './hidden-schemas.js';
import type { FoundRole } from './inventory.js';
import { REFERS_TO_ROLES } from './referring-objects.js';
import type { Session } from './session.js';

/** Objects changed in one transaction. */
const OBJECTS_PER_STEP = 100;
/** Most locks that changing the owner of objects takes in one transaction: the smallest lock table has a thousand. */
export const MAX_LOCKS = 300;

/** An object of this database, as pg_identify_object names it. */
interface OwnedObject {
  readonly type: string;
  readonly identity: string;
  /** Its schema, quoted, if it is in one. */
  readonly schema: string | null;
  readonly administrator: string;
  /** Whether the administrator lacks the right to name what is in the schema, or the heir the right to own it. */
  readonly isHidden: boolean;
  readonly isClosed: boolean;
}

/**
 * The database's objects that the roles own, but those which only REASSIGN OWNED and DROP OWNED can deal with, each with
 * the locks it takes: a new owner owns the parts of a table too; what depends on an object is dropped with it.
 */
const owned = (heir: string | undefined): string => `SELECT type, schema, identity, objid,
    1 + (SELECT count(*) FROM (${heir === undefined ? DEPENDENTS : PARTS} LIMIT ${MAX_LOCKS}) AS more) AS locks
  FROM pg_shdepend AS own CROSS JOIN LATERAL pg_identify_object(classid, objid, 0)
 WHERE ${REFERS_TO_ROLES} AND deptype = 'o'
   AND type NOT IN ('default acl', 'extension', 'user mapping')
   AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = own.objid
     AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i') AND type = 'sequence')`;

const PARTS = `SELECT FROM pg_depend AS d WHERE own.classid = 'pg_class'::regclass
  AND d.refclassid = own.classid AND d.refobjid = own.objid AND d.deptype IN ('a', 'i')`;

/** An object that is an internal part of another one, like the rule of a view, is dropped with all of that. */
const DEPENDENTS = `WITH RECURSIVE dependent (classid, objid) AS (
    SELECT own.classid, own.objid
    UNION SELECT more.* FROM dependent CROSS JOIN LATERAL (
      SELECT d.classid, d.objid FROM pg_depend AS d WHERE d.refclassid = dependent.classid AND d.refobjid = dependent.objid
      UNION ALL SELECT d.refclassid, d.refobjid FROM pg_depend AS d
        WHERE d.classid = dependent.classid AND d.objid = dependent.objid AND d.deptype = 'i'
    ) AS more
  ) SELECT FROM dependent`;

/** The next objects these roles own in the database of the session: schemas first, those that take few locks before others. */
export function findOwned(session: Session, roles: readonly FoundRole[], heir?: string): Promise<OwnedObject[]> {
  return session.rows<OwnedObject>(
    `SELECT type, identity, schema, current_user AS administrator,
            schema IS NOT NULL AND NOT has_schema_privilege(to_regnamespace(schema), 'USAGE') AS "isHidden",
            schema IS NOT NULL AND $2::name IS NOT NULL AND NOT has_schema_privilege($2::name, to_regnamespace(schema), 'CREATE') AS "isClosed"
       FROM (
       SELECT *, sum(locks) OVER (ORDER BY locks, type <> 'schema', objid) AS total FROM (${owned(heir)} LIMIT ${OBJECTS_PER_STEP}) AS page
     ) AS counted WHERE total <= ${MAX_LOCKS} ORDER BY total`,
    [roles.map(({ oid }) => oid), heir ?? null],
  );
}

/** Gives the object to its new owner, or drops it with what depends on it. */
export function settlement(object: OwnedObject, heir?: string): string[] {
  return withRights(lackingRights(object, heir), [settle(object, heir)]);
}

function settle({ type, identity }: OwnedObject, heir?: string): string {
  const kind = KINDS[type] ?? type.toUpperCase();
  if (heir !== undefined) return `ALTER ${kind} ${identity} OWNER TO ${escapeIdentifier(heir)}`;
  if (type === 'large object') return `SELECT lo_unlink(${identity})`;
  return `DROP ${kind} IF EXISTS ${identity} CASCADE`;
}

function lackingRights({ schema, administrator, isHidden, isClosed }: OwnedObject, heir?: string): LackingRight[] {
  if (schema === null) return [];
  return [
    ...(isHidden ? [{ schema, right: 'USAGE', role: administrator } as const] : []),
    ...(isClosed && heir !== undefined ? [{ schema, right: 'CREATE', role: heir } as const] : []),
  ];
}

/** Types that SQL calls otherwise than pg_identify_object. */
const KINDS: Readonly<Record<string, string>> = {
  'composite type': 'TYPE',
  'foreign-data wrapper': 'FOREIGN DATA WRAPPER',
  'statistics object': 'STATISTICS',
};

/** The locks that dealing with all that is left at once would take, about. */
export async function locksOfRest(session: Session, roles: readonly FoundRole[], heir?: string): Promise<number> {
  const [rest] = await session.rows<{ locks: number }>(
    `SELECT (SELECT coalesce(sum(locks), 0) FROM (${owned(heir)}) AS owned)::int
          + (SELECT count(*) FROM pg_shdepend
              WHERE ${REFERS_TO_ROLES} AND classid IN ('pg_policy'::regclass, 'pg_default_acl'::regclass))::int AS locks`,
    [roles.map(({ oid }) => oid)],
  );
  return rest?.locks ?? 0;
}
