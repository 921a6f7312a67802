import { DatabaseError, escapeIdentifier } from 'pg';
import type { BackendLog } from '#sdk';
import type { Connections } from './connections.js';
import { limitTenants } from './guard/limit-tenants.js';
import { warnOfLargeObjects } from './large-objects.js';
import type { Bounds, Session } from './session.js';
import type { PostgresqlPlan } from './settings.js';

const OLDEST_VERSION = 150_000;

interface Administrator {
  readonly name: string;
  readonly version: number;
  readonly superuser: boolean;
  readonly createdb: boolean;
  readonly createrole: boolean;
  readonly inherit: boolean;
  /** May end the sessions of roles that are not there any more. */
  readonly signal: boolean;
}

/**
 * Checks that the server can be administered and keeps tenants out of what PUBLIC may enter, as far as that is ours
 * to do. From then on the server is guarded.
 *
 * @throws Error with what an operator has to do
 */
export async function makeReady(
  connections: Connections,
  plans: readonly PostgresqlPlan[],
  log: BackendLog,
  bounds: Bounds,
): Promise<void> {
  try {
    await connections.signIn(bounds, async (admin) => {
      requireRights(await readAdministrator(admin));
      await requireExtensions(admin, plans);
    });
    if (connections.server.dedicated) await closeServerDatabases(connections, bounds);
    await warnOfOpenDatabases(connections, log, bounds);
    await limitTenants(connections, plans, log, bounds);
    await warnOfLargeObjects(connections, log, bounds);
    connections.guard.start();
  } catch (error) {
    throw forOperators(connections, error);
  }
}

function forOperators({ server }: Connections, error: unknown): Error {
  const why = error instanceof Error ? error.message || error.name : String(error);
  const sqlstate = error instanceof DatabaseError ? ` (SQLSTATE ${error.code})` : '';
  const code = error instanceof AggregateError && 'code' in error ? ` (${String(error.code)})` : '';
  return new Error(`PostgreSQL server ${server.host}:${server.port} is not usable: ${why}${sqlstate}${code}`);
}

async function readAdministrator(admin: Session): Promise<Administrator> {
  const [found] = await admin.rows<Administrator>(
    `SELECT rolname AS name, current_setting('server_version_num')::int AS version, rolsuper AS superuser,
            rolcreatedb AS createdb, rolcreaterole AS createrole, rolinherit AS inherit,
            pg_has_role('pg_signal_backend', 'USAGE') AS signal
       FROM pg_roles WHERE rolname = current_user`,
  );
  if (found === undefined) throw new Error('the role of the gateway cannot be read');
  return found;
}

function requireRights(administrator: Administrator): void {
  if (administrator.version < OLDEST_VERSION) {
    throw new Error(`version 15 or later is needed, this is ${Math.floor(administrator.version / 10_000)}`);
  }
  if (administrator.superuser) return;
  const attributes = ['createdb', 'createrole', 'inherit'] as const;
  const missing = attributes.filter((attribute) => !administrator[attribute]);
  const name = escapeIdentifier(administrator.name);
  const remedies = [
    ...(missing.length === 0 ? [] : [`ALTER ROLE ${name} ${missing.join(' ').toUpperCase()}`]),
    ...(administrator.signal ? [] : [`GRANT pg_signal_backend TO ${name}`]),
  ];
  if (remedies.length === 0) return;
  throw new Error(`the gateway's role lacks rights; as a superuser run: ${remedies.join('; ')}`);
}

async function requireExtensions(admin: Session, plans: readonly PostgresqlPlan[]): Promise<void> {
  const wanted = [...new Set(plans.flatMap((plan) => plan.extensions ?? []))];
  const available = await admin.rows<{ name: string }>(
    'SELECT name FROM pg_available_extensions WHERE name = ANY ($1::name[])',
    [wanted],
  );
  const missing = wanted.filter((each) => !available.some(({ name }) => name === each));
  if (missing.length > 0) throw new Error(`extensions named by plans are not installed: ${missing.join(', ')}`);
}

const OPEN_DATABASES = `SELECT datname AS name FROM pg_database
  WHERE datallowconn AND has_database_privilege('public', oid, 'CONNECT') ORDER BY datname`;

/** One gateway at a time: two changes of the same database's rights at once would fail. */
async function closeServerDatabases(connections: Connections, bounds: Bounds): Promise<void> {
  const ours = ['postgres', 'template1', connections.server.database ?? 'postgres'];
  await connections.exclusively('osb_server_databases', bounds, async ({ admin }) => {
    const open = await admin.rows<{ name: string }>(OPEN_DATABASES);
    await admin.change(
      ...open
        .filter(({ name }) => ours.includes(name))
        .map(({ name }) => `REVOKE CONNECT, TEMPORARY ON DATABASE ${escapeIdentifier(name)} FROM PUBLIC`),
    );
  });
}

async function warnOfOpenDatabases(connections: Connections, log: BackendLog, bounds: Bounds): Promise<void> {
  const open = await connections.read(bounds, (admin) => admin.rows<{ name: string }>(OPEN_DATABASES));
  if (open.length === 0) return;
  log.warn('every login on this PostgreSQL server, of tenants too, can connect to these databases; REVOKE CONNECT', {
    server: `${connections.server.host}:${connections.server.port}`,
    databases: open.map(({ name }) => name),
  });
}
