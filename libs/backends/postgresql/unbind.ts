import { BrokerError, type BindingRef, type Call } from '#sdk';
import type { Connections } from './connections.js';
import { disableLogins } from './disable-logins.js';
import { RoleRemoval } from './drop-roles.js';
import { endLastSessions, endSessionsForGood } from './end-sessions.js';
import { findDatabase, findRolesWithIds, type FoundRole } from './inventory.js';
import { bindingRole, instanceNames, type InstanceNames } from './names.js';
import { rollBackPreparedBy } from './prepared-transactions.js';
import type { Heir } from './role-references.js';
import type { Verb, Work } from './verb.js';

/**
 * Ends the sessions of a binding and removes its login. What it made stays, and belongs to the owner role, or to the
 * reader role where the binding was readonly.
 */
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
  if (database?.connectable === false) await refusePrepared(work, names, found);
  await rollBackPreparedBy(work, names, found);
  await RoleRemoval.run(work, [found], async (removal) => {
    if (database?.connectable) await removal.bequeath(await heirOf(work, names, found));
    // A database that is half deleted goes with all that is in it.
    await removal.removeReferences(names.database);
    await removal.drop();
  });
}

/** Code of a readonly login must not act with the rights of the owner once the login is gone. */
async function heirOf(work: Work, names: InstanceNames, login: FoundRole): Promise<Heir> {
  const { database, owner, reader } = names;
  const [found] = await work.admin.rows<{ isWriter: boolean }>(`SELECT pg_has_role($1::oid, $2, 'MEMBER') AS "isWriter"`, [login.oid, owner]);
  return { database, owner: found?.isWriter === true ? owner : reader };
}

/** Without its role nobody but a superuser could end the transaction. */
async function refusePrepared({ admin }: Work, { database }: InstanceNames, login: FoundRole): Promise<void> {
  const found = await admin.rows('SELECT FROM pg_prepared_xacts WHERE database = $1 AND owner = $2', [database, login.name]);
  if (found.length === 0) return;
  throw new BrokerError(
    'BackendFailed',
    'the login has a prepared transaction in a database whose deletion has begun; repeat the deletion of the instance',
  );
}

function boundAgain(): BrokerError {
  return new BrokerError('BackendFailed', 'the binding was made again while it was being removed; repeat the delete');
}
