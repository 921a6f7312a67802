import { escapeIdentifier } from 'pg';
import { BrokerError, type Call, type InstanceRef } from '#sdk';
import type { Connections, Work } from './connections.js';
import { connectionLimit } from './guard/connection-room.js';
import { bindingRolesAmong, findDatabase, findRoles, type FoundDatabase } from './inventory.js';
import { instanceNames, type InstanceNames } from './names.js';
import type { PostgresqlPlan } from './settings.js';

/** Gives an instance the limits of a plan. Running sessions stay, even above a lower limit. */
export async function update(
  connections: Connections,
  plan: PostgresqlPlan,
  instance: InstanceRef,
  call: Call,
): Promise<void> {
  const names = instanceNames(instance);
  await connections.exclusively(names.database, call, async (work) => {
    requireWhole(await findDatabase(work.admin, names));
    await refuseMissingExtensions(work, names, plan);
    const logins = bindingRolesAmong(await findRoles(work.admin, names), names);
    const limit = `CONNECTION LIMIT ${await connectionLimit(work.admin, plan)}`;
    await work.admin.change(
      `ALTER DATABASE ${escapeIdentifier(names.database)} ${limit}`,
      ...logins.map((role) => `ALTER ROLE ${escapeIdentifier(role)} ${limit}`),
    );
  });
}

/** @throws BrokerError NotFound where there is no finished database, or one whose deletion broke off */
export function requireWhole(found: FoundDatabase | undefined): void {
  if (!found?.comment) throw new BrokerError('NotFound', 'the PostgreSQL server has no database for this instance');
  if (found.connectable) return;
  throw new BrokerError('NotFound', 'a deprovision of this instance broke off: nothing but its deletion is possible, repeat that');
}

/**
 * Extensions come with a new database only. In one that is in use, their scripts would run with the administrator's
 * rights beside objects made by its users.
 */
async function refuseMissingExtensions({ inside }: Work, names: InstanceNames, plan: PostgresqlPlan): Promise<void> {
  const wanted = plan.extensions ?? [];
  if (wanted.length === 0) return;
  const present = await inside(names.database, (session) =>
    session.rows<{ extname: string }>('SELECT extname FROM pg_extension'),
  );
  const missing = wanted.filter((name) => !present.some(({ extname }) => extname === name));
  if (missing.length === 0) return;
  throw new BrokerError(
    'UpdateNotSupported',
    `plan ${plan.name} needs extensions this database does not have (${missing.join(', ')}); create them in the ` +
      'database where a binding is allowed to, or make a new instance',
  );
}
