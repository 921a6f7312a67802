import type { Connections } from './connections.js';
import { RoleRemoval } from './drop-roles.js';
import { restoreLimits } from './enter-database.js';
import type { FoundRole } from './inventory.js';
import { namesOfDatabase } from './names.js';
import { copyOwnerSettings, READABLE_SETTINGS } from './owner-settings.js';
import type { Bounds } from './session.js';
import { resumeLogins } from './suspend-logins.js';
import { instanceOf, LOGIN_PATTERN, TENANT_ROLE_PATTERN } from './tenant-roles.js';
import type { Work } from './verb.js';

/** Roles looked after in one call; the next one continues. */
const MAX_ROLES = 20;
/** A catalog call may not take long. */
const MAX_MS = 4_000;
const MAX_MS_PER_ROLE = 2_000;

/**
 * Ends what verbs that broke off left half-way: logins that are still suspended, raised connection limits, and roles
 * that could not be dropped yet. Logins get what their role was set to since. A failure is logged and nothing else.
 */
export async function repair(connections: Connections, bounds: Bounds): Promise<void> {
  try {
    const removed = await connections.read(bounds, async (admin) => {
      await restoreLimits(admin);
      await resumeLogins(admin);
      return admin.rows<FoundRole>(
        `SELECT role AS oid, name, false AS "canLogin" FROM public.removed_role ORDER BY random() LIMIT ${MAX_ROLES}`,
      );
    });
    const untilMs = performance.now() + MAX_MS;
    for (const role of removed) {
      if (performance.now() > untilMs) break;
      await connections.exclusively(instanceOf(role.name), bounds, (work) => collect(work, role));
    }
    await copySettings(connections, bounds);
    if (removed.length > 0) connections.log.warn('roles that were removed wait to be dropped', { roles: removed.length });
  } catch (error) {
    connections.log.warn('unfinished work on the PostgreSQL server was not completed', {
      reason: error instanceof Error ? error.message : String(error),
    });
  }
}

/** Instances whose owner has settings, or whose logins have some of it: all in turn, at random. */
async function copySettings(connections: Connections, bounds: Bounds): Promise<void> {
  const found = await connections.read(bounds, (admin) =>
    admin.rows<{ database: string }>(
      `SELECT datname AS database FROM pg_database JOIN
          (SELECT DISTINCT left(rolname, 30) AS name FROM pg_db_role_setting JOIN pg_roles ON pg_roles.oid = setrole
            WHERE rolname ~ '${TENANT_ROLE_PATTERN}'
              AND CASE WHEN ${READABLE_SETTINGS} THEN cardinality(setconfig) > 1 OR rolname = left(rolname, 30) END) AS changed
          ON datname = changed.name ORDER BY random() LIMIT ${MAX_ROLES}`,
    ),
  );
  for (const { database } of found) {
    const names = namesOfDatabase(database);
    await connections.exclusively(database, bounds, ({ admin }) => copyOwnerSettings(admin, names, connections.log));
  }
}

/** A role that is in use again, or gone, is none of ours. */
async function collect(work: Work, role: FoundRole): Promise<void> {
  const [unused] = await work.admin.rows(
    `SELECT FROM pg_roles WHERE oid = $1 AND rolname = $2 AND NOT rolcanlogin
        AND (rolname ~ '${LOGIN_PATTERN}' OR NOT EXISTS (SELECT FROM pg_database WHERE datname = $3))`,
    [role.oid, role.name, instanceOf(role.name)],
  );
  if (unused !== undefined) await RoleRemoval.run(work, [role], (removal) => removal.drop(), MAX_MS_PER_ROLE);
  const [left] = await work.admin.rows('SELECT FROM pg_roles WHERE oid = $1', [role.oid]);
  if (left !== undefined && unused !== undefined) return;
  await work.admin.change(`DELETE FROM public.removed_role WHERE role = ${role.oid}`);
}
