import { BrokerError, type BindingRef, type Call } from '#sdk';
import type { Connections } from './connections.js';
import { dropLoginRoles } from './drop-roles.js';
import { findRoles } from './inventory.js';
import { bindingRole, instanceNames } from './names.js';

/** Ends the sessions of a binding and removes its login. What it made stays, and belongs to the owner role. */
export async function unbind(connections: Connections, binding: BindingRef, call: Call): Promise<void> {
  const names = instanceNames(binding);
  const login = bindingRole(binding);
  await connections.exclusively(names.database, call, async (work) => {
    if (!(await findRoles(work.admin, names)).includes(login)) {
      throw new BrokerError('Gone', 'the PostgreSQL server has no login for this binding');
    }
    await dropLoginRoles(work, [login], names);
  });
}
