import { escapeIdentifier } from 'pg';
import type { BackendLog } from '#sdk';
import type { Connections } from '../connections.js';
import type { Bounds, Session } from '../session.js';
import type { PostgresqlPlan } from '../settings.js';
import { DATABASE_PATTERN } from '../tenant-roles.js';
import { GATEWAY_CONNECTIONS, readConnectionRoom } from './connection-room.js';

/**
 * What a session may not change, for every role of a dedicated server. Most of the log tells what clients were told
 * already, in megabytes if they like; that a login failed is still told. Sorts and hashes of a session have a limit.
 */
const SESSION_LIMITS = [
  { name: 'log_min_messages', unless: ['fatal', 'panic'], value: "'fatal'" },
  { name: 'temp_file_limit', unless: undefined, value: "'1GB'" },
] as const;
const UNLIMITED = '-1';

/** Databases of instances that the gateway's role may change. */
const WIDER_DATABASES = `SELECT datname AS name FROM pg_database
  WHERE datname ~ '${DATABASE_PATTERN}' AND datconnlimit > $1 AND pg_has_role(datdba, 'USAGE')`;

/** Brings the limits of the server and of its databases to what keeps tenants from each other. Can be repeated. */
export async function limitTenants(
  connections: Connections,
  plans: readonly PostgresqlPlan[],
  log: BackendLog,
  bounds: Bounds,
): Promise<void> {
  await connections.exclusively('osb_server_limits', bounds, async ({ admin }) => {
    await limitConnections(admin, connections, plans, log);
    if (connections.server.dedicated) await limitSessions(admin);
  });
}

async function limitConnections(
  admin: Session,
  { server }: Connections,
  plans: readonly PostgresqlPlan[],
  log: BackendLog,
): Promise<void> {
  const address = `${server.host}:${server.port}`;
  const { reserved, perDatabase } = await readConnectionRoom(admin);
  for (const { name, connectionLimit } of plans.filter((plan) => plan.connectionLimit > perDatabase)) {
    log.warn('a plan allows more connections than the PostgreSQL server has left for it: raise max_connections', {
      server: address,
      plan: name,
      connectionLimit,
      limitedTo: perDatabase,
    });
  }
  if (reserved < GATEWAY_CONNECTIONS) {
    log.warn(
      'tenants together can take the connections the gateway needs: raise superuser_reserved_connections for an ' +
        'administrator who is a superuser, reserved_connections (16 and later, with the role pg_use_reserved_connections) for another',
      { server: address, reserved, needed: GATEWAY_CONNECTIONS },
    );
  }
  const wider = await admin.rows<{ name: string }>(WIDER_DATABASES, [perDatabase]);
  await admin.change(
    ...wider.map(({ name }) => `ALTER DATABASE ${escapeIdentifier(name)} CONNECTION LIMIT ${perDatabase}`),
  );
}

/** Only where a superuser asks: nobody else may set these, and no tenant may change them for itself. */
async function limitSessions(admin: Session): Promise<void> {
  const current = await admin.rows<{ name: string; setting: string }>(
    `SELECT name, setting FROM pg_settings WHERE name = ANY ($1::text[])
        AND (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)`,
    [SESSION_LIMITS.map(({ name }) => name)],
  );
  const missing = SESSION_LIMITS.filter(({ name, unless }) => {
    const setting = current.find((each) => each.name === name)?.setting;
    if (setting === undefined) return false;
    return unless === undefined ? setting === UNLIMITED : !unless.some((each) => each === setting);
  });
  await admin.change(...missing.map(({ name, value }) => `ALTER ROLE ALL SET ${name} = ${value}`));
}
