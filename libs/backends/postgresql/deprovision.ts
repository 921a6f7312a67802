import { escapeIdentifier } from 'pg';
import { BrokerError, type Call, type InstanceRef } from '#sdk';
import type { Connections } from './connections.js';
import { dropLoginRoles, dropRoles } from './drop-roles.js';
import { endSessionsIn } from './end-sessions.js';
import { bindingRolesAmong, findDatabase, findRoles } from './inventory.js';
import { instanceNames } from './names.js';

/** Removes the database and every role of an instance, or whatever an earlier attempt left of them. */
export async function deprovision(connections: Connections, instance: InstanceRef, call: Call): Promise<void> {
  const names = instanceNames(instance);
  const database = escapeIdentifier(names.database);

  await connections.exclusively(names.database, call, async (work) => {
    const found = await findDatabase(work.admin, names);
    const roles = await findRoles(work.admin, names);
    if (found === undefined && roles.length === 0) {
      throw new BrokerError('Gone', 'the PostgreSQL server has no database for this instance');
    }
    if (found?.connectable) await work.admin.change(`ALTER DATABASE ${database} ALLOW_CONNECTIONS false`);
    if (found !== undefined) {
      // Not WITH (FORCE): it refuses administrators who are no superusers while autovacuum is at work in the database.
      await endSessionsIn(work.admin, names.database);
      await work.admin.changeAlone(`DROP DATABASE ${database}`);
    }

    const logins = bindingRolesAmong(roles, names);
    await dropLoginRoles(work, logins);
    await dropRoles(
      work.admin,
      roles.filter((role) => !logins.includes(role)),
    );
  });
}
