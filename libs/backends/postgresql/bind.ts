import { escapeIdentifier, escapeLiteral } from 'pg';
import { z } from 'zod';
import { BrokerError, type BindRequest, type Call } from '#sdk';
import type { Connections } from './connections.js';
import { credentials, type PostgresqlCredentials } from './credentials.js';
import { connectionLimit } from './guard/connection-room.js';
import { findDatabase, findRoles } from './inventory.js';
import { bindingRole, instanceNames, type InstanceNames } from './names.js';
import { copyOwnerSettings } from './owner-settings.js';
import { newPassword, scramVerifier } from './password.js';
import { restoreDatabase } from './restore-database.js';
import type { PostgresqlPlan } from './settings.js';
import { requireWhole } from './update.js';

export const BINDING_ROLES = ['readwrite', 'readonly'] as const;
type BindingRole = (typeof BINDING_ROLES)[number];

const bindParameters = z.object({ role: z.enum(BINDING_ROLES).default('readwrite') });

/** Makes a login of its own for a binding. A repetition gives the same login a new password. */
export async function bind(
  connections: Connections,
  plan: PostgresqlPlan,
  binding: BindRequest,
  call: Call,
): Promise<PostgresqlCredentials> {
  const names = instanceNames(binding);
  const username = bindingRole(binding);
  const password = newPassword();
  const role = wantedRole(binding);
  const verifier = await scramVerifier(password);

  await connections.exclusively(names.database, call, async (work) => {
    const { admin } = work;
    // Without a comment it is not finished: extension scripts may still run in it, where no binding may be.
    requireWhole(await findDatabase(admin, names));
    await restoreDatabase(work, names, connections.log);
    const exists = (await findRoles(admin, names)).includes(username);
    const limit = await connectionLimit(admin, plan);
    await admin.change(
      `${exists ? 'ALTER' : 'CREATE'} ROLE ${escapeIdentifier(username)} ` +
        `LOGIN PASSWORD ${escapeLiteral(verifier)} CONNECTION LIMIT ${limit}`,
      `GRANT ${escapeIdentifier(username)} TO CURRENT_USER`,
      ...memberships(names, username, role),
    );
    await copyOwnerSettings(admin, names, connections.log);
  });
  return credentials(connections.server, { database: names.database, username, password });
}

function wantedRole(binding: BindRequest): BindingRole {
  const parameters = bindParameters.safeParse(binding.parameters?.value ?? {});
  if (parameters.success) return parameters.data.role;
  throw new BrokerError('BadRequest', `the bind parameter "role" must be one of ${BINDING_ROLES.join(', ')}`);
}

/**
 * A readwrite login acts as the owner from its first statement, so that what it makes belongs to the owner: other
 * bindings can use it, and it outlives this one.
 */
function memberships(names: InstanceNames, username: string, role: BindingRole): string[] {
  const login = escapeIdentifier(username);
  const owner = escapeIdentifier(names.owner);
  const reader = escapeIdentifier(names.reader);
  const settings = `ALTER ROLE ${login} IN DATABASE ${escapeIdentifier(names.database)}`;
  switch (role) {
    case 'readwrite':
      return [`REVOKE ${reader} FROM ${login}`, `GRANT ${owner} TO ${login}`, `${settings} SET role TO ${owner}`];
    case 'readonly':
      return [`REVOKE ${owner} FROM ${login}`, `GRANT ${reader} TO ${login}`, `${settings} RESET role`];
  }
}
