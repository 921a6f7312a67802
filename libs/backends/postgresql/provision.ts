import { escapeIdentifier, escapeLiteral } from 'pg';
import { BrokerError, type Call, type InstanceRef } from '#sdk';
import type { Connections } from './connections.js';
import { databaseComment, isMadeBy } from './database-comment.js';
import { localeOptions, type DatabaseLocale } from './database-locale.js';
import { createExtensions } from './extensions.js';
import { connectionLimit } from './guard/connection-room.js';
import { bindingRolesAmong, findDatabase, findRoles } from './inventory.js';
import { isSuperuser, reserveLargeObjects } from './large-objects.js';
import { instanceNames, type InstanceNames } from './names.js';
import { schemaRights } from './schema-rights.js';
import type { Session } from './session.js';
import type { PostgresqlPlan } from './settings.js';

/** Makes the database of an instance. A repetition goes on where an earlier attempt of the same operation ended. */
export async function provision(
  connections: Connections,
  plan: PostgresqlPlan,
  locale: DatabaseLocale,
  instance: InstanceRef,
  call: Call,
): Promise<void> {
  connections.guard.disk.refuseNewDatabase();
  const names = instanceNames(instance);
  const database = escapeIdentifier(names.database);

  await connections.exclusively(names.database, call, async ({ admin, inside }) => {
    const found = await findDatabase(admin, names);
    if (found !== undefined && found.comment !== null) {
      if (isMadeBy(found.comment, call.operationId)) return;
      throw taken();
    }

    const roles = await findRoles(admin, names);
    // Who can log in may have put objects into the database that extension scripts would meet.
    if (bindingRolesAmong(roles, names).length > 0) throw taken();
    await admin.change(...missingRoles(names, roles));
    if (found === undefined) {
      // template0, because nobody can be connected to it; no connections, because PUBLIC could still connect.
      await admin.changeAlone(`CREATE DATABASE ${database} TEMPLATE template0 ${localeOptions(locale)} CONNECTION LIMIT 0`);
    }
    await admin.change(...databaseRights(names, await connectionLimit(admin, plan)));
    await inside(names.database, async (session) => session.change(...(await contents(session, names, plan))));
    await admin.change(`COMMENT ON DATABASE ${database} IS ${escapeLiteral(databaseComment(call.operationId))}`);
  });
}

function taken(): BrokerError {
  return new BrokerError('Conflict', 'the PostgreSQL server already has a database or logins for this instance id');
}

function missingRoles(names: InstanceNames, present: readonly string[]): string[] {
  const missing = [names.owner, names.reader].filter((role) => !present.includes(role));
  // Membership lets an administrator who is no superuser act for the roles. Postgres 16 and later grant it the right
  // to give memberships, but not the membership itself.
  return missing.map(escapeIdentifier).flatMap((role) => [`CREATE ROLE ${role}`, `GRANT ${role} TO CURRENT_USER`]);
}

/** What is in a new database, before anybody has a binding. */
async function contents(session: Session, names: InstanceNames, plan: PostgresqlPlan): Promise<string[]> {
  const forSuperusers = (await isSuperuser(session)) ? reserveLargeObjects(names) : [];
  return [
    'REVOKE ALL ON SCHEMA public FROM PUBLIC',
    ...schemaRights(names),
    ...createExtensions(names, plan),
    ...forSuperusers,
  ];
}

/** The administrator stays the owner, so that nobody with a binding can lift the limits or rename the database. */
function databaseRights(names: InstanceNames, limit: number): string[] {
  const database = escapeIdentifier(names.database);
  return [
    `REVOKE ALL ON DATABASE ${database} FROM PUBLIC`,
    `GRANT CONNECT, CREATE, TEMPORARY ON DATABASE ${database} TO ${escapeIdentifier(names.owner)}`,
    `GRANT CONNECT ON DATABASE ${database} TO ${escapeIdentifier(names.reader)}`,
    `ALTER DATABASE ${database} CONNECTION LIMIT ${limit}`,
  ];
}
