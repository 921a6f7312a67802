import { anyRole, few, type Action, type Family } from './action.js';

const largeObjects: Action = (session) => session.run('SELECT count(lo_create(0)) FROM generate_series(1, 300)');

const largeObjectData: Action = (session) =>
  session.run("SELECT lo_from_bytea(0, decode(repeat('ab', 200000), 'hex'))", 'SELECT count(lo_get(oid)) FROM pg_largeobject_metadata LIMIT 5');

const largeObjectOfLogin: Action = (session) => session.run('SET ROLE NONE', 'SELECT lo_create(0)', 'RESET ROLE');

const largeObjectGrant: Action = async (session, random) => {
  const rows = await session.run('SELECT oid::text FROM pg_largeobject_metadata ORDER BY oid LIMIT 20');
  if (rows.length === 0) return;
  const oid = String(random.pick(rows)['oid']);
  await session.run(`GRANT ALL ON LARGE OBJECT ${oid} TO ${await anyRole(session, random)}`);
};

const temporaryTables: Action = (session, random) =>
  session.hold(`DO $$ BEGIN FOR i IN 1..40 LOOP EXECUTE format('CREATE TEMP TABLE t_%s_%s (i int)', ${few(random)}, i); END LOOP; END $$`);

const temporaryTableOfLogin: Action = (session) => session.hold('SET ROLE NONE', 'CREATE TEMP TABLE t AS SELECT generate_series(1, 1000)');

/** Some 50 MB on disk, or less where the server has a limit. */
const temporaryFiles: Action = (session) =>
  session.run("SET work_mem = '64kB'", 'SELECT count(*) FROM (SELECT i, i::text || repeat(\'x\', 60) FROM generate_series(1, 400000) AS i ORDER BY 2 OFFSET 1) AS sorted');

const liftFileLimit: Action = (session) => session.run("SET temp_file_limit = '-1'", "SET work_mem = '64kB'");

const rows: Action = (session, random) =>
  session.run(`CREATE TABLE IF NOT EXISTS bulk_${few(random)} AS SELECT i, repeat('y', 100) FROM generate_series(1, 20000) AS i`);

const unlogged: Action = (session, random) =>
  session.run(`CREATE UNLOGGED TABLE IF NOT EXISTS unlogged_${few(random)} (i int)`, `TRUNCATE unlogged_${few(random)}`);

export const storage: Family = {
  name: 'storage',
  actions: {
    largeObjects,
    largeObjectData,
    largeObjectOfLogin,
    largeObjectGrant,
    temporaryTables,
    temporaryTableOfLogin,
    temporaryFiles,
    liftFileLimit,
    rows,
    unlogged,
  },
};
