import { escapeIdentifier, escapeLiteral } from 'pg';
import type { Session } from './session.js';
import { isFull } from './sql-errors.js';
import { LOGIN_PATTERN } from './tenant-roles.js';

type Administration = Pick<Session, 'rows' | 'change'>;

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;

/**
 * Enters a database, also a full one: each time there is no connection left, one session of a tenant is ended and the
 * connection limit raised by one. No fixed reserve would do, since limits count per database and per role. The limit
 * is as before after the visit; after a crash {@link restoreLimits} sees to it.
 *
 * @param pause between two attempts, so that tenants who are faster do not keep the server busy; throws at the deadline
 */
export async function enter<T>(
  admin: Administration,
  database: string,
  visit: () => Promise<T>,
  pause: (waitMs: number) => Promise<void>,
): Promise<T> {
  const first = await unlessFull(visit);
  if (first !== FULL) return first;
  try {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      await makeRoom(admin, database);
      const result = await unlessFull(visit);
      if (result !== FULL) return result;
      await pause(pauseMs);
    }
  } finally {
    // What fails here is done by the next restoreLimits.
    await restoreLimits(admin, database).catch(() => undefined);
  }
}

const FULL = Symbol('full');

async function unlessFull<T>(visit: () => Promise<T>): Promise<T | typeof FULL> {
  try {
    return await visit();
  } catch (error) {
    if (isFull(error)) return FULL;
    throw error;
  }
}

async function makeRoom(admin: Administration, database: string): Promise<void> {
  const [found] = await admin.rows<{ oid: number; limit: number }>(
    'SELECT oid, datconnlimit AS "limit" FROM pg_database WHERE datname = $1',
    [database],
  );
  const endOne = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = ${escapeLiteral(database)} AND usename ~ '${LOGIN_PATTERN}' ORDER BY backend_start DESC LIMIT 1`;
  if (found === undefined || found.limit < 0) return admin.change(endOne);
  const { oid, limit } = found;
  await admin.change(
    `INSERT INTO public.raised_limit AS earlier VALUES (${oid}, ${escapeLiteral(database)}, ${limit}, ${limit + 1})
       ON CONFLICT (database) DO UPDATE SET raised_to = ${limit + 1},
         connection_limit = CASE earlier.raised_to WHEN ${limit} THEN earlier.connection_limit ELSE ${limit} END`,
    endOne,
    `ALTER DATABASE ${escapeIdentifier(database)} CONNECTION LIMIT ${limit + 1}`,
  );
}

/** Sets the limit of this database, or of all, back to what it was before a visit, unless it was changed meanwhile. */
export async function restoreLimits(admin: Administration, database?: string): Promise<void> {
  const raised = await admin.rows<{ oid: number; name: string; limit: number; isRaised: boolean }>(
    `SELECT database AS oid, name, connection_limit AS "limit",
            EXISTS (SELECT FROM pg_database WHERE oid = database AND datname = name AND datconnlimit = raised_to) AS "isRaised"
       FROM public.raised_limit WHERE name = $1 OR $1 IS NULL`,
    [database ?? null],
  );
  for (const { oid, name, limit, isRaised } of raised) {
    const lower = isRaised ? [`ALTER DATABASE ${escapeIdentifier(name)} CONNECTION LIMIT ${limit}`] : [];
    await admin.change(...lower, `DELETE FROM public.raised_limit WHERE database = ${oid}`);
  }
}
