import type { Session } from '../session.js';
import type { PostgresqlPlan } from '../settings.js';

/** What one gateway may have open at once: six verbs, each with a visit to a database, and two sessions of its guard. */
export const GATEWAY_CONNECTIONS = 14;

/** How the server's connections are shared out. */
export interface ConnectionRoom {
  /** Those the administrator gets when all others are taken. */
  readonly reserved: number;
  /** Most connections one database may have, so that the gateway and its guard still find room beside it. */
  readonly perDatabase: number;
}

export async function readConnectionRoom(admin: Session): Promise<ConnectionRoom> {
  const [found] = await admin.rows<{ total: number; reserved: number; usable: number }>(
    `SELECT current_setting('max_connections')::int AS total, held.superusers + held.roles AS reserved,
            CASE WHEN pg_roles.rolsuper THEN held.superusers + held.roles
                 WHEN held.roles > 0 AND pg_has_role(helper.oid, 'USAGE') THEN held.roles ELSE 0 END AS usable
       FROM pg_roles LEFT JOIN pg_roles helper ON helper.rolname = 'pg_use_reserved_connections',
            (SELECT current_setting('superuser_reserved_connections')::int AS superusers,
                    coalesce(current_setting('reserved_connections', true), '0')::int AS roles) held
      WHERE pg_roles.rolname = current_user`,
  );
  if (found === undefined) throw new Error('the role of the gateway cannot be read');
  const { total, reserved, usable } = found;
  return { reserved: usable, perDatabase: Math.max(1, total - reserved - GATEWAY_CONNECTIONS) };
}

/** The connections a database of the plan and each of its logins get: those of the plan, or all the server has left. */
export async function connectionLimit(admin: Session, plan: PostgresqlPlan): Promise<number> {
  return Math.min(plan.connectionLimit, (await readConnectionRoom(admin)).perDatabase);
}
