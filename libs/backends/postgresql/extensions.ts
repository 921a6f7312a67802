import { escapeIdentifier, escapeLiteral } from 'pg';
import type { InstanceNames } from './names.js';
import type { Session } from './session.js';
import type { PostgresqlPlan } from './settings.js';
import { isRefusal } from './sql-errors.js';

/** Belongs to the administrator, so no binding can drop it or what is in it. */
const EXTENSION_SCHEMA = 'extensions';

const searchPath = (database: string): string =>
  `ALTER DATABASE ${escapeIdentifier(database)} SET search_path TO "$user", public, ${EXTENSION_SCHEMA}`;

const usage = ({ owner, reader }: InstanceNames): string =>
  `GRANT USAGE ON SCHEMA ${EXTENSION_SCHEMA} TO ${escapeIdentifier(owner)}, ${escapeIdentifier(reader)}`;

/** Inside a new database, before anybody has a binding: extension scripts run with the administrator's rights. */
export function createExtensions(names: InstanceNames, plan: PostgresqlPlan): string[] {
  const extensions = plan.extensions ?? [];
  if (extensions.length === 0) return [];
  return [
    `CREATE SCHEMA IF NOT EXISTS ${EXTENSION_SCHEMA}`,
    usage(names),
    searchPath(names.database),
    // CASCADE also lets an extension be where its control file wants it.
    ...extensions.map(
      (name) => `CREATE EXTENSION IF NOT EXISTS ${escapeIdentifier(name)} WITH SCHEMA ${EXTENSION_SCHEMA} CASCADE`,
    ),
  ];
}

const MOVABLE = `SELECT extname AS name FROM pg_extension
  WHERE extnamespace = to_regnamespace('public') AND extrelocatable
    AND extowner = (SELECT oid FROM pg_roles WHERE rolname = current_user) ORDER BY extname`;

/**
 * For a superuser: moves what release 0.1.0 installed into `public`, where a binding can drop it, to the schema of
 * extensions. Only when all sessions in the database began after that schema came onto the default search path, since
 * older ones would no longer find the extension.
 *
 * @returns why extensions stay where they are, if any do
 */
export async function moveExtensions(session: Session, names: InstanceNames): Promise<string[]> {
  const movable = await session.rows<{ name: string }>(MOVABLE);
  if (movable.length === 0) return [];
  const obstacle = (await prepareSchema(session, names)) ?? (await olderSessions(session));
  if (obstacle !== undefined) return [obstacle];
  const refused: string[] = [];
  for (const { name } of movable) {
    try {
      await session.change(`ALTER EXTENSION ${escapeIdentifier(name)} SET SCHEMA ${EXTENSION_SCHEMA}`);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      refused.push(`${name}: ${error.message}`);
    }
  }
  return refused;
}

/** Search path first, schema second: the schema's comment is the time from which new sessions find it. */
async function prepareSchema(session: Session, names: InstanceNames): Promise<string | undefined> {
  const [state] = await session.rows<{ owned: boolean | null; path: string | null }>(
    `SELECT (SELECT pg_get_userbyid(nspowner) = current_user FROM pg_namespace WHERE nspname = $1) AS owned,
       (SELECT entry FROM pg_db_role_setting JOIN pg_database ON pg_database.oid = setdatabase, unnest(setconfig) AS entry
         WHERE setrole = 0 AND datname = current_database() AND starts_with(entry, 'search_path=')) AS path`,
    [EXTENSION_SCHEMA],
  );
  if (state?.owned === false) return `the schema "${EXTENSION_SCHEMA}" belongs to a tenant`;
  if (state?.path && !state.path.includes(EXTENSION_SCHEMA)) return 'the database has a search path of its own';
  if (state?.owned === true) return undefined;
  await session.change(searchPath(names.database));
  const [{ now } = { now: '' }] = await session.rows<{ now: string }>('SELECT clock_timestamp()::text AS now');
  await session.change(
    `CREATE SCHEMA ${EXTENSION_SCHEMA}`,
    usage(names),
    `COMMENT ON SCHEMA ${EXTENSION_SCHEMA} IS ${escapeLiteral(`Extensions of the plan; on the search path since ${now}`)}`,
  );
  return undefined;
}

async function olderSessions(session: Session): Promise<string | undefined> {
  const [found] = await session.rows<{ sessions: number }>(
    `SELECT count(*)::int AS sessions FROM pg_stat_activity
      WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
        AND backend_start <= substring(obj_description(to_regnamespace($1), 'pg_namespace') FROM 'since (.+)$')::timestamptz`,
    [EXTENSION_SCHEMA],
  );
  const sessions = found?.sessions ?? 0;
  if (sessions === 0) return undefined;
  return `${sessions} session${sessions === 1 ? '' : 's'} opened before "${EXTENSION_SCHEMA}" was on the search path`;
}
