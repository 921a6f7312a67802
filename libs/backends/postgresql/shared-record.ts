import type { Connections } from './connections.js';
import type { Bounds } from './session.js';
import { isClosedTo } from './sql-errors.js';
import { DATABASE_PATTERN } from './tenant-roles.js';

// Databases beside these are none of ours.
const TENANTS = `SELECT count(*)::int AS count FROM pg_database WHERE datname ~ '${DATABASE_PATTERN}'`;

/** How many databases of tenants are on the server that keeps the gateway's record. */
export async function countTenantsOf(record: Connections, bounds: Bounds): Promise<number> {
  try {
    const [found] = await record.signIn(bounds, (admin) => admin.rows<{ count: number }>(TENANTS));
    return found?.count ?? 0;
  } catch (error) {
    if (isClosedTo(error)) return 0;
    throw error;
  }
}

/** For operators: what it means that tenants share that server, and the way out. */
export function sharedRecordWarning(count: number): string {
  const databases = count === 1 ? '1 database of a tenant is' : `${count} databases of tenants are`;
  return (
    `${databases} on the server that keeps the gateway's record, where a tenant can keep the gateway from working: ` +
    'copy the data to a new instance and delete the old one'
  );
}

export const NAMED_RECORD_WARNING =
  'the server in the settings is the one that keeps the gateway\'s record, where a tenant can keep the gateway from working: name another one in "host"';
