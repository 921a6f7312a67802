import { BrokerError, type BindingRef, type Call } from '#sdk';
import type { Connections } from './connections.js';
import { disableLogins } from './disable-logins.js';
import { RoleRemoval } from './drop-roles.js';
import { endLastSessions, endSessionsForGood } from './end-sessions.js';
import { findDatabase, findRolesWithIds, type FoundRole } from './inventory.js';
import { bindingRole, instanceNames, type InstanceNames } from './names.js';
import { rollBackPreparedBy } from './prepared-transactions.js';
import type { Verb, Work } from './verb.js';

/** Ends the sessions of a binding and removes its login. What it made stays, and belongs to the owner role. */
export async function unbind(connections: Connections, binding: BindingRef, call: Call): Promise<void> {
  const names = instanceNames(binding);
  const verb = connections.verb(call);
  const role = await turnOff(verb, names, bindingRole(binding));
  await endSessionsForGood(verb, [role.oid]);
  await verb.exclusively(names.database, (work) => remove(work, names, role));
  await endLastSessions(verb, [role.oid]);
}

function turnOff(verb: Verb, names: InstanceNames, login: string): Promise<FoundRole> {
  return verb.exclusively(names.database, async ({ admin }) => {
    const role = (await findRolesWithIds(admin, names)).find(({ name }) => name === login);
    if (role === undefined) throw new BrokerError('Gone', 'the PostgreSQL server has no login for this binding');
    await disableLogins(admin, [role]);
    return role;
  });
}

async function remove(work: Work, names: InstanceNames, role: FoundRole): Promise<void> {
  const found = (await findRolesWithIds(work.admin, names)).find(({ oid }) => oid === role.oid);
  if (found === undefined) return;
  if (found.canLogin) throw boundAgain();
  const database = await findDatabase(work.admin, names);
  await rollBackPreparedBy(work, names, found);
  await RoleRemoval.run(work, [found], async (removal) => {
    if (database?.connectable) await removal.bequeath(names);
    // A database that is half deleted goes with all that is in it.
    await removal.removeReferences(names.database);
    await removal.drop();
  });
}

function boundAgain(): BrokerError {
  return new BrokerError('BackendFailed', 'the binding was made again while it was being removed; repeat the delete');
}
