import type { Session } from './session.js';
import type { Verb } from './verb.js';

/** A session that logs in at this moment shows after this time. */
const SETTLE_MS = 1_000;
const RETRY_MS = 100;
/** A timer may be early by a fraction of a millisecond. */
const TIMER_ERROR_MS = 5;

/**
 * Ends the sessions of roles that cannot log in any more, until two looks at least a second apart find none: a session
 * that was logging in when its login was turned off shows a little later. By the ids of the roles, which sessions keep
 * when the role is gone. Holds no connection between the looks.
 */
export async function endSessionsForGood(verb: Verb, oids: readonly number[]): Promise<void> {
  if (oids.length === 0) return;
  let quietSinceMs: number | undefined;
  for (;;) {
    const found = await verb.read((admin) => endSessionsOf(admin, oids));
    const nowMs = performance.now();
    if (found === 0 && quietSinceMs !== undefined && nowMs - quietSinceMs >= SETTLE_MS) return;
    quietSinceMs = found === 0 ? (quietSinceMs ?? nowMs) : undefined;
    await verb.pause(quietSinceMs === undefined ? RETRY_MS : SETTLE_MS + TIMER_ERROR_MS);
  }
}

/** After the roles are gone: ends what is found, until nothing is. */
export async function endLastSessions(verb: Verb, oids: readonly number[]): Promise<void> {
  while ((await verb.read((admin) => endSessionsOf(admin, oids))) > 0) await verb.pause(RETRY_MS);
}

/** Asks the sessions of these roles to end, in any database. @returns how many there were */
async function endSessionsOf(admin: Session, oids: readonly number[]): Promise<number> {
  const found = await admin.rows(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usesysid = ANY ($1::oid[])',
    [oids],
  );
  return found.length;
}

/** Asks all sessions in a database to end. Autovacuum, which has no user, is left to the server. */
export async function endSessionsIn(admin: Session, database: string): Promise<void> {
  await admin.rows(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usesysid IS NOT NULL',
    [database],
  );
}
