import type { BackendLog } from '#sdk';
import type { Work } from './connections.js';
import { moveExtensions } from './extensions.js';
import { isSuperuser, reserveLargeObjectsOnce } from './large-objects.js';
import type { InstanceNames } from './names.js';
import { restoreSchemaRights } from './schema-rights.js';
import type { Session } from './session.js';
import { isRefusal } from './sql-errors.js';

/** Shorter than the watch over blockers waits: a bind ends no session of its own instance, which may be a long migration. */
const LOCK_TIMEOUT_MS = 100;

/**
 * Brings the database of an instance back to what its bindings rely on, whatever earlier ones have done in it. Can be
 * repeated from any point. Where a tenant holds a lock on something, only the rights on that are missing: that is logged,
 * and the next call restores them.
 */
export async function restoreDatabase({ inside }: Work, names: InstanceNames, log: BackendLog): Promise<void> {
  try {
    await inside(names.database, (session) => restore(session, names, log));
  } catch (error) {
    if (!isRefusal(error)) throw error;
    log.warn('a database could not be restored to what its bindings rely on; the next bind tries again', {
      database: names.database,
      sqlstate: error.code,
      reason: error.message,
    });
  }
}

async function restore(session: Session, names: InstanceNames, log: BackendLog): Promise<void> {
  await session.rows(`SELECT set_config('statement_timeout', '5000', false), set_config('lock_timeout', '${LOCK_TIMEOUT_MS}', false)`);
  const complete = await restoreSchemaRights(session, names);
  if (!complete) log.warn('readonly bindings cannot read all tables yet; the next bind continues', { database: names.database });
  if (!(await isSuperuser(session))) return;
  await reserveLargeObjectsOnce(session, names);
  const reasons = await moveExtensions(session, names);
  if (reasons.length === 0) return;
  log.warn('extensions stay in the schema public, where bindings can drop them', { database: names.database, reasons });
}
