import { few, type Action, type Family } from './action.js';

const tableLock: Action = async (session, random) => {
  const table = `locked_${few(random)}`;
  await session.run(`CREATE TABLE IF NOT EXISTS ${table} (i int)`);
  await session.hold('BEGIN', `LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
};

const allTablesLocked: Action = (session) =>
  session.hold('BEGIN', `DO $$ DECLARE t regclass; BEGIN
    FOR t IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace <> 'pg_catalog'::regnamespace LIMIT 100 LOOP
      BEGIN EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE NOWAIT', t); EXCEPTION WHEN OTHERS THEN NULL; END;
    END LOOP; END $$`);

const rowLock: Action = async (session, random) => {
  const table = `rows_${few(random)}`;
  await session.run(`CREATE TABLE IF NOT EXISTS ${table} (i int)`, `INSERT INTO ${table} SELECT generate_series(1, 100)`);
  await session.hold('BEGIN', `SELECT count(*) FROM (SELECT i FROM ${table} FOR UPDATE) AS locked`);
};

const catalogLock: Action = (session, random) => {
  const catalog = random.pick(['pg_database', 'pg_authid', 'pg_shdepend', 'pg_auth_members', 'pg_class', 'pg_namespace', 'pg_default_acl']);
  const mode = random.pick(['ACCESS SHARE', 'ROW SHARE', 'SHARE', 'ACCESS EXCLUSIVE']);
  return session.hold('BEGIN', `LOCK TABLE pg_catalog.${catalog} IN ${mode} MODE`);
};

/** The names the gateway itself locks, as its code has them. */
const gatewayLocks: Action = (session) =>
  session.hold(
    'SELECT count(pg_try_advisory_lock(hashtextextended(datname, 0))) FROM pg_catalog.pg_database',
    "SELECT pg_try_advisory_lock(hashtextextended('osb_server_databases', 0))",
    'SELECT count(pg_try_advisory_lock(oid::bigint)) FROM pg_catalog.pg_database',
    'SELECT count(pg_try_advisory_lock(oid::bigint)) FROM pg_catalog.pg_roles',
  );

const someAdvisoryLocks: Action = (session, random) =>
  session.hold(`SELECT count(pg_advisory_lock_shared(i)) FROM generate_series(1, ${50 + random.below(200)}) AS i`);

const deadlock: Action = async (session) => {
  const one = await session.hold('BEGIN', 'SELECT pg_advisory_xact_lock(1)');
  const other = await session.hold('BEGIN', 'SELECT pg_advisory_xact_lock(2)');
  one?.start('SELECT pg_advisory_xact_lock(2)');
  other?.start('SELECT pg_advisory_xact_lock(1)');
};

export const locks: Family = {
  name: 'locks',
  actions: { tableLock, allTablesLocked, rowLock, catalogLock, gatewayLocks, someAdvisoryLocks, deadlock },
};

const advisoryLocks: Action = (session, random) =>
  session.hold(`SELECT count(pg_advisory_lock(i)) FROM generate_series(1, ${1_000 + random.below(20_000)}) AS i`);

const advisoryLocksOfTransaction: Action = (session, random) =>
  session.hold('BEGIN', `SELECT count(pg_advisory_xact_lock(${few(random)}, i)) FROM generate_series(1, 20000) AS i`);

const lockedTables: Action = (session) =>
  session.hold('BEGIN', `DO $$ BEGIN FOR i IN 1..600 LOOP EXECUTE format('CREATE TABLE crowd_%s (i int)', i); END LOOP; END $$`);

/** The shared lock table of the server. */
export const lockTable: Family = {
  name: 'lock-table',
  actions: { advisoryLocks, advisoryLocksOfTransaction, lockedTables },
};
