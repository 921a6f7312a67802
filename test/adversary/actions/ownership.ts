import { anyRole, few, type Action, type Family } from './action.js';

const ownedByLogin: Action = (session, random) =>
  session.run('SET ROLE NONE', `CREATE TABLE IF NOT EXISTS own_${few(random)} (i serial)`, 'SELECT lo_create(0)', 'RESET ROLE');

const dropOwned: Action = (session) => session.run('DROP OWNED BY CURRENT_USER CASCADE');

const dropOwnedByLogin: Action = (session) => session.run('SET ROLE NONE', 'DROP OWNED BY SESSION_USER CASCADE', 'RESET ROLE');

const dropOwnedByOther: Action = async (session, random) => {
  await session.run(`DROP OWNED BY ${await anyRole(session, random)} CASCADE`);
};

const reassignOwned: Action = async (session, random) => {
  const [from, to] = [await anyRole(session, random), await anyRole(session, random)];
  await session.run(`REASSIGN OWNED BY ${from} TO ${to}`, 'SET ROLE NONE', `REASSIGN OWNED BY ${from} TO SESSION_USER`, 'RESET ROLE');
};

const dropPublic: Action = (session) => session.run('DROP SCHEMA public CASCADE');

const publicAgain: Action = (session) =>
  session.run('SET ROLE NONE', 'DROP SCHEMA IF EXISTS public CASCADE', 'CREATE SCHEMA public', 'RESET ROLE');

const renamePublic: Action = (session, random) => session.run(`ALTER SCHEMA public RENAME TO gone_${few(random)}`);

const givePublicAway: Action = async (session, random) => {
  await session.run(`ALTER SCHEMA public OWNER TO ${await anyRole(session, random)}`, 'ALTER SCHEMA public OWNER TO SESSION_USER');
};

const takeDatabase: Action = async (session, random) => {
  const { database } = session.login;
  await session.run(`ALTER DATABASE "${database}" OWNER TO ${await anyRole(session, random)}`, `ALTER DATABASE "${database}" RENAME TO osb_other`);
};

const revokeFromOwnRoles: Action = async (session, random) => {
  const { database } = session.login;
  const role = await anyRole(session, random);
  await session.run(`REVOKE ALL ON DATABASE "${database}" FROM ${role}`, `REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${role}`);
};

const takeDefaultPrivileges: Action = async (session, random) => {
  const role = await anyRole(session, random);
  await session.run(`ALTER DEFAULT PRIVILEGES REVOKE ALL ON TABLES FROM ${role}`, `REVOKE ALL ON SCHEMA public FROM ${role}`);
};

const publication: Action = (session, random) =>
  session.run(`CREATE PUBLICATION p_${few(random)} FOR TABLES IN SCHEMA public`, "SELECT pg_create_logical_replication_slot('s', 'pgoutput')");

export const ownership: Family = {
  name: 'ownership',
  actions: {
    ownedByLogin,
    dropOwned,
    dropOwnedByLogin,
    dropOwnedByOther,
    reassignOwned,
    dropPublic,
    publicAgain,
    renamePublic,
    givePublicAway,
    takeDatabase,
    revokeFromOwnRoles,
    takeDefaultPrivileges,
    publication,
  },
};
