import { escapeIdentifier } from 'pg';
import type { BackendLog } from '#sdk';
import type { Connections } from './connections.js';
import type { InstanceNames } from './names.js';
import type { Bounds, Session } from './session.js';

/** PostgreSQL lets PUBLIC make large objects, whatever else a login may do. Taking that away needs a superuser. */
const MAKERS = ['lo_creat(integer)', 'lo_create(oid)', 'lo_from_bytea(oid, bytea)'].map((each) => `pg_catalog.${each}`);

/** For a superuser, inside a database: only those who act for its owner make large objects. */
export function reserveLargeObjects(names: InstanceNames): string[] {
  const functions = `FUNCTION ${MAKERS.join(', ')}`;
  return [
    `GRANT EXECUTE ON ${functions} TO ${escapeIdentifier(names.owner)}`,
    `REVOKE EXECUTE ON ${functions} FROM PUBLIC`,
  ];
}

/** Tells operators at the start where PostgreSQL does not let the gateway reserve large objects. */
export async function warnOfLargeObjects(connections: Connections, log: BackendLog, bounds: Bounds): Promise<void> {
  if (await connections.read(bounds, isSuperuser)) return;
  log.warn('readonly bindings can make large objects: the administrator is no superuser and cannot reserve them');
}

/** Whether the administrator may change what belongs to PostgreSQL itself. */
export async function isSuperuser(session: Session): Promise<boolean> {
  const [found] = await session.rows<{ rolsuper: boolean }>('SELECT rolsuper FROM pg_roles WHERE rolname = current_user');
  return found?.rolsuper === true;
}

/** Does so in a database of an earlier release, where it is not done yet. */
export async function reserveLargeObjectsOnce(session: Session, names: InstanceNames): Promise<void> {
  const open = await session.rows(
    `SELECT FROM unnest($1::regprocedure[]) AS maker WHERE has_function_privilege('public', maker, 'EXECUTE')`,
    [MAKERS],
  );
  if (open.length > 0) await session.change(...reserveLargeObjects(names));
}
