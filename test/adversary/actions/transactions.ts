import { setTimeout as pause } from 'node:timers/promises';
import { escapeIdentifier } from 'pg';
import { anyDatabase, anyRole, type Action, type Family } from './action.js';
import { ownPassword } from './role-settings.js';

/** The row of the role in pg_authid stays locked: nobody else can change or drop the role. */
const passwordUncommitted: Action = async (session, random) => {
  await session.hold('SET ROLE NONE', 'BEGIN', `ALTER ROLE SESSION_USER PASSWORD '${ownPassword(session.login, random)}'`);
};

/** Commits after the gateway may have begun to wait. */
const passwordCommittedLate: Action = async (session, random) => {
  const sql = `ALTER ROLE SESSION_USER PASSWORD '${ownPassword(session.login, random)}'`;
  const connection = await session.hold('SET ROLE NONE', 'BEGIN', sql);
  await pause(random.below(2_000));
  await connection?.run('COMMIT');
};

/** Locks the other database, or its own, against being dropped. */
const settingForDatabase: Action = async (session, random) => {
  const database = escapeIdentifier(await anyDatabase(session, random));
  const sql = `ALTER ROLE SESSION_USER IN DATABASE ${database} SET work_mem = '4MB'`;
  await session.hold('SET ROLE NONE', 'BEGIN', sql, ...(random.below(2) === 0 ? ['COMMIT'] : []));
};

const settingUncommitted: Action = (session) =>
  session.hold('SET ROLE NONE', 'BEGIN', "ALTER ROLE SESSION_USER SET work_mem = '4MB'");

const commentOnRole: Action = async (session, random) => {
  await session.hold('BEGIN', `COMMENT ON ROLE ${await anyRole(session, random)} IS 'here'`);
};

const dropOwnedUncommitted: Action = (session) => session.hold('BEGIN', 'DROP OWNED BY CURRENT_USER CASCADE');

const reassignUncommitted: Action = (session) =>
  session.hold('SET ROLE NONE', 'BEGIN', 'REASSIGN OWNED BY SESSION_USER TO CURRENT_USER');

const membershipUncommitted: Action = async (session, random) => {
  const role = await anyRole(session, random);
  await session.hold('SET ROLE NONE', 'BEGIN', `REVOKE ${role} FROM SESSION_USER`, `GRANT SESSION_USER TO ${role}`);
};

const oldSnapshot: Action = (session) =>
  session.hold('BEGIN ISOLATION LEVEL REPEATABLE READ', 'SELECT count(*) FROM pg_class', 'SELECT pg_current_xact_id()');

const manySavepoints: Action = (session) =>
  session.hold('BEGIN', `DO $$ BEGIN FOR i IN 1..200 LOOP
    BEGIN PERFORM pg_current_xact_id(); EXCEPTION WHEN division_by_zero THEN NULL; END; END LOOP; END $$`);

export const transactions: Family = {
  name: 'transactions',
  actions: {
    passwordUncommitted,
    passwordCommittedLate,
    settingForDatabase,
    settingUncommitted,
    commentOnRole,
    dropOwnedUncommitted,
    reassignUncommitted,
    membershipUncommitted,
    oldSnapshot,
    manySavepoints,
  },
};
