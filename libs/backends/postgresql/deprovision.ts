import { BrokerError, type Call, type InstanceRef } from '#sdk';
import type { Connections } from './connections.js';
import { disableLogins } from './disable-logins.js';
import { dropDatabase, reopenForPrepared } from './drop-database.js';
import { RoleRemoval } from './drop-roles.js';
import { endLastSessions, endSessionsForGood } from './end-sessions.js';
import { findDatabase, findRolesWithIds, loginsAmong, type FoundRole } from './inventory.js';
import { instanceNames, type InstanceNames } from './names.js';
import { rollBackAllPrepared } from './prepared-transactions.js';
import type { Verb, Work } from './verb.js';

/** Removes the database and every role of an instance, or whatever an earlier attempt left of them. */
export async function deprovision(connections: Connections, instance: InstanceRef, call: Call): Promise<void> {
  const names = instanceNames(instance);
  const verb = connections.verb(call);
  const oids = (await turnOff(verb, names)).map(({ oid }) => oid);
  try {
    await endSessionsForGood(verb, oids);
    await verb.exclusively(names.database, (work) => remove(work, names));
    await endLastSessions(verb, oids);
  } catch (error) {
    throw halfGone(error);
  }
}

/** @returns the logins, which are off now */
function turnOff(verb: Verb, names: InstanceNames): Promise<FoundRole[]> {
  return verb.exclusively(names.database, async ({ admin }) => {
    const roles = await findRolesWithIds(admin, names);
    if (roles.length === 0 && (await findDatabase(admin, names)) === undefined) {
      throw new BrokerError('Gone', 'the PostgreSQL server has no database for this instance');
    }
    const logins = loginsAmong(roles, names);
    // Those an earlier attempt has turned off are left out: there may be thousands.
    const suspended = await admin.rows<{ role: number }>('SELECT role FROM public.suspended_login');
    await disableLogins(admin, logins.filter(({ oid, canLogin }) => canLogin || suspended.some(({ role }) => role === oid)));
    return logins;
  });
}

/** Other databases come first: as long as one of them refers to the roles, the database is there to tell of it. */
async function remove(work: Work, names: InstanceNames): Promise<void> {
  const roles = await findRolesWithIds(work.admin, names);
  await disableLogins(work.admin, roles.filter(({ canLogin }) => canLogin));
  await RoleRemoval.run(work, roles, async (removal) => {
    await reopenForPrepared(work, names);
    await rollBackAllPrepared(work, roles.map(({ name }) => name));
    await removal.removeReferences(names.database);
    await dropDatabase(work, names);
    await removal.drop();
  });
}

function halfGone(error: unknown): unknown {
  if (!(error instanceof BrokerError) || error.code === 'Unavailable') return error;
  const description = `${error.description}; the deletion has begun and the logins are off: repeat it to the end`;
  return new BrokerError(error.code, description, { ...error.details, instanceUsable: false });
}
