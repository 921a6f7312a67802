import { anyRole, few, type Action, type Family } from './action.js';

const TABLE_RIGHTS = ['SELECT', 'INSERT', 'UPDATE', 'ALL'] as const;

const grantTable: Action = async (session, random) => {
  const table = `granted_${few(random)}`;
  const role = await anyRole(session, random);
  await session.run(`CREATE TABLE IF NOT EXISTS ${table} (i int)`, `GRANT ${random.pick(TABLE_RIGHTS)} ON ${table} TO ${role}`);
};

/** As the login itself and not as the owner role, so that the login is the grantor. */
const grantAsLogin: Action = async (session, random) => {
  const role = await anyRole(session, random);
  await session.run('SET ROLE NONE', `CREATE TABLE IF NOT EXISTS mine_${few(random)} (i int)`);
  await session.run(`GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`, 'RESET ROLE');
};

const grantSchema: Action = async (session, random) => {
  const schema = `schema_${few(random)}`;
  await session.run(`CREATE SCHEMA IF NOT EXISTS ${schema}`, `GRANT ALL ON SCHEMA ${schema} TO ${await anyRole(session, random)}`);
};

const grantFunction: Action = async (session, random) => {
  const name = `callable_${few(random)}`;
  await session.run(`CREATE OR REPLACE FUNCTION ${name}() RETURNS int LANGUAGE sql AS 'SELECT 1'`);
  await session.run(`GRANT EXECUTE ON FUNCTION ${name}() TO ${await anyRole(session, random)}`);
};

const grantType: Action = async (session, random) => {
  const domain = `domain_${few(random)}`;
  await session.run(`CREATE DOMAIN ${domain} AS int`, `GRANT USAGE ON TYPE ${domain} TO ${await anyRole(session, random)}`);
};

const grantMany: Action = async (session, random) => {
  const role = await anyRole(session, random);
  await session.run(`DO $$ BEGIN FOR i IN 1..40 LOOP
    EXECUTE format('CREATE TABLE IF NOT EXISTS many_%s (i int)', i);
    EXECUTE format('GRANT SELECT ON many_%s TO ${role}', i);
  END LOOP; END $$`);
};

const policy: Action = async (session, random) => {
  const table = `guarded_${few(random)}`;
  const role = await anyRole(session, random);
  await session.run(`CREATE TABLE IF NOT EXISTS ${table} (i int)`, `CREATE POLICY p${few(random)} ON ${table} TO ${role} USING (true)`);
};

const defaultPrivileges: Action = async (session, random) => {
  const role = await anyRole(session, random);
  const kind = random.pick(['TABLES', 'SEQUENCES', 'FUNCTIONS', 'TYPES', 'SCHEMAS']);
  await session.run(`ALTER DEFAULT PRIVILEGES GRANT ALL ON ${kind} TO ${role}`);
};

const defaultPrivilegesAsLogin: Action = async (session, random) => {
  const role = await anyRole(session, random);
  await session.run('SET ROLE NONE', `ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO ${role}`, 'RESET ROLE');
};

const grantMembership: Action = async (session, random) => {
  const [role, member] = [await anyRole(session, random), await anyRole(session, random)];
  await session.run(`GRANT ${role} TO ${member}`, 'SET ROLE NONE', `GRANT ${role} TO ${member} WITH ADMIN OPTION`, 'RESET ROLE');
};

const grantDatabase: Action = async (session, random) => {
  await session.run(`GRANT ALL ON DATABASE "${session.login.database}" TO ${await anyRole(session, random)}`);
};

/** Not committed: the lock on the other role stays until somebody ends the session. */
const grantUncommitted: Action = async (session, random) => {
  const role = await anyRole(session, random);
  await session.hold('BEGIN', `CREATE TABLE held_${random.below(1e6)} (i int)`, `ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO ${role}`);
};

/** Until the session is ended: whatever is removed in between comes back. */
const grantInLoop: Action = async (session, random) => {
  const role = await anyRole(session, random);
  const connection = await session.hold(`CREATE TABLE IF NOT EXISTS again (i int)`);
  connection?.start(`DO $$ BEGIN FOR i IN 1..500 LOOP
    BEGIN EXECUTE 'GRANT SELECT ON again TO ${role}'; EXCEPTION WHEN OTHERS THEN NULL; END; COMMIT; PERFORM pg_sleep(0.01);
  END LOOP; END $$`);
};

export const grants: Family = {
  name: 'grants',
  actions: {
    grantTable,
    grantAsLogin,
    grantSchema,
    grantFunction,
    grantType,
    grantMany,
    policy,
    defaultPrivileges,
    defaultPrivilegesAsLogin,
    grantMembership,
    grantDatabase,
    grantUncommitted,
    grantInLoop,
  },
};
